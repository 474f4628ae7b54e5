#include "log/compaction.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "log/store_testing.hpp"
#include "model/record.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;
using testing::headers_in;
using testing::small_segments;
using testing::test_partition;

LogConfig compacted() {
  LogConfig config = small_segments(Flush::kAsync);
  config.segment_bytes = 1000;
  config.cleanup_delete = false;
  config.cleanup_compact = true;
  config.min_cleanable_dirty_ratio = 0;
  config.delete_retention_ms = 1000;
  config.file_delete_delay_ms = 0;
  return config;
}

struct Kept {
  Offset offset;
  std::string key;
  std::optional<std::string> value;
  friend bool operator==(const Kept&, const Kept&) = default;
};

/// Batches of key=value records; no value is a tombstone.
std::vector<std::byte> keyed_batch(const std::vector<std::pair<std::string, std::optional<std::string>>>& records, const BatchOptions& options = {}) {
  BatchBuilder builder(options);
  for (const auto& [key, value] : records) {
    NewRecord record;
    record.timestamp = Timestamp{1'767'225'600'000};
    record.key = as_bytes(key);
    if (value) record.value = as_bytes(*value);
    builder.append(record);
  }
  return *builder.finish();
}

struct CompactionFixture : StoreFixture {
  explicit CompactionFixture(std::uint64_t seed = 1, LogConfig config = compacted(), bool by_hand = true) : StoreFixture(seed, config) {
    options.compact = !by_hand;
    WHARF_ASSERT(start().has_value());
    id = add(1).id();
  }
  Appended put(const std::vector<std::pair<std::string, std::optional<std::string>>>& records, const BatchOptions& batch_options = {}) {
    return *store->append(id, testing::owned(keyed_batch(records, batch_options)), {LeaderEpoch{0}, machine->clock().wall_now()});
  }
  void fill(int batches) {
    for (int i = 0; i < batches; ++i) put({{"filler", std::string(150, 'f')}});
  }
  Result<void> compact() { return simulation.run(machine->shard(), store->cleaner().compact(id)); }

  /// Of a batch with one record.
  bool has(Offset offset) {
    PartitionLog* log = store->find(id);
    auto bytes = simulation.run(machine->shard(), store->read_bytes(id, offset, 1, log->high_watermark()));
    return bytes && !bytes->empty() && read_batch_header(bytes->view())->base_offset == offset;
  }
  std::vector<Kept> records() {
    std::vector<Kept> kept;
    Result<std::vector<std::byte>> read = read_all(id);
    EXPECT_TRUE(read.has_value()) << read.error().message;
    std::vector<std::byte> all = read ? *read : std::vector<std::byte>{};
    for (ByteView rest = all; !rest.empty();) {
      BatchView batch = *read_batch(rest);
      rest = rest.subspan(batch.header.size_bytes);
      OpenedBatch opened = *OpenedBatch::open(batch, kMostInflatedBytes);
      RecordReader reader = opened.reader();
      Record record;
      while (*reader.next(record)) {
        std::optional<std::string> value;
        if (record.value) value = std::string(as_text(*record.value));
        kept.push_back({record.offset, std::string(as_text(*record.key)), value});
      }
    }
    return kept;
  }

  PartitionId id;
};

TEST(Compaction, TheLastValueOfEachKeySurvivesAtItsOffset) {
  CompactionFixture fixture;
  for (int i = 0; i < 40; ++i) fixture.put({{"key-" + std::to_string(i % 5), std::string(60, static_cast<char>('a' + i % 26))}});
  fixture.fill(20);
  std::uint64_t before = fixture.store->find(fixture.id)->size_bytes();
  ASSERT_TRUE(fixture.compact().has_value());
  std::vector<Kept> kept = fixture.records();
  for (int i = 35; i < 40; ++i) {
    Kept expected{Offset{i}, "key-" + std::to_string(i % 5), std::string(60, static_cast<char>('a' + i % 26))};
    EXPECT_EQ(std::ranges::count(kept, expected), 1) << i;
  }
  EXPECT_EQ(std::ranges::count_if(kept, [](const Kept& one) { return one.key.starts_with("key-"); }), 5);
  EXPECT_LT(fixture.store->find(fixture.id)->size_bytes(), before / 2);
  EXPECT_EQ(fixture.store->find(fixture.id)->log_end_offset(), Offset{60});
  ASSERT_TRUE(fixture.stop().has_value());
  ASSERT_TRUE(fixture.start().has_value());
  EXPECT_EQ(fixture.records(), kept);
}

TEST(Compaction, ATombstoneStaysForItsRetentionAndThenGoes) {
  CompactionFixture fixture;
  fixture.put({{"gone", "value"}});
  fixture.put({{"gone", std::nullopt}});
  fixture.fill(12);
  auto has_tombstone = [&] { return std::ranges::any_of(fixture.records(), [](const Kept& one) { return one.key == "gone" && !one.value; }); };
  ASSERT_TRUE(fixture.compact().has_value());
  EXPECT_TRUE(has_tombstone());
  EXPECT_EQ(std::ranges::count_if(fixture.records(), [](const Kept& one) { return one.key == "gone"; }), 1);
  fixture.fill(12);
  ASSERT_TRUE(fixture.compact().has_value());
  EXPECT_TRUE(has_tombstone());
  fixture.simulation.run_for(std::chrono::milliseconds(1500));
  fixture.fill(12);
  ASSERT_TRUE(fixture.compact().has_value());
  EXPECT_FALSE(has_tombstone());
}

TEST(Compaction, ATombstoneStaysAsLongAsWhatItDeletesIsInADamagedSegment) {
  CompactionFixture fixture;
  fixture.put({{"gone", "value"}});
  fixture.fill(5);
  Offset tombstone = fixture.put({{"gone", std::nullopt}}).first;
  fixture.fill(12);
  ASSERT_TRUE(fixture.stop().has_value());
  auto path = std::filesystem::path("data/logs") / fixture.id.folder() / segment_file_name(Offset{0}, kLogSuffix);
  ASSERT_TRUE(fixture.machine->disk().flip_bit(path, 200 * 8));  // behind the value
  ASSERT_TRUE(fixture.start().has_value());
  for (int pass = 0; pass < 3; ++pass) {
    ASSERT_TRUE(fixture.compact().has_value());
    EXPECT_TRUE(fixture.has(Offset{0})) << "the segment stays as it is";
    EXPECT_TRUE(fixture.has(tombstone)) << "pass " << pass;
    fixture.simulation.run_for(std::chrono::milliseconds(1500));
    fixture.fill(12);
  }
}

TEST(Compaction, ATombstoneThatIsToStayForEverDoes) {
  LogConfig config = compacted();
  config.delete_retention_ms = kForever;
  CompactionFixture fixture(1, config);
  Offset tombstone = fixture.put({{"gone", std::nullopt}}).first;
  for (int pass = 0; pass < 3; ++pass) {
    fixture.fill(12);
    ASSERT_TRUE(fixture.compact().has_value());
    EXPECT_EQ(fixture.records().front(), (Kept{tombstone, "gone", std::nullopt})) << pass;
  }
}

TEST(Compaction, AProducersLastSequenceIsNotForgottenWithItsRecords) {
  CompactionFixture fixture;
  BatchOptions producer{.producer_id = ProducerId{3}, .producer_epoch = ProducerEpoch{0}, .base_sequence = 0};
  fixture.put({{"a", "1"}}, producer);
  producer.base_sequence = 1;
  fixture.put({{"a", "2"}}, producer);
  fixture.put({{"a", "3"}});
  fixture.fill(12);
  ASSERT_TRUE(fixture.compact().has_value());
  std::vector<std::byte> all = *fixture.read_all(fixture.id);
  std::vector<BatchHeader> headers = headers_in(all);
  auto last = std::ranges::find(headers, ProducerId{3}, &BatchHeader::producer_id);
  ASSERT_NE(last, headers.end());
  EXPECT_EQ(last->base_sequence, 1);
  EXPECT_EQ(last->record_count, 0);
  EXPECT_EQ(last->base_offset, Offset{1});
}

TEST(Compaction, TheGrowingSegmentAndYoungRecordsAreLeftAlone) {
  LogConfig config = compacted();
  config.min_compaction_lag_ms = 1'000'000'000;
  CompactionFixture fixture(1, config);
  for (int i = 0; i < 30; ++i) fixture.put({{"same", std::string(80, 'x')}});
  ASSERT_TRUE(fixture.compact().has_value());
  EXPECT_EQ(fixture.records().size(), 30u);
}

TEST(Compaction, AnyHistoryKeepsExactlyWhatReplayingItGives) {
  rc::check([] {
    CompactionFixture fixture(static_cast<std::uint64_t>(*rc::gen::inRange(1, 1'000'000)));
    fixture.options.cleaner_map_bytes = 24 * 20;  // several passes
    std::map<std::string, Kept> latest;
    std::map<std::int64_t, Kept> everything;
    int steps = *rc::gen::inRange(5, 60);
    for (int i = 0; i < steps; ++i) {
      std::vector<std::pair<std::string, std::optional<std::string>>> batch;
      int records = *rc::gen::inRange(1, 4);
      for (int j = 0; j < records; ++j) {
        std::string key = "k" + std::to_string(*rc::gen::inRange(0, 12));
        std::optional<std::string> value;
        if (*rc::gen::inRange(0, 5) != 0) value = std::string(static_cast<std::size_t>(*rc::gen::inRange(1, 120)), static_cast<char>('a' + i % 26));
        batch.emplace_back(key, value);
      }
      BatchOptions options;
      options.compression = *rc::gen::element(Compression::kNone, Compression::kLz4);
      Appended appended = fixture.put(batch, options);
      for (std::size_t j = 0; j < batch.size(); ++j) {
        Kept one{appended.first.plus(static_cast<std::int64_t>(j)), batch[j].first, batch[j].second};
        everything[one.offset.value] = one;
        latest[one.key] = one;
      }
      if (*rc::gen::inRange(0, 10) == 0) RC_ASSERT(fixture.compact().has_value());
      if (*rc::gen::inRange(0, 20) == 0) {
        RC_ASSERT(fixture.stop().has_value());
        RC_ASSERT(fixture.start().has_value());
      }
    }
    RC_ASSERT(fixture.compact().has_value());
    std::vector<Kept> kept = fixture.records();
    Offset previous{-1};
    std::map<std::string, Kept> replayed;
    for (const Kept& one : kept) {
      RC_ASSERT(one.offset > previous);
      previous = one.offset;
      RC_ASSERT(everything.at(one.offset.value) == one);  // nothing moved, nothing changed
      replayed[one.key] = one;
    }
    for (const auto& [key, one] : latest) {
      auto found = replayed.find(key);
      if (one.value) RC_ASSERT(found != replayed.end() && found->second == one);
      if (!one.value && found != replayed.end()) RC_ASSERT(!found->second.value);
    }
  });
}

TEST(Compaction, ACrashAtAnyChangeOfTheDiskLeavesTheLatestValues) {
  for (std::uint64_t change = 0;; change += 2) {
    CompactionFixture fixture(5);
    for (int i = 0; i < 60; ++i) fixture.put({{"key-" + std::to_string(i % 6), std::string(80, static_cast<char>('a' + i % 26))}});
    ASSERT_TRUE(fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false)).has_value());
    std::vector<Kept> all = fixture.records();
    fixture.machine->disk().crash_at(fixture.machine->disk().changes() + change);
    std::ignore = fixture.compact();
    bool died = fixture.machine->disk().down();
    fixture.power_loss();
    ASSERT_TRUE(fixture.start().has_value());
    std::map<std::string, Kept> latest, found;
    for (const Kept& one : all) latest[one.key] = one;
    for (const Kept& one : fixture.records()) {
      EXPECT_EQ(std::ranges::count(all, one), 1);
      found[one.key] = one;
    }
    EXPECT_EQ(found, latest) << change;
    EXPECT_TRUE(fixture.store->find(fixture.id)->damage().empty()) << change;
    if (!died) break;
  }
}

TEST(Compaction, AFailedPassIsTriedAgainAndLosesNothing) {
  for (std::uint64_t operation = 0;; ++operation) {
    CompactionFixture fixture(6);
    for (int i = 0; i < 60; ++i) fixture.put({{"key-" + std::to_string(i % 6), std::string(80, static_cast<char>('a' + i % 26))}});
    std::vector<Kept> all = fixture.records();
    fixture.machine->disk().fail_at(fixture.machine->disk().operations() + operation);
    Result<void> first = fixture.compact();
    if (fixture.machine->disk().injected() == 0) break;
    std::map<std::string, Kept> latest, found;
    for (const Kept& one : all) latest[one.key] = one;
    for (const Kept& one : fixture.records()) found[one.key] = one;
    EXPECT_EQ(found, latest) << operation;
    ASSERT_TRUE(fixture.compact().has_value()) << operation;
    EXPECT_LT(fixture.records().size(), 25u) << operation;
    // What the first pass left must not be taken for this one's by a start.
    for (int i = 0; i < 60; ++i) fixture.put({{"key-" + std::to_string(i % 7), std::string(90, static_cast<char>('A' + i % 26))}});
    ASSERT_TRUE(fixture.compact().has_value()) << operation;
    latest.clear(), found.clear();
    for (const Kept& one : fixture.records()) latest[one.key] = one;
    EXPECT_EQ(latest.size(), 7u);
    fixture.kill();
    ASSERT_TRUE(fixture.start().has_value());
    for (const Kept& one : fixture.records()) found[one.key] = one;
    EXPECT_EQ(found, latest) << operation;
  }
}

runtime::Task<void> compact_once(StoreFixture* fixture, PartitionId id) {
  std::ignore = co_await fixture->store->cleaner().compact(id);
}

// A pass whose output for some segments is thrown away has not cleaned what lies before its end.
TEST(Compaction, AKeyThatWasDeletedStaysSoWhereRecordsAreDeletedUnderAPass) {
  for (int moment = 0; moment < 100; ++moment) {
    LogConfig config = compacted();
    config.cleanup_delete = true;
    CompactionFixture fixture(8, config);
    fixture.put({{"stays", std::string(150, 'v')}});
    fixture.fill(5);
    fixture.put({{"gone", std::string(150, 'v')}});
    fixture.fill(12);
    ASSERT_TRUE(fixture.compact().has_value());  // the first two are small now, and go together
    fixture.put({{"gone", std::nullopt}});
    fixture.fill(20);
    Offset second = (*fixture.store->find(fixture.id)->stored().segments())[1]->base();
    ASSERT_LE(second, Offset{6});
    runtime::TaskScope scope(fixture.machine->shard());
    scope.spawn("compact", compact_once(&fixture, fixture.id));
    int events = 0;
    std::ignore = fixture.simulation.run_until([&] { return events++ == moment; },
                                               fixture.simulation.now() + std::chrono::seconds(1));
    ASSERT_TRUE(fixture.store->trimmer().delete_records(fixture.id, second).has_value());
    fixture.simulation.run(fixture.machine->shard(), scope.close());
    std::ignore = fixture.simulation.run(fixture.machine->shard(), fixture.store->checkpointer().write(false));
    for (int round = 0; round < 3; ++round) {
      fixture.simulation.run_for(std::chrono::seconds(3));
      fixture.fill(20);
      ASSERT_TRUE(fixture.compact().has_value());
    }
    for (const Kept& one : fixture.records()) EXPECT_FALSE(one.key == "gone" && one.value) << moment;
  }
}

TEST(Compaction, AStopInTheMiddleOfAPassLeavesNoUnfinishedOutput) {
  LogConfig config = compacted();
  config.segment_bytes = 40 << 20;  // ten slices of a pass
  CompactionFixture fixture(9, config, false);
  for (int i = 0; i < 100; ++i) fixture.put({{"key-" + std::to_string(i), std::string(900'000, 'v')}});
  const std::filesystem::path folder = std::filesystem::path("data/logs") / fixture.id.folder();
  auto has_output = [&] {
    Result<std::vector<runtime::FolderEntry>> entries = fixture.machine->disk().list(folder);
    auto is_output = [](const runtime::FolderEntry& one) { return one.name.ends_with(kCleanedSuffix); };
    return entries && std::ranges::any_of(*entries, is_output);
  };
  ASSERT_TRUE(fixture.simulation.run_until(has_output, fixture.simulation.now() + std::chrono::minutes(5)));
  ASSERT_TRUE(fixture.stop().has_value());
  EXPECT_FALSE(has_output());
  ASSERT_TRUE(fixture.start().has_value());
}

// A partition that silently is compacted no more fills the disk.
TEST(Compaction, AFailureIsToldUntilALaterPassSucceeds) {
  const sim::DiskErrors kinds[] = {{.read_one_in = 1}, {.metadata_one_in = 1}};  // in a pass, and in the look for what is due
  for (sim::DiskErrors errors : kinds) {
    CompactionFixture fixture(1, compacted(), false);
    for (int i = 0; i < 60; ++i) fixture.put({{"key-" + std::to_string(i % 6), std::string(80, 'v')}});
    ASSERT_TRUE(fixture.stop().has_value());
    ASSERT_TRUE(fixture.start().has_value());
    errors.path_part = fixture.id.folder();
    fixture.machine->disk().set_errors(errors);
    auto failing = [&] { return fixture.store->find(fixture.id)->failed_compaction.has_value(); };
    Milliseconds backoff(fixture.options.cleaner_backoff_ms);
    ASSERT_TRUE(fixture.simulation.run_until(failing, fixture.simulation.now() + 2 * backoff));
    EXPECT_EQ(fixture.store->statistics().failed_compactions, 1u);
    fixture.machine->disk().set_errors({});
    EXPECT_FALSE(fixture.simulation.run_until([&] { return !failing(); }, fixture.simulation.now() + 3 * backoff)) << "it waits a while";
    EXPECT_TRUE(fixture.simulation.run_until([&] { return !failing(); }, fixture.simulation.now() + 3 * backoff));
    EXPECT_EQ(fixture.store->statistics().compactions, 1u);
  }
}

TEST(Compaction, AFailureIsOverWhenNothingIsLeftToCompact) {
  for (bool leaves_compaction : {false, true}) {
    CompactionFixture fixture(1, compacted(), false);
    for (int i = 0; i < 60; ++i) fixture.put({{"key-" + std::to_string(i % 6), std::string(80, 'v')}});
    auto log = [&] { return fixture.store->find(fixture.id); };
    Milliseconds backoff(fixture.options.cleaner_backoff_ms);
    ASSERT_TRUE(fixture.simulation.run_until([&] { return fixture.store->statistics().compactions == 1; },
                                             fixture.simulation.now() + 2 * backoff));
    log()->failed_compaction = {Error{ErrorCode::kStorage, "the look before failed"}, fixture.simulation.now()};
    if (leaves_compaction) {
      LogConfig config = compacted();
      config.cleanup_compact = false;
      log()->set_config(std::make_shared<LogConfig>(config));
      EXPECT_FALSE(log()->failed_compaction);
    } else {
      EXPECT_TRUE(fixture.simulation.run_until([&] { return !log()->failed_compaction; },
                                               fixture.simulation.now() + 2 * backoff));
    }
  }
}

TEST(Compaction, APassThatFindsTheDiskFullGivesBackWhatItTook) {
  LogConfig config = compacted();
  config.segment_bytes = 100'000;
  CompactionFixture fixture(1, config);
  for (int i = 0; i < 300; ++i) fixture.put({{"key-" + std::to_string(i), std::string(900, 'v')}});
  sim::FaultyFileSystem& disk = fixture.machine->disk();
  runtime::DiskSpace space = *disk.space("");
  disk.set_capacity(space.total - space.available + 10 * sim::kPageBytes);
  Result<void> compacted = fixture.compact();
  ASSERT_FALSE(compacted.has_value());
  EXPECT_EQ(compacted.error().code, ErrorCode::kDiskFull);
  for (const runtime::FolderEntry& entry : *disk.list(std::filesystem::path("data/logs") / fixture.id.folder())) {
    EXPECT_FALSE(entry.name.ends_with(".cleaned")) << entry.name;
  }
}

TEST(KeyOffsets, TheNewestOffsetOfEachKeyIsFoundUntilTheMapIsFull) {
  KeyOffsets map(24 * 100, HashSecret{});
  int taken = 0;
  while (map.put(as_bytes("key-" + std::to_string(taken)), Offset{taken})) ++taken;
  EXPECT_GT(taken, 80);
  EXPECT_TRUE(map.put(as_bytes("key-3"), Offset{1000}));
  EXPECT_TRUE(map.put(as_bytes("key-3"), Offset{999}));
  EXPECT_EQ(map.newest(as_bytes("key-3")), Offset{1000});
  EXPECT_EQ(map.newest(as_bytes("key-4")), Offset{4});
  EXPECT_FALSE(map.newest(as_bytes("unknown")).has_value());
}

TEST(KeyOffsets, HashesAreThoseOfSipHashsAuthors) {
  HashSecret secret;  // key 00 01 .. 0f; messages of no byte and of the byte 00
  for (std::size_t i = 0; i < 16; ++i) secret[i] = static_cast<std::byte>(i);
  EXPECT_EQ(hash_key({}, secret), (KeyHash{0xe6a825ba047f81a3u, 0x930255c71472f66du}));
  std::byte zero{0};
  EXPECT_EQ(hash_key({&zero, 1}, secret), (KeyHash{0x44af996bd8c187dau, 0x45fc229b11597634u}));
}

}  // namespace
}  // namespace wharf::log
