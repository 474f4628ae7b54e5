#include "cluster/replication/shard_logs.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wharf::cluster {

ShardLogs::ShardLogs(runtime::Shard& shard, std::unique_ptr<log::LogStore> store)
    : shard_(shard), store_(std::move(store)), preparations_(shard, *store_) {}

ShardLogs::~ShardLogs() = default;

Result<log::Appended> ShardLogs::append(PartitionId partition, log::OwnedBatches batches,
                                        const log::AppendContext& context) {
  Result<log::Appended> appended = store_->append(partition, std::move(batches), context);
  hand_on_advanced();
  return appended;
}

void ShardLogs::when_committed(PartitionId partition, Offset next, Committed callback) {
  wait(partition, {next, false, std::move(callback)});
}

void ShardLogs::when_decided(PartitionId partition, Offset next, Committed callback) {
  wait(partition, {next, !gave_up_waiting_, std::move(callback)});
}

void ShardLogs::wait(PartitionId partition, CommitWaiter waiter) {
  const log::PartitionLog* log = store_->find(partition);
  if (log == nullptr)
    return waiter.callback(fail(ErrorCode::kNotFound, fmt::format("partition {} is not here", partition.folder())));
  if (log->high_watermark() >= waiter.next) return waiter.callback({});
  std::optional<Error> refusal = store_->refusing();
  if (refusal && !waiter.until_decided) return waiter.callback(fail(*refusal));
  waiters_[partition].commits.push_back(std::move(waiter));
}

void ShardLogs::give_up_waiting() {
  gave_up_waiting_ = true;
  for (auto& [partition, waiters] : waiters_) {
    for (CommitWaiter& waiter : waiters.commits) waiter.until_decided = false;
  }
  tell_refusal();
}

namespace {

/// In the order in which they are there.
template <typename Waiter>
std::vector<Waiter> take_out(std::vector<Waiter>& from, const auto& is_due) {
  std::vector<Waiter> due;
  for (Waiter& waiter : from) {
    if (is_due(waiter)) due.push_back(std::move(waiter));
  }
  std::erase_if(from, [&](const Waiter& waiter) { return !waiter.callback; });
  return due;
}

}  // namespace

void ShardLogs::Watches::add(std::shared_ptr<ReadWatch> watch) {
  if (all.size() >= look_at) {
    std::erase_if(all, [](const std::shared_ptr<ReadWatch>& other) { return other->fired(); });
    look_at = std::max<std::size_t>(2 * all.size(), 8);
  }
  all.push_back(std::move(watch));
}

void ShardLogs::watch(PartitionId partition, std::shared_ptr<ReadWatch> watch) {
  if (store_->find(partition) == nullptr) return watch->fire();
  waiters_[partition].watches.add(std::move(watch));
}

void ShardLogs::watch_end(PartitionId partition, std::shared_ptr<ReadWatch> watch) {
  if (store_->find(partition) == nullptr) return watch->fire();
  waiters_[partition].ends.add(std::move(watch));
}

Result<void> ShardLogs::remove(PartitionId partition) {
  Result<void> removed = store_->remove(partition);
  fail_waiters(partition, {ErrorCode::kNotFound, fmt::format("partition {} was removed", partition.folder())});
  return removed;
}

void ShardLogs::hand_on_advanced() {
  for (const log::Advanced& moved : store_->take_advanced()) advanced(moved.partition, moved.high_watermark);
}

void ShardLogs::advanced(PartitionId partition, Offset high_watermark) {
  auto found = waiters_.find(partition);
  if (found == waiters_.end()) return;
  // A callback may append and wait anew: take what is due out of the lists before any runs.
  std::vector<CommitWaiter>& commits = found->second.commits;
  auto is_due = [&](const CommitWaiter& waiter) { return waiter.next <= high_watermark; };
  std::vector<CommitWaiter> due = take_out(commits, is_due);
  std::vector<std::shared_ptr<ReadWatch>> watches = found->second.watches.take();
  if (commits.empty() && found->second.ends.empty()) waiters_.erase(found);
  for (CommitWaiter& waiter : due) waiter.callback({});
  for (const std::shared_ptr<ReadWatch>& watch : watches) watch->fire();
}

void ShardLogs::fail_waiters(PartitionId partition, const Error& error) {
  auto found = waiters_.extract(partition);
  if (found.empty()) return;
  for (CommitWaiter& waiter : found.mapped().commits) waiter.callback(fail(error));
  for (const std::shared_ptr<ReadWatch>& watch : found.mapped().watches.all) watch->fire();
  for (const std::shared_ptr<ReadWatch>& watch : found.mapped().ends.all) watch->fire();
}

runtime::Task<void> ShardLogs::run(std::stop_token stop) {
  std::stop_callback wake(stop, [this] { store_->advanced().notify(); });
  while (!stop.stop_requested()) {
    co_await store_->advanced().wait();
    hand_on_advanced();
    tell_refusal();
  }
}

/// Whoever waits for the disk is told now; the records stay, and a retry finds them as duplicates.
void ShardLogs::tell_refusal() {
  std::optional<Error> refusal = store_->refusing();
  if (!refusal) return;
  // A callback may append and wait anew: take all out of the lists before any runs.
  std::vector<CommitWaiter> told;
  for (auto& [partition, waiters] : waiters_) {
    auto is_due = [](const CommitWaiter& waiter) { return !waiter.until_decided; };
    std::ranges::move(take_out(waiters.commits, is_due), std::back_inserter(told));
  }
  std::erase_if(waiters_, [](const auto& each) {
    return each.second.commits.empty() && each.second.watches.empty() && each.second.ends.empty();
  });
  for (CommitWaiter& waiter : told) waiter.callback(fail(*refusal));
}

runtime::Task<Result<void>> ShardLogs::close() {
  co_await preparations_.close();
  Result<void> closed = co_await store_->close();
  hand_on_advanced();
  co_return closed;
}

}  // namespace wharf::cluster
