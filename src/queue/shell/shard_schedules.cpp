#include "queue/shell/shard_schedules.hpp"

#include <utility>

namespace wharf::queue {

ShardSchedules::ShardSchedules(runtime::Shard& shard, cluster::ShardLogs& logs, Options options)
    : logs_(logs),
      own_(shard.index().value),
      dice_(*options.random),
      tasks_(shard),
      with_{.shard = shard,
            .logs = logs,
            .logger = *options.logger,
            .tasks = tasks_,
            .due_messages = *options.due_messages,
            .dice = dice_,
            .leader_epoch = std::move(options.leader_epoch)} {}

runtime::Task<Result<void>> ShardSchedules::open() {
  std::map<Lane, std::vector<BucketId>> found{{own_, {}}};
  for (const PartitionId& orphan : logs_.store().orphans()) {
    std::optional<Lane> lane = lane_of(orphan);
    if (!lane) continue;
    std::vector<BucketId>& buckets = found[*lane];
    if (std::optional<BucketId> bucket = bucket_of(orphan)) buckets.push_back(*bucket);
  }
  for (auto& [lane, buckets] : found) {
    auto made = lanes_.emplace(lane, std::make_unique<LiveSchedule>(with_, lane)).first;
    Result<void> opened = co_await made->second->open(std::move(buckets));
    if (!opened) co_return opened;
  }
  open_ = true;
  co_return Result<void>();
}

void ShardSchedules::begin() {
  for (const auto& [lane, schedule] : lanes_) schedule->begin();
}

LiveSchedule* ShardSchedules::find(Lane lane) {
  auto found = lanes_.find(lane);
  return found == lanes_.end() ? nullptr : found->second.get();
}

std::uint64_t ShardSchedules::pending() const {
  std::uint64_t count = 0;
  for (const auto& [lane, schedule] : lanes_) count += schedule->pending();
  return count;
}

runtime::Task<void> ShardSchedules::close() {
  for (const auto& [lane, schedule] : lanes_) schedule->request_stop();
  co_await tasks_.close();
  for (const auto& [lane, schedule] : lanes_) schedule->finish();
}

}  // namespace wharf::queue
