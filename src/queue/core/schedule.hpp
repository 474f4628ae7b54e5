#pragma once
// Which delayed messages are due, and which buckets' logs are still needed: a state machine without I/O.
//
// A bucket gives out its messages in the order (due, offset). So one place in that order says which of them are out,
// however many they are. Those that went out while one before them could not are told one by one, as cancelled. In
// memory is an index of those that come next, of near buckets only and never more than `indexed` of each; what does not
// fit is found again by another scan of the bucket's log when the index is used up.
//
//   Schedule::Placement place = schedule.place(due, now, random);   // append to place.bucket's log with place.due,
//   then schedule.arrived(place.bucket, {place.due, offset}, now);
//
//   while (auto scan = schedule.wanted_scan(now)) ...read [from, to): scanned(bucket, key)..., then scan_ended(bucket)
//   auto entries = schedule.take_due(now, 256);                     // publish them, then
//   schedule.fired(entries);                                        // ... and write take_change() to the state log
//   for (BucketId bucket : schedule.take_finished(now)) ...write take_change() too, and remove its log once that is on
//   disk
//   ...sleep until next_look(now)...
//
// A start: replay() what the state log says, found() each bucket whose log is there.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "queue/core/offset_ranges.hpp"
#include "queue/core/schedule_bucket.hpp"
#include "queue/core/schedule_record.hpp"

namespace wharf::queue {

class Schedule {
 public:
  struct Placement {
    BucketId bucket;
    Timestamp due;        // not before what the bucket has given out
    bool is_new = false;  // the bucket has no log yet
  };
  struct Scan {
    BucketId bucket;
    Offset from, to;
  };
  struct Entry {
    BucketId bucket;
    DueKey key;
  };

  explicit Schedule(std::size_t indexed) : indexed_(indexed) {}

  Result<void> replay(ByteView state_record);
  /// False: it was finished, and a crash brought its log back; it is to be removed.
  bool found(const BucketId& bucket, Offset log_start, Offset log_end);

  /// `random` names the bucket, if it is a new one.
  Placement place(Timestamp due, Timestamp now, std::uint32_t random) const;
  /// Its log has the message, on disk or on the way.
  void arrived(const BucketId& bucket, DueKey key, Timestamp now);

  /// A bucket whose log must be read before it can give out more. One at a time.
  std::optional<Scan> wanted_scan(Timestamp now) const;
  void scan_begun(const Scan& scan);
  void scanned(const BucketId& bucket, DueKey key);
  void scan_ended(const BucketId& bucket);
  /// To be tried again.
  void scan_failed(const BucketId& bucket);

  /// Messages whose time has come, in order. Of a bucket in which `indexed` went out before one that did not there are
  /// none for the time being.
  std::vector<Entry> take_due(Timestamp now, std::size_t most);
  /// These are out, of those that were taken.
  void fired(std::span<const Entry> entries);
  /// When something may be to do, if nothing else happens; none: never.
  std::optional<Timestamp> next_look(Timestamp now) const;
  /// Buckets whose time is over and whose messages are all out: forgotten.
  std::vector<BucketId> take_finished(Timestamp now);

  /// Neither out (or on the way) nor cancelled.
  bool is_pending(const BucketId& bucket, DueKey key) const;
  /// False: it is not pending. `key.due`: what its envelope says.
  bool cancel(const BucketId& bucket, DueKey key);
  /// How many wait. After a start, until a bucket has been scanned, its messages count that were out already.
  std::uint64_t pending() const;
  /// In the order of their times.
  std::vector<BucketId> buckets() const;
  std::size_t indexed() const;

  /// What has changed since the last call.
  ScheduleChange take_change();
  ScheduleChange snapshot() const;

 private:
  struct Bucket {
    Offset start, end;
    DueKey fired, taken;  // up to these they are out; on their way out
    std::set<DueKey> on_way;
    std::set<DueKey> ahead;  // out, and behind one that is on its way
    std::set<DueKey> index;
    std::optional<DueKey> beyond;  // from this place on messages are known to the log alone; none: all are in the index
    OffsetRanges cancelled;
    std::uint64_t pending = 0;
    struct Scanning {
      Offset to;
      Offset next;  // behind what was scanned
      std::uint64_t pending = 0;
    };
    std::optional<Scanning> scanning;
  };
  using Buckets = std::map<BucketId, Bucket>;

  static bool is_near(const BucketId& bucket, Timestamp now);
  bool is_ready(const Bucket& bucket) const {
    return !bucket.scanning && !bucket.index.empty() && bucket.ahead.size() < indexed_;
  }
  static bool needs_scan(const Bucket& bucket) { return bucket.beyond && bucket.index.empty() && bucket.pending > 0; }
  void index(Bucket& bucket, DueKey key);

  std::size_t indexed_;
  Buckets buckets_;
  std::map<BucketId, BucketState> replayed_;      // of buckets not found yet
  std::deque<std::pair<BucketId, DueKey>> gone_;  // their logs may come back with a crash, soon after
  bool scanning_ = false;
  ScheduleChange change_;
};

}  // namespace wharf::queue
