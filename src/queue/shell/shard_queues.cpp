#include "queue/shell/shard_queues.hpp"

#include <utility>

namespace wharf::queue {
namespace {

/// Settlements reach the disk at the latest so long after they came: a crash has those delivered again, flagged.
constexpr Milliseconds kStateInterval{10};
/// So many queues are looked at so often for what they keep on disk: all of a few thousand within seconds.
constexpr Milliseconds kLookInterval{1'000};
constexpr std::size_t kQueuesPerLook = 256;
/// Queues that are recovered at the same time: each waits for the disk, or for a thread that reads, a few times.
constexpr std::size_t kRecoveredAtOnce = 16;

runtime::Task<void> recover_some(const std::vector<LiveQueue*>* all, std::size_t* next) {
  while (*next < all->size()) co_await (*all)[(*next)++]->recover();
}

}  // namespace

ShardQueues::ShardQueues(runtime::Shard& shard, cluster::ShardLogs& logs, Options options)
    : shard_(shard),
      logs_(logs),
      seconds_(options.seconds != nullptr ? *options.seconds : own_seconds_),
      tasks_(shard),
      with_{.shard = shard,
            .logs = logs,
            .logger = *options.logger,
            .tasks = tasks_,
            .seconds = seconds_,
            .dead_letters = options.dead_letters,
            .leader_epoch = std::move(options.leader_epoch),
            .unused = std::move(options.unused),
            .state_changed = [this](TopicId id) { mark(id); }} {}

Result<void> ShardQueues::open(QueueIdentity identity, QueueSettings settings) {
  look_at_disk();
  TopicId id = identity.id;
  auto levels = found_levels_.extract(id);
  auto queue = std::make_unique<LiveQueue>(with_, std::move(identity), std::move(settings));
  Result<void> opened = queue->open(levels ? levels.mapped() : std::vector<std::uint8_t>{});
  if (!opened && !begun_) unopened_.emplace(id, opened.error());
  if (!opened) return opened;
  queues_.emplace(id, std::move(queue));
  return {};
}

/// Before any queue of this run has logs: no log of a transient queue that is there now will be used again.
void ShardQueues::look_at_disk() {
  if (std::exchange(looked_, true)) return;
  auto note_level = [this](const PartitionId& log) {
    std::int32_t level = log.index.value - kFirstQueuePartition;
    if (level >= 0 && level < 256) found_levels_[log.topic].push_back(static_cast<std::uint8_t>(level));
  };
  std::uint64_t removed = 0;
  for (const PartitionId& orphan : logs_.store().orphans()) {
    note_level(orphan);
    if (is_transient(orphan) && logs_.remove(orphan)) ++removed;
  }
  // A queue is not opened without one of its levels.
  for (const PartitionId& unreadable : logs_.store().refused()) note_level(unreadable);
  if (removed > 0) with_.logger.info("removed logs of queues that ended with an earlier run", {{"logs", removed}});
}

runtime::Task<void> ShardQueues::recover() {
  look_at_disk();
  std::vector<LiveQueue*> all;
  for (const auto& [id, queue] : queues_) all.push_back(queue.get());
  std::size_t next = 0;
  runtime::TaskScope workers(shard_);
  for (std::size_t i = 0; i < kRecoveredAtOnce; ++i) workers.spawn("queue-recovery", recover_some(&all, &next));
  co_await workers.close();
}

void ShardQueues::begin() {
  begun_ = true;
  for (const auto& [id, queue] : queues_) queue->begin();
  look_at_some();
}

void ShardQueues::look_at_some() {
  seconds_.advance(shard_.now());
  look_timer_ = shard_.set_timer(shard_.now() + kLookInterval, [this] { look_at_some(); });
  if (to_look_at_.empty()) {
    for (const auto& [id, queue] : queues_) to_look_at_.push_back(id);
  }
  for (std::size_t i = 0; i < kQueuesPerLook && !to_look_at_.empty(); ++i) {
    LiveQueue* queue = find(to_look_at_.back());
    to_look_at_.pop_back();
    if (queue != nullptr) queue->free_pinned_later();
  }
}

QueueCounts ShardQueues::remove(TopicId id) {
  unopened_.erase(id);
  auto found = queues_.extract(id);
  if (!found) return {};
  QueueCounts counts = found.mapped()->counts();
  gone_.add(found.mapped()->core().traffic().totals());
  found.mapped()->destroy();
  frozen_.thaw(id);
  // Whoever is in a call of it has left by the next turn.
  shard_.post([queue = std::shared_ptr<LiveQueue>(std::move(found.mapped()))] {});
  return counts;
}

LiveQueue* ShardQueues::find(TopicId id) {
  auto found = queues_.find(id);
  return found == queues_.end() ? nullptr : found->second.get();
}

Result<LiveQueue*> ShardQueues::get(TopicId id) {
  if (LiveQueue* queue = find(id)) return queue;
  auto unopened = unopened_.find(id);
  if (unopened != unopened_.end()) return fail(unopened->second);
  return fail(ErrorCode::kNotFound, "the queue does not exist any more");
}

void ShardQueues::mark(TopicId id) {
  changed_.push_back(id);
  if (timer_ || closed_) return;
  timer_ = shard_.set_timer(shard_.now() + kStateInterval, [this] {
    timer_.reset();
    write_states();
  });
}

void ShardQueues::write_states() {
  for (TopicId id : std::exchange(changed_, {})) {
    LiveQueue* queue = find(id);
    if (queue != nullptr) queue->write_state();
  }
}

runtime::Task<void> ShardQueues::close() {
  closed_ = true;
  if (timer_) shard_.cancel_timer(*timer_);
  if (look_timer_) shard_.cancel_timer(*look_timer_);
  timer_.reset();
  co_await tasks_.close();
  for (const auto& [id, queue] : queues_) queue->write_last_state();
}

}  // namespace wharf::queue
