#include "queue/shell/live_schedule.hpp"

#include <algorithm>
#include <utility>

#include "cluster/replication/keyed_records.hpp"

namespace wharf::queue {
namespace {

/// Keys in memory of each near bucket, 64 bytes each; of those there are a handful.
constexpr std::size_t kIndexed = 65'536;
/// Sent on together, then noted as out.
constexpr std::size_t kMostDue = 512;
constexpr std::uint64_t kMostDueBytes = 8u << 20;
/// Read around a message: in the order of their times, neighbours of one log are rarely far.
constexpr std::size_t kReadBytes = 32u << 10;
/// A smaller state log is not replaced by a snapshot.
constexpr std::uint64_t kLeastStateBytes = 64u << 10;
/// After the disk failed, or was full.
constexpr Milliseconds kRetryInterval{1'000};
/// After a destination could not take what is for it; longer each time, for as long as none of it goes on.
constexpr Milliseconds kLeastRetryPause{1'000};
constexpr Milliseconds kMostRetryPause{60'000};
/// That wait for another try: with more of them none are sent on.
constexpr std::size_t kMostUnsent = 4'096;
/// The clock may be set: so often it is looked at.
constexpr Milliseconds kMostSleep{10'000};

}  // namespace

LiveSchedule::LiveSchedule(ScheduleSurroundings& with, Lane lane)
    : with_(with),
      lane_(lane),
      core_(kIndexed),
      state_({with.shard, with.logs, with.leader_epoch}, *this, schedule_state_of(lane), kLeastStateBytes),
      retry_pause_(kLeastRetryPause),
      stopped_(with.shard) {}

LiveSchedule::~LiveSchedule() {
  *alive_ = false;
  if (timer_) with_.shard.cancel_timer(*timer_);
}

void LiveSchedule::begin() {
  begun_ = true;
  pump();
}

void LiveSchedule::request_stop() {
  stopping_ = true;
  stop_.request_stop();
  stopped_.notify();
  if (timer_) with_.shard.cancel_timer(*timer_);
  timer_.reset();
}

void LiveSchedule::pump() {
  if (!begun_ || stopping_) return;
  start_scan();
  if (!firing_) {
    std::vector<Due> due = take_due();
    if (!due.empty()) {
      firing_ = true;
      with_.tasks.spawn("schedule-fire", fire(std::move(due)));
    }
  }
  finish_buckets();
  arm_timer();
}

void LiveSchedule::arm_timer() {
  if (timer_) with_.shard.cancel_timer(*timer_);
  timer_.reset();
  Timestamp now = with_.shard.clock().wall_now();
  std::optional<Timestamp> next = core_.next_look(now);
  bool has_retry = !unsent_.empty() && !firing_;
  if (!next && scan_after_ <= with_.shard.now() && !has_retry) return;
  Milliseconds sleep = kMostSleep;
  // What is due already waits for a scan or for what is under way, which pump when they end.
  if (next && *next > now) sleep = std::min(sleep, Milliseconds(next->ms - now.ms));
  MonotonicTime deadline = with_.shard.now() + sleep;
  if (scan_after_ > with_.shard.now()) deadline = std::min(deadline, scan_after_);
  if (has_retry) deadline = std::min(deadline, retry_at_);
  timer_ = with_.shard.set_timer(deadline, [this] {
    timer_.reset();
    pump();
  });
}

void LiveSchedule::start_scan() {
  if (with_.shard.now() < scan_after_) return;
  std::optional<Schedule::Scan> wanted = core_.wanted_scan(with_.shard.clock().wall_now());
  if (!wanted) return;
  core_.scan_begun(*wanted);
  with_.tasks.spawn("schedule-scan", scan(*wanted));
}

runtime::Task<void> LiveSchedule::scan(Schedule::Scan scan) {
  auto visit = [this, bucket = scan.bucket](const Record& record) {
    Result<Timestamp> due = record.key ? due_of(*record.key) : fail(ErrorCode::kMalformed, "no envelope");
    if (due) core_.scanned(bucket, {*due, record.offset});
  };
  Result<void> read = co_await cluster::replay(&with_.logs, messages_of(scan.bucket, lane_), visit, stop_.get_token());
  if (stopping_) co_return;
  if (!read) {
    with_.logger.error("delayed messages could not be read",
                       {{"bucket", messages_of(scan.bucket, lane_).folder()}, {"reason", read.error().message}});
  }
  if (read || read.error().code == ErrorCode::kDamaged) {
    core_.scan_ended(scan.bucket);
  } else {
    core_.scan_failed(scan.bucket);
    scan_after_ = with_.shard.now() + kRetryInterval;
  }
  pump();
}

std::vector<LiveSchedule::Due> LiveSchedule::take_due() {
  if (!unsent_.empty() && with_.shard.now() >= retry_at_) {
    retry_pause_ = std::min(2 * retry_pause_, kMostRetryPause);
    return std::exchange(unsent_, {});
  }
  std::vector<Due> due;
  if (unsent_.size() >= kMostUnsent) return due;
  for (const Schedule::Entry& entry : core_.take_due(with_.shard.clock().wall_now(), kMostDue)) {
    due.push_back({entry, std::nullopt});
  }
  return due;
}

runtime::Task<void> LiveSchedule::fire(std::vector<Due> due) {
  std::size_t at = 0;
  while (at < due.size() && !stopping_) {
    Portion portion;
    Result<std::size_t> next = co_await load(&due, at, &portion);
    if (!next) {
      with_.logger.error("delayed messages could not be read", {{"reason", next.error().message}});
      [[maybe_unused]] bool stop = co_await stopped_.wait_until(with_.shard.now() + kRetryInterval);
      continue;
    }
    std::vector<std::optional<Arrivals>> left = co_await with_.due_messages.send_on(std::move(portion.messages));
    note_sent(std::span(due).first(*next), at, portion.places, std::move(left));
    at = *next;
  }
  if (at < due.size()) co_return;
  firing_ = false;
  if (!unsent_.empty() && retry_at_ <= with_.shard.now()) retry_at_ = with_.shard.now() + retry_pause_;
  pump();
}

/// Those from `from` on: they are out, or to be tried again.
void LiveSchedule::note_sent(std::span<Due> due, std::size_t from, const std::vector<std::size_t>& places,
                             std::vector<std::optional<Arrivals>> left) {
  std::vector<Schedule::Entry> out;
  auto place = places.begin();
  for (std::size_t i = from; i < due.size(); ++i) {
    std::optional<Arrivals> unsent;
    if (place != places.end() && *place == i)
      unsent = std::move(left[static_cast<std::size_t>(place++ - places.begin())]);
    if (unsent) {
      unsent_.push_back({due[i].entry, std::move(unsent)});
    } else {
      if (due[i].before) retry_pause_ = kLeastRetryPause;
      out.push_back(due[i].entry);
    }
  }
  if (out.empty()) return;
  core_.fired(out);
  write_state({});
}

/// From `from` on, as many as may be in memory together; where the next ones begin.
runtime::Task<Result<std::size_t>> LiveSchedule::load(const std::vector<Due>* due, std::size_t from, Portion* into) {
  std::uint64_t bytes = 0;
  for (; from < due->size() && bytes < kMostDueBytes; ++from) {
    Result<std::optional<DueMessage>> loaded = co_await load_one((*due)[from].entry);
    if (!loaded) co_return fail(loaded.error());
    if (!*loaded) continue;
    bytes += (*loaded)->record.value ? (*loaded)->record.value->size() : 0;
    (*loaded)->before = (*due)[from].before;
    into->messages.push_back(std::move(**loaded));
    into->places.push_back(from);
  }
  co_return from;
}

/// Nothing: it is lost, which is told.
runtime::Task<Result<std::optional<DueMessage>>> LiveSchedule::load_one(Schedule::Entry entry) {
  PartitionId partition = messages_of(entry.bucket, lane_);
  Offset offset = entry.key.offset;
  Error why{ErrorCode::kDamaged, "not in the log"};
  for (int round = 0; round < 2; ++round) {
    if (window_bucket_ == entry.bucket) {
      Result<const LoadedMessage*> found = window_.find(offset);
      if (!found) why = found.error();
      if (!found || (*found != nullptr && (*found)->record.offset != offset)) break;
      if (*found != nullptr) {
        const LoadedMessage& message = **found;
        Result<ScheduleEnvelope> envelope = decode_envelope(message.record.key.value_or(ByteView()));
        if (envelope) co_return DueMessage{std::move(*envelope), message.owner, message.record};
        why = envelope.error();
        break;
      }
    }
    Offset below = with_.logs.store().find(partition)->log_end_offset();
    Result<SharedBytes> bytes = co_await with_.logs.store().read_bytes(partition, offset, kReadBytes, below);
    if (!bytes && bytes.error().code != ErrorCode::kDamaged) co_return fail(bytes.error());
    if (!bytes) {
      why = bytes.error();
      break;
    }
    std::vector<SharedBytes> batches;
    batches.push_back(std::move(*bytes));
    window_.fill(offset, std::move(batches));
    window_bucket_ = entry.bucket;
  }
  with_.logger.error("a delayed message is lost",
                     {{"partition", partition.folder()}, {"offset", offset.value}, {"reason", why.message}});
  co_return std::nullopt;
}

void LiveSchedule::finish_buckets() {
  std::vector<BucketId> finished = core_.take_finished(with_.shard.clock().wall_now());
  if (finished.empty()) return;
  for (const BucketId& bucket : finished) {
    if (window_bucket_ == bucket) window_bucket_.reset();
    finished_.push_back(bucket);
  }
  write_state({});
}

}  // namespace wharf::queue
