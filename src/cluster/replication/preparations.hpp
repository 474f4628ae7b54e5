#pragma once
// Producers' batches on the way to their logs, whose records are looked at first: most at once, those that take longer
// on the work pool, one after the other so that its threads stay free for the disk. Batches of one partition come out
// in the order in which they came, whoever sent them: a producer's sequence numbers and a connection's order hold.
// While the write-ahead log has much on its way to the disk they wait here, so that who sends slows down (acks=0 too)
// and is not refused. Of one shard, as its logs.
//
//   Result<bool> now = preparations.now(partition, batches);
//   if (now && *now) append(batches);
//   if (now && !*now) preparations.later(partition, std::move(batches), [](Result<log::OwnedBatches> prepared) { ...
//   });
#include <deque>
#include <functional>
#include <unordered_map>

#include "log/log_store.hpp"
#include "model/ids.hpp"
#include "runtime/shard.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::cluster {

class Preparations {
 public:
  using Prepared = std::move_only_function<void(Result<log::OwnedBatches>)>;

  /// `store` outlives it.
  Preparations(runtime::Shard& shard, log::LogStore& store) : store_(store), tasks_(shard) {}

  /// True: append them. False: it takes longer, the disk has enough to do, or the partition's earlier ones are not out
  /// yet: hand them to later(). Errors: LogStore::prepare_now().
  Result<bool> now(PartitionId partition, log::OwnedBatches& batches);
  /// Calls back when they may be appended; never from inside this call.
  void later(PartitionId partition, log::OwnedBatches batches, Prepared then);
  /// Waits for what the work pool does at the moment; the rest is told kClosed, as is everything from now on.
  runtime::Task<void> close();

 private:
  struct Waiting {
    PartitionId partition;
    log::OwnedBatches batches;
    Prepared then;
  };

  runtime::Task<void> drain();
  runtime::Task<bool> until_room_for(PartitionId partition);  // false: a stop came before

  log::LogStore& store_;
  std::deque<Waiting> queue_;                             // the first one is on the work pool
  std::unordered_map<PartitionId, std::size_t> waiting_;  // of each partition in the queue
  bool draining_ = false;
  bool waits_for_room_ = false;  // the first one: whoever comes now waits behind it
  runtime::TaskScope tasks_;
};

}  // namespace wharf::cluster
