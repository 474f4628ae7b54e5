// The stores of all shards over one data folder, with another number of them after each death: what a shard wrote,
// others need.
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "log/store_testing.hpp"
#include "sim/seeds.hpp"

namespace wharf::log {
namespace {

using testing::owned;
using testing::QuietLogger;
using testing::small_segments;
using testing::test_partition;

constexpr std::uint32_t kMostStores = 4;
constexpr std::uint8_t kPartitions = 6;

/// One record a batch: a batch's number in its partition is its offset.
class SeveralStores {
 public:
  explicit SeveralStores(std::uint64_t seed)
      : simulation(seed), machine(&simulation.add_machine("a", kMostStores)), random(simulation.random("work")) {}
  ~SeveralStores() { end(); }

  Result<void> open_folder(std::uint32_t count) {
    logger = std::make_unique<QuietLogger>(machine->clock());
    DataFolderOptions options;
    options.new_cluster_id.bytes.fill(7);
    options.reserve_bytes = 0;
    options.wal.file_bytes = 16 * kWalBlockBytes;
    options.stores = count;
    Result<std::unique_ptr<DataFolder>> opened = DataFolder::open(machine->disk(), "data", options, *logger);
    if (!opened) return fail(opened.error());
    folder = std::move(*opened);
    stores.resize(count);
    return {};
  }
  /// Recovers store `number` of them, whose partitions are then checkpointed.
  Result<void> open_store(std::uint32_t number) {
    runtime::Shard& shard = machine->shard(number);
    LogStoreOptions options;
    options.wal.max_files = 8;
    options.checkpoint_interval_ms = 20;
    options.retry_ms = 5;
    options.owns = [number, count = stores.size()](const PartitionId& id) { return owner(id, count) == number; };
    LogStore::Surroundings with{&shard, &machine->disk(), logger.get(), folder.get(), nullptr, nullptr};
    Result<std::unique_ptr<LogStore>> made = simulation.run(shard, LogStore::open(with, options));
    if (!made) return fail(made.error());
    stores[number] = std::move(*made);
    return {};
  }
  /// All of them, in drawn order, and then they run.
  Result<void> start(std::uint32_t count) {
    if (Result<void> opened = open_folder(count); !opened) return opened;
    std::vector<std::uint32_t> order;
    for (std::uint32_t number = 0; number < count; ++number) order.push_back(number);
    for (std::uint32_t left = count; left > 1; --left) std::swap(order[left - 1], order[random.below(left)]);
    for (std::uint32_t number : order) {
      if (Result<void> opened = open_store(number); !opened) return opened;
    }
    for (std::uint32_t number : order) {
      scopes.push_back(std::make_unique<runtime::TaskScope>(machine->shard(number)));
      scopes.back()->spawn("log-store", stores[number]->run(scopes.back()->stop_token()));
      shard_of_scope.push_back(number);
    }
    for (std::uint8_t number = 0; number < kPartitions; ++number) {
      PartitionId id = test_partition(number);
      auto config = std::make_shared<LogConfig>(small_segments(Flush::kSync));
      Result<PartitionLog*> created = stores[owner(id, count)]->create(id, config);
      if (!created) return fail(created.error());
    }
    return {};
  }

  bool append(const PartitionId& id, std::size_t value_bytes) {
    std::vector<std::byte> bytes = testing::batch_bytes_of(
        {.value_bytes = 10 + value_bytes, .number = static_cast<std::int64_t>(random.below(100'000))});
    Result<Appended> appended =
        store_of(id).append(id, owned(bytes), {LeaderEpoch{0}, machine->clock().wall_now(), true});
    if (!appended) return false;
    sent[id].resize(static_cast<std::size_t>(appended->first.value));
    sent[id].push_back(std::move(bytes));
    return true;
  }
  /// To drawn partitions, and some time: what is durable then is promised.
  void work(std::uint64_t batches) {
    for (std::uint64_t i = 0; i < batches && !machine->disk().down(); ++i) {
      append(test_partition(static_cast<std::uint8_t>(random.below(kPartitions))), random.below(3000));
      if (random.one_in(3)) simulation.run_for(std::chrono::microseconds(random.below(4000)));
      note_promised();
    }
  }
  /// A partition that this store owns, where there are so many.
  static PartitionId of_store(std::size_t store, std::size_t count) {
    for (std::uint8_t number = 0;; ++number) {
      if (owner(test_partition(number), count) == store) return test_partition(number);
    }
  }
  void note_promised() {
    for (std::uint8_t number = 0; number < kPartitions; ++number) {
      PartitionId id = test_partition(number);
      promised[id] = std::max(promised[id], store_of(id).find(id)->high_watermark());
    }
  }

  /// What is wrong with what the stores hold: empty, or a sentence. What was not kept, nor promised, is forgotten.
  std::string compare() {
    for (std::uint8_t number = 0; number < kPartitions; ++number) {
      PartitionId id = test_partition(number);
      Offset end = store_of(id).find(id)->log_end_offset();
      std::string where = id.folder() + " of " + std::to_string(end.value);
      if (end < promised[id]) return where + ": promised up to " + std::to_string(promised[id].value);
      if (sent[id].size() < static_cast<std::size_t>(end.value)) return where + ": more than was sent";
      sent[id].resize(static_cast<std::size_t>(end.value));
      for (Offset from{0}; from < end; from = from.plus(1)) {
        Result<SharedBytes> bytes =
            simulation.run(machine->shard(owner(id, stores.size())), store_of(id).read_bytes(id, from, 1, end));
        if (!bytes) return where + ": " + bytes.error().message;
        std::vector<std::byte> expected = sent[id][static_cast<std::size_t>(from.value)];
        stamp_base_offset(expected, from);
        stamp_leader_epoch(expected, LeaderEpoch{0});
        if (!std::ranges::equal(bytes->view(), expected))
          return where + ": another batch at " + std::to_string(from.value);
      }
    }
    return {};
  }

  void kill() {
    die([this] { return &simulation.kill(*machine); });
  }
  void power_loss() {
    die([this] { return &simulation.power_loss(*machine); });
  }
  Result<void> end() {
    Result<void> outcome;
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      scopes[i]->request_stop();
      simulation.run(machine->shard(shard_of_scope[i]), scopes[i]->close());
    }
    scopes.clear();
    shard_of_scope.clear();
    for (std::uint32_t number = 0; number < stores.size(); ++number) {
      if (stores[number] == nullptr) continue;
      Result<void> closed = simulation.run(machine->shard(number), stores[number]->close());
      if (!closed) outcome = closed;
    }
    stores.clear();
    folder.reset();
    return outcome;
  }

  sim::Simulation simulation;
  sim::Machine* machine;
  sim::SeededRandom random;
  std::unique_ptr<QuietLogger> logger;
  std::unique_ptr<DataFolder> folder;
  std::vector<std::unique_ptr<LogStore>> stores;
  std::vector<std::unique_ptr<runtime::TaskScope>> scopes;
  std::vector<std::uint32_t> shard_of_scope;
  std::map<PartitionId, std::vector<std::vector<std::byte>>> sent;
  std::map<PartitionId, Offset> promised;

 private:
  static std::size_t owner(const PartitionId& id, std::size_t count) { return std::hash<PartitionId>()(id) % count; }
  LogStore& store_of(const PartitionId& id) { return *stores[owner(id, stores.size())]; }
  template <class Replace>
  void die(Replace replace) {
    sim::Machine* reborn = replace();
    std::ignore = end();  // the ghosts wind down
    machine = reborn;
  }
};

TEST(SeveralStores, AStoreThatHasRecoveredLetsGoOfNothingThatOthersStillNeed) {
  for (std::uint32_t first = 0; first < 3; ++first) {
    SeveralStores fixture(first);
    ASSERT_TRUE(fixture.start(2).has_value());
    fixture.work(40);
    fixture.simulation.run_for(std::chrono::seconds(1));
    fixture.work(20);  // behind the last checkpoint
    fixture.simulation.run_for(std::chrono::milliseconds(5));
    fixture.note_promised();
    fixture.kill();
    ASSERT_TRUE(fixture.open_folder(3).has_value());
    ASSERT_TRUE(fixture.open_store(first).has_value());
    fixture.kill();  // before the others have recovered
    ASSERT_TRUE(fixture.start(3).has_value());
    EXPECT_EQ(fixture.compare(), "") << "store " << first;
  }
}

TEST(SeveralStores, OneThatCannotWriteWhatItFoundKeepsNoOtherFromGoingOn) {
  SeveralStores fixture(3);
  ASSERT_TRUE(fixture.start(2).has_value());
  PartitionId mine = fixture.of_store(0, 2);
  PartitionId other = fixture.of_store(1, 2);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(fixture.append(other, 3'000));  // more than a checkpoint carries
  fixture.simulation.run_for(std::chrono::milliseconds(5));
  fixture.note_promised();
  fixture.kill();
  fixture.machine->disk().set_errors({.path_part = other.folder(), .write_one_in = 1});
  ASSERT_TRUE(fixture.start(2).has_value());
  EXPECT_NE(fixture.folder->loaded(), nullptr) << "one has not recovered";
  for (int i = 0; i < 300; ++i) {  // more than the files of its write-ahead log hold
    ASSERT_TRUE(fixture.append(mine, 3'000)) << i;
    fixture.simulation.run_for(std::chrono::milliseconds(20));
  }
  fixture.simulation.run_for(std::chrono::seconds(1));
  fixture.note_promised();
  EXPECT_EQ(fixture.promised[mine].value, static_cast<std::int64_t>(fixture.sent[mine].size()));
  fixture.machine->disk().set_errors({});
  fixture.simulation.run_for(std::chrono::seconds(1));
  fixture.kill();
  ASSERT_TRUE(fixture.start(3).has_value());
  EXPECT_EQ(fixture.compare(), "");
}

/// Deaths at drawn changes of the disk, also of starts.
std::uint64_t lives_and_deaths(std::uint64_t seed) {
  SeveralStores fixture(seed);
  for (int life = 0; life < 6; ++life) {
    auto count = static_cast<std::uint32_t>(1 + fixture.random.below(kMostStores));
    if (fixture.random.coin())
      fixture.machine->disk().crash_at(fixture.machine->disk().changes() + fixture.random.below(120));
    Result<void> started = fixture.start(count);
    bool died = fixture.machine->disk().down();
    EXPECT_TRUE(started || died) << "seed " << seed << " life " << life << ": " << started.error().message;
    if (!started && !died) return 0;
    std::string wrong = started ? fixture.compare() : "";
    if (!fixture.machine->disk().down()) EXPECT_EQ(wrong, "") << "seed " << seed << " life " << life << " of " << count;
    if (started) fixture.work(fixture.random.below(60));
    if (fixture.random.one_in(4) && !fixture.machine->disk().down()) {
      EXPECT_TRUE(fixture.end().has_value() || fixture.machine->disk().down());
      if (fixture.machine->disk().down()) fixture.power_loss();
      continue;
    }
    if (fixture.random.coin())
      fixture.kill();
    else
      fixture.power_loss();
  }
  Result<void> started = fixture.start(1);
  EXPECT_TRUE(started.has_value()) << "seed " << seed;
  if (started) EXPECT_EQ(fixture.compare(), "") << "seed " << seed;
  return fixture.simulation.hash();
}

TEST(SeveralStores, WhateverTheirNumberWhatWasPromisedIsThereAfterEachDeath) {
  EXPECT_TRUE(sim::run_seeds(40, lives_and_deaths).empty());
}

}  // namespace
}  // namespace wharf::log
