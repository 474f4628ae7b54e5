#include "cluster/replication/preparations.hpp"

namespace wharf::cluster {

Result<bool> Preparations::now(PartitionId partition, log::OwnedBatches& batches) {
  Result<bool> ready = store_.prepare_now(partition, batches);
  if (!ready || !*ready || waiting_.empty()) return ready;
  return !waiting_.contains(partition);
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
    // Out of the queue before the callback runs: the partition's next may then be appended at once.
    Waiting done = std::move(queue_.front());
    queue_.pop_front();
    if (auto count = waiting_.find(done.partition); --count->second == 0) waiting_.erase(count);
    done.then(std::move(prepared));
  }
  draining_ = false;
}

runtime::Task<void> Preparations::close() { co_await tasks_.close(); }

}  // namespace wharf::cluster
