#pragma once
// From queues to the client: what they hand over is written at once, or held while the channel has no room for it.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/queues.hpp"
#include "protocols/amqp091/handlers/channel.hpp"

namespace wharf::amqp091 {

struct Client;

/// What queues post to. Outlives the client where they still hold it.
class DeliveryInbox final : public broker::ConsumerSink {
 public:
  explicit DeliveryInbox(Client& client) : client_(&client) {}
  /// What comes from now on is dropped: the consumers' release gives it back.
  void close() { client_ = nullptr; }
  void deliver(queue::ConsumerId id, std::vector<broker::Delivery> deliveries) override;
  void wants(queue::ConsumerId id) override;
  void returned(queue::ConsumerId id, std::uint64_t messages) override;
  void ended(queue::ConsumerId id, queue::EndReason reason) override;

 private:
  Client* client_;
};

/// The queues of the channel's consumers, what has become of their shares of its prefetch. Before what is settled, so
/// that no queue gives out what another one may already.
void tell_shares(Channel& channel);
/// Writes what is held, as far as it may be.
void write_held(Channel& channel);
/// What a consumer holds unwritten goes back to its queue, which is not to know that it was here.
void give_back_held(Channel& channel, Consumer& consumer);

void forget_consumer(Channel& channel, queue::ConsumerId id);
/// It gets nothing more. True: it held nothing, and is forgotten; false: it stays until what it holds is settled.
bool note_stopped(Channel& channel, Consumer& consumer);

/// One message, as basic.get-ok with the number of those left behind it, or as basic.deliver.
void write_delivery(Channel& channel, Consumer& consumer, const broker::Delivery& delivery,
                    std::optional<std::uint64_t> ready_left);
/// One that comes from no queue, and is not settled.
void write_reply(Channel& channel, std::string_view consumer_tag, const broker::Delivery& reply);

}  // namespace wharf::amqp091
