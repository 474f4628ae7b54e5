// A queue's log without what its queue is done with: what it still needs stays where it was.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "log/store_testing.hpp"
#include "model/record.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::log {
namespace {

using testing::StoreFixture;
using testing::small_segments;
using testing::test_partition;

LogConfig of_a_queue() {
  LogConfig config = small_segments(Flush::kAsync);
  config.segment_bytes = 1000;
  config.retention_ms = kUnlimited;
  config.file_delete_delay_ms = 0;
  return config;
}

using Records = std::map<std::int64_t, std::string>;

struct QueueLog : StoreFixture {
  explicit QueueLog(std::uint64_t seed = 1) : StoreFixture(seed, of_a_queue()) {
    WHARF_ASSERT(start().has_value());
    id = add(1).id();
  }
  void put(int messages) {
    BatchBuilder builder(BatchOptions{});
    for (int i = 0; i < messages; ++i) {
      std::string body = std::to_string(end) + std::string(80, 'x');
      builder.append({.timestamp = Timestamp{1}, .value = as_bytes(body)});
      all[end++] = body;
    }
    WHARF_ASSERT(store->append(id, testing::owned(*builder.finish()), {LeaderEpoch{0}, machine->clock().wall_now()}));
  }
  Result<void> drop(std::vector<GoneOffsets::Range> ranges) {
    for (const GoneOffsets::Range& range : ranges) {
      for (std::int64_t at = range.first.value; at < range.next.value; ++at) gone.insert(at);
    }
    auto what = std::make_shared<GoneOffsets>(GoneOffsets{std::move(ranges)});
    return simulation.run(machine->shard(), store->drop_gone(id, what));
  }
  std::uint64_t size() { return store->find(id)->size_bytes(); }

  Records records() {
    Records found;
    Result<std::vector<std::byte>> read = read_all(id);
    EXPECT_TRUE(read.has_value()) << read.error().message;
    std::vector<std::byte> bytes = read ? *read : std::vector<std::byte>{};
    for (ByteView rest = bytes; !rest.empty();) {
      BatchView batch = *read_batch(rest);
      rest = rest.subspan(batch.header.size_bytes);
      RecordReader reader(batch.header, batch.records());
      for (Record record; *reader.next(record);) found[record.offset.value] = std::string(as_text(*record.value));
    }
    return found;
  }
  /// Empty: all that is not gone is there, and nothing that was never sent.
  std::string compare_records() {
    Records found = records();
    for (const auto& [offset, body] : found) {
      if (all.at(offset) != body) return "changed: offset " + std::to_string(offset);
    }
    for (const auto& [offset, body] : all) {
      if (!gone.contains(offset) && !found.contains(offset)) return "lost: offset " + std::to_string(offset);
    }
    return store->find(id)->damage().empty() ? "" : "damaged";
  }

  PartitionId id;
  std::int64_t end = 0;
  Records all;
  std::set<std::int64_t> gone;
};

TEST(DropGone, OneOldMessageDoesNotKeepAllThatCameAfterIt) {
  QueueLog log;
  for (int i = 0; i < 200; ++i) log.put(2);
  std::uint64_t before = log.size();
  ASSERT_TRUE(log.drop({{Offset{1}, Offset{380}}}));
  EXPECT_LT(log.size(), before / 8);
  EXPECT_EQ(log.compare_records(), "");
  EXPECT_LT(log.records().size(), 40u);
  EXPECT_EQ(log.store->find(log.id)->log_end_offset(), Offset{400});
  Records kept = log.records();
  ASSERT_TRUE(log.stop());
  ASSERT_TRUE(log.start());
  EXPECT_EQ(log.records(), kept);
  log.put(1);
  EXPECT_EQ(log.compare_records(), "");
}

TEST(DropGone, SegmentsThatAreStillNeededForTheMostPartAreLeftAlone) {
  QueueLog log;
  for (int i = 0; i < 100; ++i) log.put(1);
  std::uint64_t before = log.size();
  std::vector<GoneOffsets::Range> every_third;
  for (std::int64_t at = 0; at < 90; at += 3) every_third.push_back({Offset{at}, Offset{at + 1}});
  ASSERT_TRUE(log.drop(every_third));
  EXPECT_EQ(log.size(), before);
  EXPECT_EQ(log.records(), log.all);
}

runtime::Task<void> drop_all(LogStore* store, PartitionId id, int* passed) {
  auto gone = std::make_shared<GoneOffsets>(GoneOffsets{{{Offset{1}, Offset{180}}}});
  Result<void> done = co_await store->drop_gone(id, std::move(gone));
  EXPECT_TRUE(done.has_value()) << done.error().message;
  ++*passed;
}

TEST(DropGone, PassesOverSeveralLogsWaitForTheSameCheckpoint) {
  QueueLog log;
  std::vector<PartitionId> logs;
  for (std::uint8_t i = 1; i <= 4; ++i) {
    log.id = log.add(i).id();
    log.end = 0;
    log.all.clear();
    for (int put = 0; put < 100; ++put) log.put(2);
    logs.push_back(log.id);
  }
  int passed = 0;
  runtime::TaskScope scope(log.machine->shard());
  for (const PartitionId& id : logs) scope.spawn("drop", drop_all(log.store.get(), id, &passed));
  log.simulation.run(log.machine->shard(), scope.close());
  EXPECT_EQ(passed, 4);
}

TEST(DropGone, ReadersOfALogThatIsRewrittenFindWhatIsLeft) {
  rc::check([] {
    QueueLog log(static_cast<std::uint64_t>(*rc::gen::inRange(1, 1'000'000)));
    int steps = *rc::gen::inRange(1, 8);
    for (int step = 0; step < steps; ++step) {
      int batches = *rc::gen::inRange(1, 60);
      for (int i = 0; i < batches; ++i) log.put(*rc::gen::inRange(1, 5));
      std::vector<GoneOffsets::Range> ranges;
      std::set<std::int64_t> gone = log.gone;
      for (int i = 0; i < 5; ++i) {
        auto first = *rc::gen::inRange<std::int64_t>(0, log.end), next = first + *rc::gen::inRange<std::int64_t>(1, 60);
        for (std::int64_t at = first; at < std::min(next, log.end); ++at) gone.insert(at);
      }
      for (std::int64_t at : gone) {
        if (!ranges.empty() && ranges.back().next.value == at) {
          ranges.back().next = Offset{at + 1};
        } else {
          ranges.push_back({Offset{at}, Offset{at + 1}});
        }
      }
      RC_ASSERT(log.drop(std::move(ranges)));
      RC_ASSERT(log.compare_records() == "");
      if (*rc::gen::inRange(0, 3) != 0) continue;
      RC_ASSERT(log.stop());
      RC_ASSERT(log.start());
      RC_ASSERT(log.compare_records() == "");
    }
  });
}

TEST(DropGone, ACrashAtAnyChangeOfTheDiskLosesNothingThatIsNeeded) {
  for (std::uint64_t change = 0;; ++change) {
    QueueLog log(7);
    for (int i = 0; i < 60; ++i) log.put(1);
    ASSERT_TRUE(log.simulation.run(log.machine->shard(), log.store->checkpointer().write(false)));
    log.machine->disk().crash_at(log.machine->disk().changes() + change);
    std::ignore = log.drop({{Offset{1}, Offset{30}}, {Offset{31}, Offset{50}}});
    bool died = log.machine->disk().down();
    log.power_loss();
    ASSERT_TRUE(log.start());
    ASSERT_EQ(log.compare_records(), "") << change;
    if (!died) break;
  }
}

}  // namespace
}  // namespace wharf::log
