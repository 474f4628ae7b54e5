// What one old message keeps on disk: segments of which most is settled are written anew without it.
#include <algorithm>

#include "queue/shell/live_queue.hpp"

namespace wharf::queue {
namespace {

/// Less is not worth the writing.
constexpr std::uint64_t kLeastPinnedBytes = 64u << 20;
/// Of a record beside its body, at the least.
constexpr std::uint64_t kBytesBesideBody = 80;

std::shared_ptr<const log::GoneOffsets> gone_of(const Cursor& cursor) {
  auto gone = std::make_shared<log::GoneOffsets>();
  if (Offset floor = cursor.floor(); floor > Offset{0}) gone->ranges.push_back({Offset{0}, floor});
  for (const auto& [first, next] : cursor.settled().ranges()) gone->ranges.push_back({first, next});
  return gone;
}

}  // namespace

QueueReport LiveQueue::report() const {
  QueueReport report;
  auto add_log = [&](PartitionId partition) {
    if (const log::PartitionLog* log = with_.logs.store().find(partition)) report.disk_bytes += log->size_bytes();
  };
  if (identity_.durable) add_log(state_of(identity_.id));
  for (auto level = core_.levels().rbegin(); level != core_.levels().rend(); ++level) {
    const auto& [number, cursor] = *level;
    add_log(log_of(number));
    report.live_bytes += cursor.counted().bytes;
    std::optional<Placed> placed = cursor.at_or_behind(cursor.floor());
    if (!placed) continue;
    OldestMessage& oldest = report.oldest.emplace_back(OldestMessage{{number, placed->offset}, placed->where, {}, {}});
    const Held* held = core_.held(oldest.id);
    if (held == nullptr) continue;
    oldest.held_for = std::chrono::duration_cast<Milliseconds>(with_.shard.now() - held->since);
    const ConsumerOptions* consumer = core_.consumers().options(*held->holder);
    if (consumer != nullptr) oldest.consumer_tag = consumer->tag, oldest.connection = consumer->connection;
  }
  return report;
}

/// What a pass could not drop counts as needed until the log has grown to twice of it.
bool LiveQueue::is_pinned(std::uint8_t level, const Cursor& cursor) {
  log::PartitionLog* log = with_.logs.store().find(log_of(level));
  if (log == nullptr || cursor.settled().empty()) return false;
  std::uint64_t size = log->stored().size_bytes();
  auto left = left_by_pass_.find(level);
  if (left != left_by_pass_.end()) left->second = std::min(left->second, size);
  std::uint64_t needed = cursor.counted().bytes + kBytesBesideBody * (cursor.ready() + cursor.in_flight());
  if (left != left_by_pass_.end()) needed = std::max(needed, left->second);
  return size >= kLeastPinnedBytes && size > 2 * needed;
}

void LiveQueue::free_pinned_later() {
  if (freeing_ || ended_) return;
  for (const auto& [level, cursor] : core_.levels()) {
    if (is_pinned(level, cursor)) {
      freeing_ = true;
      with_.tasks.spawn("queue-free", free_pinned(level));
      return;
    }
  }
}

runtime::Task<void> LiveQueue::free_pinned(std::uint8_t level) {
  std::shared_ptr<bool> alive = alive_;
  log::LogStore& store = with_.logs.store();
  PartitionId partition = log_of(level);
  std::shared_ptr<const log::GoneOffsets> gone = gone_of(core_.levels().at(level));
  // Where there is nothing to write the answer comes at once, which a suspended task may not.
  auto start = [this](runtime::Resume<Result<void>> resume) {
    write_state_then([&shard = with_.shard, resume = std::move(resume)](Result<void> written) mutable {
      shard.post([resume = std::move(resume), written = std::move(written)]() mutable { resume(std::move(written)); });
    });
  };
  Result<void> outcome = co_await runtime::suspend<Result<void>>(std::move(start));
  if (outcome) outcome = co_await store.drop_gone(partition, std::move(gone));
  if (!*alive) co_return;
  freeing_ = false;
  log::PartitionLog* log = store.find(partition);
  if (log != nullptr) left_by_pass_[level] = log->stored().size_bytes();
  if (outcome || outcome.error().code == ErrorCode::kClosed) co_return;
  with_.logger.warn("what is settled could not be taken out of a queue's log", {{"queue", identity_.name}, {"reason", outcome.error().message}});
}

}  // namespace wharf::queue
