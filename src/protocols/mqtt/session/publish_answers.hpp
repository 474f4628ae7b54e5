#pragma once
// What a client has published at one QoS and waits to hear of. Answers are given in the order of the publishes (4.6),
// whichever is kept first. No I/O.
//
//   std::uint64_t ticket = answers.open(packet_id);
//   answers.resolve(ticket, ReasonCode::kSuccess);
//   answers.take(said);
#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocols/mqtt/wire/reason_code.hpp"

namespace wharf::mqtt {

struct PublishAnswered {
  std::uint16_t packet_id = 0;
  ReasonCode reason = ReasonCode::kSuccess;
  friend bool operator==(const PublishAnswered&, const PublishAnswered&) = default;
};

class PublishAnswers {
 public:
  std::uint64_t open(std::uint16_t packet_id) {
    waiting_.push_back({{packet_id, ReasonCode::kSuccess}, false});
    return first_ + waiting_.size() - 1;
  }
  void resolve(std::uint64_t ticket, ReasonCode reason) {
    Waiting& one = waiting_[static_cast<std::size_t>(ticket - first_)];
    one.answer.reason = reason;
    one.resolved = true;
  }
  /// Those that can be said now, appended.
  void take(std::vector<PublishAnswered>& said) {
    std::size_t count = 0;
    for (; count < waiting_.size() && waiting_[count].resolved; ++count) said.push_back(waiting_[count].answer);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    first_ += count;
  }
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    PublishAnswered answer;
    bool resolved = false;
  };
  std::vector<Waiting> waiting_;  // no deque: an empty one has memory, and most clients wait for nothing
  std::uint64_t first_ = 0;       // ticket of the front
};

}  // namespace wharf::mqtt
