#pragma once
// From queues to the client: what they hand over is written at once, or held while the client has no room for it.
#include <cstdint>
#include <vector>

#include "broker/queues.hpp"
#include "broker/sessions.hpp"
#include "protocols/mqtt/handlers/messages.hpp"
#include "protocols/mqtt/session/subscriptions.hpp"

namespace wharf::mqtt {

struct Client;
struct Source;

/// What queues and sessions post to. Outlives the client where they still hold it.
class Inbox final : public broker::ConsumerSink, public broker::SessionHolder {
 public:
  explicit Inbox(Client& client) : client_(&client) {}
  /// What comes from now on is dropped: the consumers' release gives it back.
  void close() { client_ = nullptr; }
  void deliver(queue::ConsumerId id, std::vector<broker::Delivery> deliveries) override;
  void ended(queue::ConsumerId id, queue::EndReason reason) override;
  void taken_over() override;

 private:
  Client* client_;
};

/// The client may take more: what is held is written as far as it may be, and who waits for room looks again. The
/// settlements that there are go to their queues.
void made_room(Client& client);
/// A message is the client's no more.
void settle(Client& client, queue::ConsumerId consumer, queue::MessageId message);
/// The settlements of this turn go to their queues.
void hand_on_settlements(Client& client);
/// PUBLISH, with an alias where there is one. False: it is larger than the client takes.
bool write_message(Client& client, const OutgoingView& view, Publish publish, SharedBytes payload);

}  // namespace wharf::mqtt
