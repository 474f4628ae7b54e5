#include "protocols/amqp091/session/confirms.hpp"

#include <algorithm>

#include "model/error.hpp"

namespace wharf::amqp091 {

std::uint64_t Confirms::open(std::uint32_t answers) {
  std::uint64_t tag = next_tag();
  entries_.push_back({.awaited = answers});
  if (answers == 0) ready_ahead_.push_back(tag);
  return tag;
}

void Confirms::resolve(std::uint64_t first, std::uint64_t last, bool good) {
  for (std::uint64_t tag = first; tag <= last; ++tag) {
    WHARF_ASSERT(tag >= first_ && tag - first_ < entries_.size());
    Entry& entry = entries_[tag - first_];
    WHARF_ASSERT(entry.awaited > 0);
    entry.good &= good;
    if (--entry.awaited == 0) ready_ahead_.push_back(tag);
  }
}

std::uint64_t Confirms::take(std::vector<Confirm>& answers) {
  std::uint64_t acknowledged = take_front(answers);
  std::ranges::sort(ready_ahead_);
  for (std::uint64_t tag : ready_ahead_) {
    if (tag < first_) continue;
    Entry& entry = entries_[tag - first_];
    answers.push_back({tag, false, entry.good});
    entry.told = true;
    ++told_ahead_;
    acknowledged += entry.good;
  }
  ready_ahead_.clear();
  return acknowledged;
}

std::uint64_t Confirms::take_front(std::vector<Confirm>& answers) {
  std::uint64_t acknowledged = 0;
  std::size_t count = 0;   // of the frame that is being gathered
  std::uint64_t last = 0;  // the last of them
  bool ack = true;
  auto tell = [&] {
    if (count > 0) answers.push_back({last, count > 1, ack});
    count = 0;
  };
  for (; !entries_.empty() && entries_.front().awaited == 0; entries_.pop_front(), ++first_) {
    const Entry& entry = entries_.front();
    if (entry.told) {
      --told_ahead_;
      continue;  // told again by a frame for several: clients pass over what they know
    }
    if (entry.good != ack) tell();
    ack = entry.good;
    last = first_;
    ++count;
    acknowledged += entry.good;
  }
  tell();
  return acknowledged;
}

}  // namespace wharf::amqp091
