#pragma once
// What a channel's client has been given and has not settled: deliveries by tag. No I/O.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "queue/core/types.hpp"

namespace wharf::amqp091 {

struct HeldDelivery {
  std::uint64_t tag = 0;
  queue::ConsumerId consumer;
  queue::MessageId message;
};

class UnsettledDeliveries {
 public:
  /// Tags rise.
  void add(const HeldDelivery& delivery);
  /// Takes the one with this tag, or all up to it; with `multiple`, tag 0 means all. In order of tags, appended to
  /// `taken`. False, and nothing is taken: no such tag is held.
  bool take(std::uint64_t tag, bool multiple, std::vector<HeldDelivery>& taken);
  /// What was taken is held again, as after tx.rollback.
  void put_back(const std::vector<HeldDelivery>& taken);
  /// How many are held.
  std::size_t size() const { return deliveries_.size() - holes_; }

 private:
  struct Entry {
    HeldDelivery delivery;
    bool taken = false;
  };
  std::size_t place_of(std::uint64_t tag) const;
  void close_holes();

  std::deque<Entry> deliveries_;  // by tag
  std::size_t holes_ = 0;         // taken from between others
};

/// Adds one message's fate; it becomes part of the last one where it follows it directly, so that a burst settled in
/// order is one.
void add_settlement(std::vector<queue::Settlement>& to, queue::MessageId message, queue::Verdict verdict);

}  // namespace wharf::amqp091
