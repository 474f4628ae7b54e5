#pragma once
// From queues to the client: what they hand over is written at once, as far as the subscription's window goes.
#include <vector>

#include "broker/queues.hpp"

namespace wharf::stomp {

struct Client;

/// What queues post to. Outlives the client where they still hold it.
class Inbox final : public broker::ConsumerSink {
 public:
  explicit Inbox(Client& client) : client_(&client) {}
  /// What comes from now on is dropped: the consumers' release gives it back.
  void close() { client_ = nullptr; }
  void deliver(queue::ConsumerId id, std::vector<broker::Delivery> deliveries) override;
  void ended(queue::ConsumerId id, queue::EndReason reason) override;

 private:
  Client* client_;
};

}  // namespace wharf::stomp
