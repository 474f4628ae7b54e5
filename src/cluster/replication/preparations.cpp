#include "cluster/replication/preparations.hpp"

namespace wharf::cluster {

Result<bool> Preparations::now(PartitionId partition, log::OwnedBatches& batches) {
  Result<bool> ready = store_.prepare_now(partition, batches);
  if (!ready || !*ready) return ready;
  if (store_.is_crowded(partition)) return false;
  if (waiting_.empty()) return true;
  return !waiting_.contains(partition) && !(waits_for_room_ && store_.goes_to_wal(partition));
}

void Preparations::later(PartitionId partition, log::OwnedBatches batches, Prepared then) {
  if (tasks_.stopping()) {
    auto refuse = [then = std::move(then)]() mutable { then(fail(ErrorCode::kClosed, "the log store is closing")); };
    return tasks_.shard().post(std::move(refuse));
  }
  ++waiting_[partition];
  queue_.push_back({partition, std::move(batches), std::move(then)});
  if (!draining_) draining_ = tasks_.spawn("prepare-records", drain());
}

runtime::Task<void> Preparations::drain() {
  while (!queue_.empty()) {
    Waiting& first = queue_.front();
    Result<log::OwnedBatches> prepared = std::move(first.batches);
    if (tasks_.stopping()) {
      prepared = fail(ErrorCode::kClosed, "the log store is closing");
    } else if (!prepared->prepared) {
      prepared = co_await store_.prepare(first.partition, std::move(*prepared));
    }
    if (prepared) {
      bool has_room = co_await until_room_for(first.partition);
      if (!has_room) prepared = fail(ErrorCode::kClosed, "the log store is closing");
    }
    // Out of the queue before the callback runs: the partition's next may then be appended at once.
    Waiting done = std::move(queue_.front());
    queue_.pop_front();
    if (auto count = waiting_.find(done.partition); --count->second == 0) waiting_.erase(count);
    done.then(std::move(prepared));
  }
  draining_ = false;
}

runtime::Task<bool> Preparations::until_room_for(PartitionId partition) {
  waits_for_room_ = true;
  while (store_.is_crowded(partition) && !tasks_.stopping()) co_await store_.room().wait();
  waits_for_room_ = false;
  co_return !store_.is_crowded(partition);
}

runtime::Task<void> Preparations::close() {
  tasks_.request_stop();
  store_.room().notify();
  co_await tasks_.close();
}

}  // namespace wharf::cluster
