#pragma once
// What a client was sent at QoS 1 or 2 and has not answered to the end. No I/O.
//
// The packet identifier of a message of the session's own queue follows from its place there: after whatever happened,
// a restart too, the same message comes with the same identifier, and nothing about identifiers is written down. While
// one that is 32,767 messages older is unanswered, the message waits. Others (of shared subscriptions, retained
// messages) take any identifier that is free, of the other half.
#include <cstdint>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "queue/core/types.hpp"

namespace wharf::mqtt {

struct OutgoingMessage {
  std::optional<queue::ConsumerId> consumer;  // none: of no queue
  queue::MessageId message;
  std::uint8_t qos = 1;
  bool released = false;          // PUBREL was sent: the message is the client's, the identifier is not free yet
  bool completed = false;         // PUBCOMP has come
  std::uint32_t replay_page = 0;  // of retained messages that a session keeps track of; 0: of none
};

class OutgoingMessages {
 public:
  static constexpr std::uint16_t kOwn = 32'767;  // 1 to this

  static std::uint16_t identifier_of(Offset place) { return static_cast<std::uint16_t>(place.value % kOwn + 1); }
  /// None: all are taken.
  std::optional<std::uint16_t> free_identifier();

  OutgoingMessage* find(std::uint16_t identifier) {
    auto known = by_identifier_.find(identifier);
    return known == by_identifier_.end() ? nullptr : &known->second;
  }
  void add(std::uint16_t identifier, const OutgoingMessage& message) { by_identifier_.emplace(identifier, message); }
  void erase(std::uint16_t identifier) { by_identifier_.erase(identifier); }
  std::size_t size() const { return by_identifier_.size(); }
  const std::map<std::uint16_t, OutgoingMessage>& all() const { return by_identifier_; }

 private:
  std::map<std::uint16_t, OutgoingMessage> by_identifier_;
  std::uint16_t last_free_ = kOwn;
};

}  // namespace wharf::mqtt
