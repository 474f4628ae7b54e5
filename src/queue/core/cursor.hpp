#pragma once
// The cursor of one level of a queue: what state each message of a log is in. Everything below the floor is gone; from there
// on a message is settled, in flight (somebody has it), returned (ready again), or has never been out of the queue:
//
//   ...settled | floor ... settled, in flight, returned ... | next ... never handed out, but for some ... | end
//
// Memory is for what is in flight, returned, or settled out of order; what waits costs none. A message that came back keeps
// its place: what is ready goes out in the order of offsets. Who waits for certain messages only takes them from behind next.
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "model/ids.hpp"
#include "model/time.hpp"
#include "queue/core/offset_ranges.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

/// Of a message outside of its place.
struct Held {
  std::optional<ConsumerId> holder;  // none: it is on its way to the dead letter target, or waits for its next try
  std::uint32_t tries = 0;           // how often it came back
  std::uint32_t bytes = 0;
  bool redelivered = false;          // it went out as such
  MonotonicTime since{};             // it is out
  bool resting = false;              // it waits for its next try
};

struct Returned {
  std::uint32_t tries = 0;
  std::uint32_t bytes = 0;
  bool redelivered = false;
};

/// A message that could be handed out next.
struct Ready {
  Offset offset;
  std::uint32_t tries = 0;
  bool redelivered = false;
  bool held_back = false;  // until the reserve is raised
};

/// A message of the level, wherever it is.
struct Placed {
  Offset offset;
  std::uint32_t tries = 0;
  bool redelivered = false;
  Whereabouts where = Whereabouts::kReady;
};

/// What is known of messages that wait without looking at them.
struct Counted {
  Offset below;                 // of messages below this offset
  std::uint64_t bytes = 0;      // of bodies that are not settled
  bool expiring = false;        // some have a limit of their own
  friend bool operator==(const Counted&, const Counted&) = default;
};

/// What must be known of a level to go on with it after a restart.
struct CursorState {
  Offset floor;
  Offset handed_below;                        // a message below may have been out of the queue
  OffsetRanges handed_ahead;                  // and these
  OffsetRanges settled;                       // below the floor nothing matters
  std::map<Offset, std::uint32_t> tries;      // of messages that came back
  Counted counted;
  friend bool operator==(const CursorState&, const CursorState&) = default;
};

class Cursor {
 public:
  /// What a start knows: `end` is what the log has, its records from `log_start` on. False: the state speaks of messages that
  /// the log does not have, and offsets that it calls settled will be given again.
  bool restore(CursorState state, Offset log_start, Offset end);
  /// `ends`: nothing goes out any more, so what was reserved and not used is not.
  CursorState state(bool ends) const;

  /// Messages below `end` are there now, with so many bytes more; `expiring`: one of them has a limit of its own.
  void raise_end(Offset end, std::uint64_t bytes, bool expiring);
  /// The same of messages that were there at the start: those of uncounted().
  void count_old(std::uint64_t bytes, bool expiring);
  /// What the restored state did not know the bytes of.
  OffsetRange uncounted() const { return uncounted_; }
  /// Whoever had room could have had all that is there now.
  void note_offered() { offered_ = end_; }
  bool was_offered(Offset offset) const { return offset < offered_; }
  /// Up to here messages may be handed out: the log says that they may have been (see handed_below).
  void raise_reserved(Offset reserved) { reserved_ = reserved_ahead_.take_front(std::max(reserved_, reserved)); }
  /// And these.
  void reserve_ahead(OffsetRange range) {
    reserved_ahead_.add(range);
    raise_reserved(reserved_);
  }

  /// The first ready message at or behind `from`; none: there is none.
  std::optional<Ready> ready_at_or_behind(Offset from) const;
  /// The message in front; none: nothing is ready.
  std::optional<Ready> front() const { return ready_at_or_behind(Offset{0}); }
  /// The same, if it may go out; none: the reserve is used up.
  std::optional<Ready> peek() const;
  /// The first message at or behind `from` that is not settled; none: there is none.
  std::optional<Placed> at_or_behind(Offset from) const;
  /// A ready message goes out.
  void take(Offset offset, Held held);
  /// Taken from its place, whoever's turn it were. False: it is not ready, and does not wait for its next try.
  bool hold(Offset offset, Held held);
  /// In flight with `holder`; nullptr: not, or with another.
  const Held* held_by(Offset offset, std::optional<ConsumerId> holder) const;
  /// Gone, whatever it was (in flight, returned, never out). False: it was settled already.
  bool settle(Offset offset);
  /// What is in flight of [first, next).
  std::vector<std::pair<Offset, Held>> held_in(OffsetRange range) const;
  /// [first, next) are not in the log any more, or dropped together: how many that settled.
  std::int64_t settle_range(OffsetRange range);
  /// From in flight back to its place.
  void put_back(Offset offset, std::uint32_t tries, bool redelivered);
  /// All that is in flight counts as out since now.
  void restart_clocks(MonotonicTime now) {
    for (auto& [offset, held] : held_) held.since = now;
  }
  /// In flight with nobody any more.
  void orphan(Offset offset);
  /// The same, until it is put back: it came back so often, and waits.
  void rest(Offset offset, std::uint32_t tries);

  Offset floor() const { return floor_; }
  Offset next() const { return next_; }
  Offset end() const { return end_; }
  Offset reserved() const { return reserved_; }
  std::uint64_t ready() const {
    return waiting() + returned_.size();
  }
  /// Ready messages that follow each other, from the front on. There are some.
  OffsetRange front_run() const;
  std::uint64_t in_flight() const { return held_.size(); }
  /// Of bodies. Where messages that never went out were dropped unread, what they had is estimated by the average.
  std::uint64_t ready_bytes() const { return waiting_bytes_ + returned_bytes_; }
  Counted counted() const { return {end_, ready_bytes() + held_bytes_, expiring_}; }
  /// One of those that are not settled may have a limit of its own.
  bool expiring() const { return expiring_; }
  const auto& held() const { return held_; }
  /// Outside of its place, whoever has it; nullptr: it is not.
  const Held* held(Offset offset) const {
    auto found = held_.find(offset.value);
    return found == held_.end() ? nullptr : &found->second;
  }
  const auto& returned() const { return returned_; }
  const OffsetRanges& settled() const { return settled_; }
  /// It was never out, or not since the start.
  bool is_waiting(Offset offset) const { return offset >= next_ && offset < end_ && !passed_.holds(offset); }

 private:
  std::uint64_t waiting() const { return static_cast<std::uint64_t>(end_.value - next_.value - passed_.count()); }
  bool may_have_been_out(Offset offset) const {
    return offset < redelivered_below_ || redelivered_ahead_.holds(offset);
  }
  /// Also of what came back: an operator may have held it before it was let out.
  bool is_held_back(Offset offset) const { return offset >= reserved_ && !reserved_ahead_.holds(offset); }
  void pass(OffsetRange range);
  OffsetRanges out_ahead() const;
  void dropped_unread(std::int64_t messages);
  void note_if_empty();

  Offset floor_{0};
  Offset next_{0};
  Offset end_{0};
  Offset reserved_{0};
  Offset offered_{0};
  Offset redelivered_below_{0};
  OffsetRanges reserved_ahead_;     // above reserved_
  OffsetRanges redelivered_ahead_;  // above redelivered_below_
  OffsetRanges settled_;            // at or above the floor
  OffsetRanges passed_;             // in [next, end): those that do not wait
  boost::unordered_flat_map<std::int64_t, Held> held_;
  std::map<Offset, Returned> returned_;
  std::map<Offset, std::uint32_t> old_tries_;  // from before the start, not yet out again
  std::uint64_t waiting_bytes_ = 0;            // of messages that were never out, or not since the start
  std::uint64_t held_bytes_ = 0, returned_bytes_ = 0;
  OffsetRange uncounted_{};
  bool expiring_ = false;
};

}  // namespace wharf::queue
