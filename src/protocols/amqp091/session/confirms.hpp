#pragma once
// Publisher confirms of a channel: which publishes have been kept, and how to say so in few frames. No I/O.
//
//   std::uint64_t tag = confirms.open(2);          // a publish that goes to two queues
//   confirms.resolve(tag, tag, true);              // one of them has it
//   confirms.resolve(tag, tag, true);
//   confirms.take(answers);                        // {tag, multiple, ack}
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace wharf::amqp091 {

/// basic.ack or basic.nack from the broker.
struct Confirm {
  std::uint64_t tag = 0;
  bool multiple = false;
  bool ack = true;
  friend bool operator==(const Confirm&, const Confirm&) = default;
};

class Confirms {
 public:
  /// The next publish, of which so many answers are awaited. Its tag: from 1.
  std::uint64_t open(std::uint32_t answers);
  /// The tag that open() will give.
  std::uint64_t next_tag() const { return first_ + entries_.size(); }
  /// One answer for each of [first, last]. A publish is acknowledged when all are good.
  void resolve(std::uint64_t first, std::uint64_t last, bool good);
  /// What can be said now: one frame for all at the front that have the same fate, and one for each that is ahead of
  /// others. Appended to `answers`. How many publishes it acknowledges that no answer did before.
  std::uint64_t take(std::vector<Confirm>& answers);
  /// Publishes without an answer yet.
  std::size_t open_count() const { return entries_.size() - told_ahead_; }

 private:
  struct Entry {
    std::uint32_t awaited = 0;
    bool good = true;
    bool told = false;
  };
  std::uint64_t take_front(std::vector<Confirm>& answers);

  std::deque<Entry> entries_;
  std::uint64_t first_ = 1;                 // tag of entries_.front()
  std::size_t told_ahead_ = 0;              // in entries_
  std::vector<std::uint64_t> ready_ahead_;  // resolved, perhaps behind others that are not
};

}  // namespace wharf::amqp091
