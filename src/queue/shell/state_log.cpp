#include "queue/shell/state_log.hpp"

#include <algorithm>
#include <utility>

#include "model/record_batch_builder.hpp"
#include "queue/shell/log_config.hpp"

namespace wharf::queue {
namespace {

/// A snapshot replaces a log that is so much larger than the last one.
constexpr std::uint64_t kSnapshotFactor = 4;
/// While a log has no segment it is to stay so small that checkpoints carry it.
constexpr std::uint64_t kLeastCarriedBytes = 2u << 10;
/// After the disk failed or was full.
constexpr Milliseconds kRetryInterval{1'000};
/// What is said of a queue at rest is mostly shorter.
constexpr std::size_t kMostRemembered = 256;

}  // namespace

StateLog::StateLog(Surroundings with, StateOwner& owner, PartitionId partition, std::uint64_t least_bytes)
    : with_(with), owner_(owner), partition_(partition), least_bytes_(least_bytes) {}

StateLog::~StateLog() {
  *alive_ = false;
  end();
}

Result<log::PartitionLog*> StateLog::open() {
  Result<log::PartitionLog*> opened = with_.logs.store().create(partition_, log_config(log::Flush::kSync));
  if (!opened) return opened;
  end_ = (*opened)->log_end_offset();
  bytes_ = (*opened)->size_bytes();
  return opened;
}

bool StateLog::has_grown() const {
  if (bytes_ <= std::max(kLeastCarriedBytes, kSnapshotFactor * snapshot_bytes_)) return false;
  if (bytes_ > least_bytes_) return true;
  const log::PartitionLog* log = with_.logs.store().find(partition_);
  return log != nullptr && !log->has_segments();
}

void StateLog::write(Answered answered, Kept kept) {
  bool is_snapshot = has_grown() || lost_;
  std::vector<std::byte> record = is_snapshot ? owner_.take_snapshot() : owner_.take_change();
  if (!record.empty()) return append(std::move(record), is_snapshot, std::move(answered), std::move(kept));
  // What was written before may still be on its way.
  if (answered) with_.logs.when_committed(partition_, end_, std::move(answered));
}

void StateLog::write_last(std::vector<std::byte> snapshot) {
  end();
  if (snapshot.empty() || (snapshot == last_ && !lost_)) return;
  append(std::move(snapshot), true, {}, {});
}

void StateLog::remove() {
  *alive_ = false;
  end();
  std::ignore = with_.logs.remove(partition_);
}

/// Nobody is asked for anything any more.
void StateLog::end() {
  ended_ = true;
  if (retry_) with_.shard.cancel_timer(*retry_);
  retry_.reset();
}

void StateLog::remember(ByteView record) {
  last_.clear();
  if (record.size() <= kMostRemembered) last_.assign(record.begin(), record.end());
}

void StateLog::append(std::vector<std::byte> record, bool is_snapshot, Answered answered, Kept kept) {
  Timestamp now = with_.shard.clock().wall_now();
  BatchBuilder builder({});
  builder.append({.timestamp = now, .value = ByteView(record)});
  Result<std::vector<std::byte>> bytes = builder.finish();
  WHARF_ASSERT(bytes);
  std::size_t size = bytes->size();
  log::AppendContext context{.leader_epoch = with_.leader_epoch(), .now = now, .from_client = false};
  if (is_snapshot) lost_ = false;
  // Others hear of their commits meanwhile, and may write behind this one.
  Result<log::Appended> appended = with_.logs.append(partition_, log::own(std::move(*bytes)), context);
  if (!appended) {
    if (answered) answered(fail(appended.error()));
    return refused(appended.error());
  }
  end_ = std::max(end_, appended->next);
  remember(is_snapshot ? ByteView(record) : ByteView());
  bytes_ = is_snapshot ? size : bytes_ + size;
  if (is_snapshot) snapshot_bytes_ = size;
  auto done = [this, alive = alive_, entry = Entry{appended->first, is_snapshot}, answered = std::move(answered),
               kept = std::move(kept)](Result<void> outcome) mutable {
    if (answered) answered(outcome);
    if (*alive) committed(entry, outcome, kept);
  };
  with_.logs.when_committed(partition_, appended->next, std::move(done));
}

void StateLog::committed(const Entry& entry, const Result<void>& outcome, Kept& kept) {
  if (!outcome) return refused(outcome.error());
  refusing_ = false;
  if (kept) kept();
  if (entry.is_snapshot) with_.logs.store().trim(partition_, entry.first);
}

void StateLog::refused(const Error& why) {
  lost_ = true;
  if (!std::exchange(refusing_, true)) owner_.state_refused(why);
  if (ended_ || retry_) return;
  retry_ = with_.shard.set_timer(with_.shard.now() + kRetryInterval, [this] {
    retry_.reset();
    if (lost_) owner_.state_due();
  });
}

}  // namespace wharf::queue
