#pragma once
// The partitions one shard owns: append to one, be told when it is committed. On a single node durable is committed, so
// the log's own high watermark decides; with replicas it will be the engine's, behind this same door.
// Everything here is of the owning shard; only ReadWatch crosses.
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/replication/preparations.hpp"
#include "cluster/replication/read_watch.hpp"
#include "log/log_store.hpp"
#include "model/ids.hpp"
#include "runtime/shard.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::cluster {

class ShardLogs {
 public:
  using Committed = std::move_only_function<void(Result<void>)>;

  ShardLogs(runtime::Shard& shard, std::unique_ptr<log::LogStore> store);
  ~ShardLogs();

  runtime::Shard& shard() { return shard_; }
  log::LogStore& store() { return *store_; }
  /// Where a client's batches go before append().
  Preparations& preparations() { return preparations_; }

  /// Appends and wakes whoever the append concerns. Committed is another matter: see when_committed.
  Result<log::Appended> append(PartitionId partition, log::OwnedBatches batches, const log::AppendContext& context);
  /// Calls back once the high watermark reaches `next`: at once when it has, with an error when the partition goes away
  /// or its records cannot be kept. Never from inside this call when the answer is not known yet.
  void when_committed(PartitionId partition, Offset next, Committed callback);
  /// The same for whoever must know what became of the records. A disk that refuses has not decided: they are still to
  /// be written (log/write_ahead_log.hpp), so there is no answer before they are, or the partition goes away, or
  /// give_up_waiting().
  void when_decided(PartitionId partition, Offset next, Committed callback);
  /// Whoever waits in when_decided() for a disk that refuses, or will, is told why like everybody else. Until the end.
  void give_up_waiting();
  /// Fires `watch` at the partition's next advance of the high watermark, or when it goes away.
  void watch(PartitionId partition, std::shared_ptr<ReadWatch> watch);
  /// Fires `watch` when the partition goes away. It may fire before: look again.
  void watch_end(PartitionId partition, std::shared_ptr<ReadWatch> watch);
  /// Removes the partition with its data; whoever waits on it is told kNotFound.
  Result<void> remove(PartitionId partition);

  /// Hands on what the store's flushes and background work moved; ends when the scope of the caller stops.
  runtime::Task<void> run(std::stop_token stop);
  /// Flushes, marks a clean end. No append may follow.
  runtime::Task<Result<void>> close();

 private:
  struct CommitWaiter {
    Offset next;
    bool until_decided;
    Committed callback;
  };
  /// Those that fired elsewhere are thrown out now and then: looking for them at each one more is quadratic.
  struct Watches {
    std::vector<std::shared_ptr<ReadWatch>> all;
    std::size_t look_at = 8;  // so many

    void add(std::shared_ptr<ReadWatch> watch);
    bool empty() const { return all.empty(); }
    std::vector<std::shared_ptr<ReadWatch>> take() { return std::exchange(all, {}); }
  };
  struct Waiters {
    std::vector<CommitWaiter> commits;  // in the order of the calls
    Watches watches;
    Watches ends;
  };

  void hand_on_advanced();
  void advanced(PartitionId partition, Offset high_watermark);
  void wait(PartitionId partition, CommitWaiter waiter);
  void fail_waiters(PartitionId partition, const Error& error);
  void tell_refusal();

  runtime::Shard& shard_;
  std::unique_ptr<log::LogStore> store_;
  std::unordered_map<PartitionId, Waiters> waiters_;
  bool gave_up_waiting_ = false;
  Preparations preparations_;
};

}  // namespace wharf::cluster
