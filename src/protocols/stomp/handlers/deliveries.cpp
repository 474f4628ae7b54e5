#include "protocols/stomp/handlers/deliveries.hpp"

#include <fmt/format.h>

#include "protocols/stomp/handlers/client.hpp"
#include "protocols/stomp/handlers/dispatch.hpp"
#include "protocols/stomp/handlers/messages.hpp"
#include "protocols/stomp/session/message_ids.hpp"
#include "protocols/stomp/wire/frame_writer.hpp"

namespace wharf::stomp {
namespace {

/// As the client wrote it, where it was sent to that very queue.
std::string destination_of(const Subscription& subscription, const MessageView& message) {
  using Kind = Destination::Kind;
  Kind kind = subscription.destination.kind;
  bool by_its_name = kind == Kind::kQueue || kind == Kind::kTempQueue;
  bool to_it = message.exchange.empty() && message.routing_key == subscription.queue->name;
  std::string_view text = subscription.destination_text;
  if (by_its_name && to_it && text.starts_with('/')) return std::string(text.substr(0, text.find("?consumer.")));
  return destination_of_message(message, text);
}

void write_message(Client& client, Subscription& subscription, const broker::Delivery& delivery) {
  Result<MessageView> read = message_of(delivery.record);
  MessageView message = read ? *read : plain_message_of(delivery.record);
  DeliveryName name{subscription.number, ++client.last_delivery};
  if (!subscription.settles_itself()) subscription.unsettled.add({name.tag, subscription.consumer, delivery.id});
  std::string id = message_id_of(name, client.session);
  FrameWriter frame(client.out, client.version, "MESSAGE");
  if (!subscription.id.empty()) frame.header("subscription", subscription.id);
  frame.header("destination", destination_of(subscription, message));
  frame.header("message-id", id);
  bool has_ack = client.version == Version::k12 && !subscription.settles_itself();
  if (has_ack) frame.header("ack", id);
  frame.raw_header("redelivered", delivery.redelivered ? "true" : "false");
  write_properties(message, delivery.record, frame);
  frame.end(SharedBytes(delivery.owner, message.body));
}

void count_delivery(Client& client, const Subscription& subscription, const broker::Delivery& delivery) {
  const Seconds& seconds = client.door.traffic.seconds;
  MessageCounters& messages = client.vhost_counters->messages;
  messages.count(seconds, subscription.settles_itself() ? MessageEvent::kDeliverNoAck : MessageEvent::kDeliver);
  if (delivery.redelivered) messages.count(seconds, MessageEvent::kRedeliver);
}

/// One that the subscription's selector does not want: it is out of the way.
void drop(Client& client, Subscription& subscription, const broker::Delivery& delivery) {
  client.door.queues.wrote(client.shard, subscription.queue->ref, subscription.consumer, delivery.window_bytes());
  if (subscription.settles_itself()) return;
  amqp091::add_settlement(subscription.settlements, delivery.id, queue::Verdict::kDone);
  client.is_settling = true;
}

}  // namespace

void Inbox::deliver(queue::ConsumerId id, std::vector<broker::Delivery> deliveries) {
  if (!client_) return;
  Subscription* subscription = client_->subscription_of(id);
  if (!subscription) return;
  for (const broker::Delivery& delivery : deliveries) {
    if (client_->phase != Client::Phase::kRunning) {  // it goes back as if it had not been here
      if (!subscription->settles_itself()) subscription->unsent.push_back(delivery.id);
      continue;
    }
    if (subscription->filter && !subscription->filter->matches(delivery.record)) {
      drop(*client_, *subscription, delivery);
      continue;
    }
    write_message(*client_, *subscription, delivery);
    client_->sending(id, delivery.window_bytes());
    count_delivery(*client_, *subscription, delivery);
  }
  hand_on_settlements(*client_);
}

void Inbox::ended(queue::ConsumerId id, queue::EndReason reason) {
  if (!client_) return;
  Subscription* known = client_->subscription_of(id);
  if (!known) return;
  std::string_view why = reason == queue::EndReason::kQueueDeleted
                             ? "its queue was deleted"
                             : "a message was not settled within the queue's consumer timeout";
  ProtocolError error{"Server cancelled subscription",
                      fmt::format("No more messages will be delivered for '{}': {}", known->destination_text, why)};
  if (reason == queue::EndReason::kQueueDeleted) {
    client_->by_consumer.erase(id);
    client_->subscriptions.erase(known->number);
  }
  client_->end(std::move(error));
}

}  // namespace wharf::stomp
