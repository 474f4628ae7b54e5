#pragma once
// The messages that came with one read of a connection, on their way to where they go, and who awaits an answer for
// each.
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "broker/outgoing.hpp"

namespace wharf::mqtt {

/// A publish of QoS 1 or 2 that waits to be kept.
struct ToAnswer {
  std::uint8_t qos = 1;
  std::uint16_t packet_id = 0;
  std::uint64_t ticket = 0;                  // of its QoS's answers
  std::optional<MessageNumber> number = {};  // at QoS 2, in a session that lasts
  bool is_noted = false;                     // the number: the message comes again
  bool goes_unnumbered = false;              // to places that do not look at it, too
};

struct GatheredPublishes {
  broker::Outgoing::Gathered outgoing;
  std::vector<ToAnswer> to_answer;  // by the messages' numbers
  std::uint64_t bytes = 0;          // of payloads
  std::size_t messages = 0;
};

class PublishTurn {
 public:
  PublishTurn(runtime::Shard& here, broker::Catalogue& catalogue) : outgoing_(here, catalogue) {}

  /// `answer`: who waits for this one.
  std::uint32_t add(const broker::NamespaceView& view, const routing::Routes& routes, broker::Outgoing::Message message,
                    Timestamp now, std::optional<ToAnswer> answer) {
    if (answer) {
      message.number = to_answer_.size();
      to_answer_.push_back(*answer);
    }
    bytes_ += message.message.body.size();
    ++messages_;
    return outgoing_.add(view, routes, message, now);
  }
  bool empty() const { return messages_ == 0; }
  GatheredPublishes take() {
    return {.outgoing = outgoing_.take(),
            .to_answer = std::exchange(to_answer_, {}),
            .bytes = std::exchange(bytes_, 0),
            .messages = std::exchange(messages_, 0)};
  }

 private:
  broker::Outgoing outgoing_;
  std::vector<ToAnswer> to_answer_;
  std::uint64_t bytes_ = 0;
  std::size_t messages_ = 0;
};

}  // namespace wharf::mqtt
