#pragma once
// A LogStore with its data folder on a simulated machine: started, stopped, killed, and compared with what was sent to
// it.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "log/log_store.hpp"
#include "log/log_testing.hpp"
#include "sim/simulation.hpp"

namespace wharf::log::testing {

class StoreFixture {
 public:
  explicit StoreFixture(std::uint64_t seed = 1, LogConfig config = small_segments(Flush::kSync))
      : simulation(seed), machine(&simulation.add_machine("a")), topic_config(config) {
    options.wal.max_files = 8;
    options.checkpoint_interval_ms = 10'000;
  }
  ~StoreFixture() {
    if (store) stop();
  }

  /// Opens and runs. An error of open() comes back.
  Result<void> start() {
    logger = std::make_unique<QuietLogger>(machine->clock());
    DataFolderOptions folder_options;
    folder_options.new_cluster_id.bytes.fill(7);
    folder_options.reserve_bytes = reserve_bytes;
    folder_options.wal.file_bytes = 16 * kWalBlockBytes;
    Result<std::unique_ptr<DataFolder>> opened = DataFolder::open(machine->disk(), "data", folder_options, *logger);
    if (!opened) return fail(opened.error());
    folder = std::move(*opened);
    was_clean = folder->clean();
    LogStore::Surroundings with{&machine->shard(), &machine->disk(), logger.get(), folder.get(), nullptr, nullptr};
    Result<std::unique_ptr<LogStore>> made = simulation.run(machine->shard(), LogStore::open(with, options));
    if (!made) {
      folder.reset();
      return fail(made.error());
    }
    store = std::move(*made);
    scope = std::make_unique<runtime::TaskScope>(machine->shard());
    for (const PartitionId& id : partitions) {
      Result<PartitionLog*> created = store->create(id, std::make_shared<LogConfig>(topic_config));
      if (created) continue;
      std::ignore = stop();
      return fail(created.error());
    }
    scope->spawn("log-store", store->run(scope->stop_token()));
    return {};
  }
  /// In order, as far as the disk lets us.
  Result<void> stop() {
    scope->request_stop();
    simulation.run(machine->shard(), scope->close());
    Result<void> closed = simulation.run(machine->shard(), store->close());
    if (!closed) died_ = true;
    store.reset();
    scope.reset();
    folder.reset();
    return closed;
  }
  void power_loss() {
    die([this] { return &simulation.power_loss(*machine); });
  }
  void kill() {
    die([this] { return &simulation.kill(*machine); });
  }

  PartitionLog& add(std::uint8_t number) {
    PartitionId id = test_partition(number);
    partitions.insert(id);
    return **store->create(id, std::make_shared<LogConfig>(topic_config));
  }

  Result<Appended> append(const PartitionId& id, const TestBatch& batch, bool from_client = true) {
    OwnedBatches batches = owned_batch(batch);
    Result<Appended> appended = store->append(id, batches, {LeaderEpoch{0}, machine->clock().wall_now(), from_client});
    if (appended && !appended->duplicate)
      sent[id].push_back({appended->first, appended->next, {batches.bytes.begin(), batches.bytes.end()}, false});
    return appended;
  }
  /// One batch for several partitions.
  void append_shared(const std::vector<PartitionId>& ids, const TestBatch& batch) {
    OwnedBatches shared = share(batch_bytes_of(batch));
    for (const PartitionId& id : ids) {
      Result<Appended> appended = store->append(id, shared, {LeaderEpoch{0}, machine->clock().wall_now(), true});
      if (!appended) continue;
      std::vector<std::byte> stamped(shared.bytes.begin(), shared.bytes.end());
      stamp_base_offset(stamped, appended->first);
      stamp_leader_epoch(stamped, LeaderEpoch{0});
      sent[id].push_back({appended->first, appended->next, std::move(stamped), false});
    }
  }
  /// Until the high watermark has reached `offset`, or `within` has passed.
  bool wait_for(const PartitionId& id, Offset offset, Nanoseconds within = std::chrono::seconds(30)) {
    PartitionLog* log = store->find(id);
    return simulation.run_until([&] { return log->high_watermark() >= offset; }, simulation.now() + within);
  }
  /// Appended and, in a sync topic, durable.
  void append_and_wait(const PartitionId& id, const TestBatch& batch) {
    Result<Appended> appended = append(id, batch);
    WHARF_ASSERT(appended.has_value());
    WHARF_ASSERT(wait_for(id, appended->next));
    note_acknowledged();
  }
  /// Everything below the high watermarks now counts as promised.
  void note_acknowledged() {
    for (auto& [id, batches] : sent) {
      PartitionLog* log = store->find(id);
      for (Sent& one : batches)
        one.acknowledged = one.acknowledged || (log != nullptr && one.next <= log->high_watermark());
    }
  }

  /// All batches of the partition from its log start (`begin`: which one) to its high watermark.
  Result<std::vector<std::byte>> read_all(const PartitionId& id, Offset* begin = nullptr) {
    std::vector<std::byte> all;
    PartitionLog* log = store->find(id);
    Offset from = log->log_start_offset();
    if (begin != nullptr) *begin = from;
    while (from < log->high_watermark()) {
      Result<SharedBytes> bytes =
          simulation.run(machine->shard(), store->read_bytes(id, from, 1500, log->high_watermark()));
      if (!bytes && bytes.error().code == ErrorCode::kOffsetOutOfRange)
        return read_all(id, begin);  // trimmed meanwhile
      if (!bytes) return fail(bytes.error());
      if (bytes->empty()) return fail(ErrorCode::kInternal, "an empty read below the high watermark");
      all.insert(all.end(), bytes->view().begin(), bytes->view().end());
      from = headers_in(bytes->view()).back().next_offset();
    }
    return all;
  }

  struct Sent {
    Offset first;
    Offset next;
    std::vector<std::byte> bytes;
    bool acknowledged = false;
  };

  /// What is wrong with what the store holds: empty, or a sentence. Every promised batch is there, at its offset, byte
  /// for byte; everything there was sent; offsets have no gaps. After a death what was not kept is forgotten.
  std::string compare() {
    for (const PartitionId& id : partitions) {
      Offset expected;
      Result<std::vector<std::byte>> all = read_all(id, &expected);
      if (!all) return "reading failed: " + all.error().message;
      Offset begin = expected;
      std::vector<Sent> kept;
      for (ByteView rest = *all; !rest.empty();) {
        BatchHeader header = *read_batch_header(rest);
        ByteView bytes = rest.first(header.size_bytes);
        rest = rest.subspan(header.size_bytes);
        bool holds_the_start = kept.empty() && header.base_offset < expected && header.next_offset() > expected;
        if (header.base_offset != expected && !holds_the_start)
          return "a gap before offset " + std::to_string(header.base_offset.value);
        expected = header.next_offset();
        auto same = [&](const Sent& one) {
          return one.first == header.base_offset && std::ranges::equal(one.bytes, bytes);
        };
        auto found = std::ranges::find_if(sent[id], same);
        if (found == sent[id].end())
          return "a batch that nobody sent at offset " + std::to_string(header.base_offset.value);
        kept.push_back(*found);
      }
      for (const Sent& one : sent[id]) {
        if (one.acknowledged && one.first >= expected)
          return "acknowledged and gone: offset " + std::to_string(one.first.value);
      }
      if (!died_) continue;
      // A log start that was not durable comes back, and with it what lies behind.
      std::erase_if(sent[id], [begin](const Sent& one) { return one.first >= begin; });
      sent[id].insert(sent[id].end(), kept.begin(), kept.end());
    }
    died_ = false;
    return {};
  }

  sim::Simulation simulation;
  sim::Machine* machine;
  LogConfig topic_config;
  LogStoreOptions options;
  std::uint64_t reserve_bytes = 0;
  std::unique_ptr<QuietLogger> logger;
  std::unique_ptr<DataFolder> folder;
  std::unique_ptr<LogStore> store;
  std::unique_ptr<runtime::TaskScope> scope;
  std::set<PartitionId> partitions;
  std::map<PartitionId, std::vector<Sent>> sent;
  bool was_clean = false;

 private:
  template <class Replace>
  void die(Replace replace) {
    note_acknowledged();
    sim::Machine* reborn = replace();
    std::ignore = stop();  // the ghost winds down
    machine = reborn;
    died_ = true;
  }

  bool died_ = false;
};

}  // namespace wharf::log::testing
