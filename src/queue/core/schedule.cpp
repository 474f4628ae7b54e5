#include "queue/core/schedule.hpp"

#include <algorithm>
#include <utility>

#include "model/error.hpp"

namespace wharf::queue {
namespace {

/// A bucket is read so long before its time, so that its first messages are on time.
constexpr std::int64_t kLeadMs = 60'000;
/// Far more than are finished between two checkpoints of the store: from then on a removed log does not come back.
constexpr std::size_t kMostGone = 1'024;

}  // namespace

Result<void> Schedule::replay(ByteView state_record) {
  return apply_schedule_record(state_record, replayed_);
}

bool Schedule::found(const BucketId& id, Offset log_start, Offset log_end) {
  auto state = replayed_.extract(id);
  if (state && state.mapped().fired.due == kLatestDue) {
    gone_.emplace_back(id, state.mapped().fired);
    return false;
  }
  Bucket& bucket = buckets_[id];
  bucket.start = log_start;
  bucket.end = log_end;
  if (state) {
    bucket.fired = state.mapped().fired;
    // What a damaged log has lost at its end is not taken for messages that get its offsets.
    if (bucket.fired.offset >= log_end) bucket.fired = {Timestamp{bucket.fired.due.ms + 1}, Offset(-1)};
    for (const auto& [first, next] : state.mapped().cancelled.ranges())
      bucket.cancelled.add({first, std::min(next, log_end)});
  }
  bucket.taken = bucket.fired;
  bucket.beyond = bucket.fired;
  bucket.pending = static_cast<std::uint64_t>(log_end.value - log_start.value - bucket.cancelled.count());
  return true;
}

bool Schedule::is_near(const BucketId& bucket, Timestamp now) {
  return begin_of(bucket).ms - kLeadMs <= now.ms;
}

Schedule::Placement Schedule::place(Timestamp due, Timestamp now, std::uint32_t random) const {
  due = std::min(std::max(due, now), kLatestDue);
  BucketId wanted = bucket_for(due, now);
  auto found = buckets_.lower_bound(wanted);
  if (found == buckets_.end() || found->first.level != wanted.level || found->first.number != wanted.number) {
    wanted.generation = random;
    return {wanted, due, true};
  }
  return {found->first, std::max(due, found->second.taken.due), false};
}

void Schedule::arrived(const BucketId& id, DueKey key, Timestamp now) {
  auto [found, is_new] = buckets_.try_emplace(id);
  Bucket& bucket = found->second;
  if (is_new) {
    bucket.start = bucket.end = key.offset;
    if (!is_near(id, now)) bucket.beyond = DueKey();  // scanned when its time comes
  }
  WHARF_ASSERT(key.offset >= bucket.end && key > bucket.taken);
  bucket.end = key.offset.plus(1);
  ++bucket.pending;
  if (bucket.scanning) ++bucket.scanning->pending;
  index(bucket, key);
}

/// Never more than `indexed_`: the last one leaves, and from there on only the log knows.
void Schedule::index(Bucket& bucket, DueKey key) {
  if (bucket.beyond && key >= *bucket.beyond) return;
  bucket.index.insert(key);
  if (bucket.index.size() <= indexed_) return;
  auto last = std::prev(bucket.index.end());
  bucket.beyond = *last;
  bucket.index.erase(last);
}

std::optional<Schedule::Scan> Schedule::wanted_scan(Timestamp now) const {
  if (scanning_) return std::nullopt;
  std::optional<Scan> wanted;
  for (const auto& [id, bucket] : buckets_) {
    if (!needs_scan(bucket) || !is_near(id, now)) continue;
    if (!wanted || begin_of(id) < begin_of(wanted->bucket)) wanted = Scan{id, bucket.start, bucket.end};
  }
  return wanted;
}

void Schedule::scan_begun(const Scan& scan) {
  Bucket& bucket = buckets_.at(scan.bucket);
  bucket.scanning = {.to = scan.to, .next = scan.from};
  bucket.beyond.reset();
  scanning_ = true;
}

void Schedule::scanned(const BucketId& id, DueKey key) {
  Bucket& bucket = buckets_.at(id);
  if (key.offset >= bucket.scanning->to) return;  // arrived() knows it
  bucket.scanning->next = key.offset.plus(1);
  if (key <= bucket.taken || bucket.cancelled.holds(key.offset)) return;
  ++bucket.scanning->pending;
  index(bucket, key);
}

void Schedule::scan_ended(const BucketId& id) {
  Bucket& bucket = buckets_.at(id);
  bucket.pending = bucket.scanning->pending + bucket.on_way.size();
  bucket.scanning.reset();
  scanning_ = false;
}

void Schedule::scan_failed(const BucketId& id) {
  Bucket& bucket = buckets_.at(id);
  bucket.scanning.reset();
  bucket.index.clear();
  bucket.beyond = bucket.taken;
  scanning_ = false;
}

std::vector<Schedule::Entry> Schedule::take_due(Timestamp now, std::size_t most) {
  std::vector<Entry> entries;
  std::vector<std::pair<const BucketId, Bucket>*> ready;
  for (auto& each : buckets_) {
    if (is_ready(each.second) && each.second.index.begin()->due <= now) ready.push_back(&each);
  }
  while (!ready.empty() && entries.size() < most) {
    auto first = std::ranges::min_element(ready, {}, [](const auto* each) { return *each->second.index.begin(); });
    auto& [id, bucket] = **first;
    bucket.taken = *bucket.index.begin();
    bucket.on_way.insert(bucket.on_way.end(), bucket.taken);
    entries.push_back({id, bucket.taken});
    bucket.index.erase(bucket.index.begin());
    if (bucket.index.empty() || bucket.index.begin()->due > now) ready.erase(first);
  }
  return entries;
}

void Schedule::fired(std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    Bucket& bucket = buckets_.at(entry.bucket);
    bucket.on_way.erase(entry.key);
    bucket.ahead.insert(bucket.ahead.end(), entry.key);
    --bucket.pending;
  }
  for (const Entry& entry : entries) {
    Bucket& bucket = buckets_.at(entry.bucket);
    while (!bucket.ahead.empty() && (bucket.on_way.empty() || *bucket.ahead.begin() < *bucket.on_way.begin())) {
      bucket.fired = *bucket.ahead.begin();
      bucket.ahead.erase(bucket.ahead.begin());
    }
    ScheduleChange::OfBucket& change = change_.buckets[entry.bucket];
    if (bucket.fired != DueKey()) change.fired = bucket.fired;
    if (entry.key <= bucket.fired) continue;
    OffsetRange range{entry.key.offset, entry.key.offset.plus(1)};
    bucket.cancelled.add(range);
    change.cancelled.push_back(range);
  }
}

std::optional<Timestamp> Schedule::next_look(Timestamp now) const {
  std::optional<Timestamp> next;
  auto consider = [&next](Timestamp time) {
    if (!next || time < *next) next = time;
  };
  for (const auto& [id, bucket] : buckets_) {
    if (is_ready(bucket)) {
      consider(bucket.index.begin()->due);
    } else if (bucket.pending == 0) {
      consider(end_of(id));
    } else if (needs_scan(bucket) && !is_near(id, now)) {
      consider(Timestamp{begin_of(id).ms - kLeadMs});
    }
  }
  return next;
}

std::vector<BucketId> Schedule::take_finished(Timestamp now) {
  std::vector<BucketId> finished;
  for (auto at = buckets_.begin(); at != buckets_.end();) {
    const auto& [id, bucket] = *at;
    if (bucket.pending > 0 || bucket.scanning || end_of(id) > now) {
      ++at;
      continue;
    }
    finished.push_back(id);
    gone_.emplace_back(id, DueKey{kLatestDue, Offset(0)});
    change_.buckets[id] = {.fired = gone_.back().second, .cancelled = {}};
    if (gone_.size() > kMostGone) gone_.pop_front();
    at = buckets_.erase(at);
  }
  return finished;
}

bool Schedule::is_pending(const BucketId& id, DueKey key) const {
  auto found = buckets_.find(id);
  if (found == buckets_.end()) return false;
  const Bucket& bucket = found->second;
  return key.offset >= bucket.start && key.offset < bucket.end && key > bucket.taken &&
         !bucket.cancelled.holds(key.offset);
}

bool Schedule::cancel(const BucketId& id, DueKey key) {
  if (!is_pending(id, key)) return false;
  Bucket& bucket = buckets_.at(id);
  OffsetRange range{key.offset, key.offset.plus(1)};
  bucket.cancelled.add(range);
  bucket.index.erase(key);
  --bucket.pending;
  if (bucket.scanning && (key.offset < bucket.scanning->next || key.offset >= bucket.scanning->to))
    --bucket.scanning->pending;
  change_.buckets[id].cancelled.push_back(range);
  return true;
}

std::uint64_t Schedule::pending() const {
  std::uint64_t count = 0;
  for (const auto& [id, bucket] : buckets_) count += bucket.pending;
  return count;
}

std::vector<BucketId> Schedule::buckets() const {
  std::vector<BucketId> all;
  for (const auto& [id, bucket] : buckets_) all.push_back(id);
  std::ranges::sort(all, {}, [](const BucketId& id) { return std::pair(begin_of(id), id); });
  return all;
}

std::size_t Schedule::indexed() const {
  std::size_t count = 0;
  for (const auto& [id, bucket] : buckets_) count += bucket.index.size();
  return count;
}

ScheduleChange Schedule::take_change() {
  return std::exchange(change_, {});
}

ScheduleChange Schedule::snapshot() const {
  ScheduleChange all{.is_snapshot = true, .buckets = {}};
  for (const auto& [id, bucket] : buckets_) {
    ScheduleChange::OfBucket& state = all.buckets[id];
    if (bucket.fired != DueKey()) state.fired = bucket.fired;
    for (const auto& [first, next] : bucket.cancelled.ranges()) state.cancelled.push_back({first, next});
  }
  for (const auto& [id, fired] : gone_) all.buckets[id].fired = fired;
  return all;
}

}  // namespace wharf::queue
