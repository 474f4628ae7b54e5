#include "protocols/amqp091/handlers/deliveries.hpp"

#include <algorithm>
#include <utility>

#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/messages.hpp"
#include "protocols/amqp091/handlers/stream_consumer.hpp"

namespace wharf::amqp091 {
namespace {

/// A record that lies about itself is shown as a plain one: nobody should be stuck behind it. What another dialect put
/// into the queue came by no exchange, and by the queue's name.
MessageView message_of(const broker::Delivery& delivery, std::string_view queue_name) {
  Result<MessageView> read = wharf::message_of(delivery.record);
  MessageView message = read ? *read : plain_message_of(delivery.record);
  if (message.origin == Protocol::kKafka && message.routing_key.empty()) message.routing_key = queue_name;
  constexpr std::size_t kLongest = 255;
  message.exchange = message.exchange.substr(0, kLongest);
  message.routing_key = message.routing_key.substr(0, kLongest);
  return message;
}

/// Headers have to fit into one frame, beside the other properties.
std::size_t headers_limit(const Client& client) {
  return client.frame_max == 0 ? FrameBuffer::kLargestFrameBytes : client.frame_max / 2;
}

/// The delivery's tag for the client, kept until it is settled.
std::uint64_t next_tag(Channel& channel, Consumer& consumer, const broker::Delivery& delivery) {
  std::uint64_t tag = channel.next_delivery_tag++;
  if (consumer.no_ack) return tag;
  channel.unsettled.add({tag, consumer.id, delivery.id});
  ++consumer.unsettled;
  if (!consumer.gets()) ++channel.unsettled_of_consumers;
  return tag;
}

/// What the broker says of the message beside its own headers.
std::optional<AddedHeader> added_header(const Consumer& consumer, const broker::Delivery& delivery) {
  if (consumer.stream) return AddedHeader{"x-stream-offset", delivery.id.offset.value, true};
  if (!consumer.counts_deliveries || delivery.earlier_tries == 0) return std::nullopt;
  return AddedHeader{"x-delivery-count", delivery.earlier_tries, true};
}

/// The content that follows the method.
void write_message(Channel& channel, const MessageView& message, const broker::Delivery& delivery,
                   std::optional<AddedHeader> added) {
  Client& client = channel.client;
  write_properties(message, delivery.record, added, headers_limit(client), client.scratch);
  write_content(channel.number, client.scratch, SharedBytes(delivery.owner, message.body), client.frame_max,
                client.out);
}

/// True: nothing is left that it holds.
bool write_held_of(Channel& channel, Consumer& consumer) {
  while (!consumer.held.empty()) {
    if (!consumer.started || (!consumer.no_ack && !channel.has_room())) return false;
    broker::Delivery delivery = std::move(consumer.held.front());
    consumer.held.pop_front();
    write_delivery(channel, consumer, delivery, std::nullopt);
  }
  return true;
}

}  // namespace

void write_delivery(Channel& channel, Consumer& consumer, const broker::Delivery& delivery,
                    std::optional<std::uint64_t> ready_left) {
  Client& client = channel.client;
  MessageView message = message_of(delivery, consumer.queue_name);
  const std::size_t before = client.out.size_bytes();
  std::uint64_t tag = next_tag(channel, consumer, delivery);
  if (delivery.redelivered) client.count(channel, MessageEvent::kRedeliver);
  if (ready_left) {
    client.count(channel, consumer.no_ack ? MessageEvent::kGetNoAck : MessageEvent::kGet);
    client.reply(channel, BasicGetOk{.delivery_tag = tag,
                                     .redelivered = delivery.redelivered,
                                     .exchange = message.exchange,
                                     .routing_key = message.routing_key,
                                     .message_count = static_cast<std::uint32_t>(*ready_left)});
  } else {
    client.count(channel, consumer.no_ack ? MessageEvent::kDeliverNoAck : MessageEvent::kDeliver);
    client.reply(channel, BasicDeliver{.consumer_tag = consumer.tag,
                                       .delivery_tag = tag,
                                       .redelivered = delivery.redelivered,
                                       .exchange = message.exchange,
                                       .routing_key = message.routing_key});
  }
  write_message(channel, message, delivery, added_header(consumer, delivery));
  if (!ready_left) client.delivered_bytes += client.out.size_bytes() - before;
  client.sending(consumer, delivery.window_bytes());
}

void write_reply(Channel& channel, std::string_view consumer_tag, const broker::Delivery& reply) {
  Client& client = channel.client;
  MessageView message = message_of(reply, {});
  client.count(channel, MessageEvent::kDeliverNoAck);
  client.reply(channel, BasicDeliver{.consumer_tag = std::string(consumer_tag),
                                     .delivery_tag = channel.next_delivery_tag++,
                                     .exchange = message.exchange,
                                     .routing_key = message.routing_key});
  write_message(channel, message, reply, std::nullopt);
}

void DeliveryInbox::deliver(queue::ConsumerId id, std::vector<broker::Delivery> deliveries) {
  if (!client_) return;
  auto known = client_->consumers.find(id);
  if (known == client_->consumers.end()) return;
  Channel& channel = *known->second;
  Consumer& consumer = *channel.consumer(id);
  bool held_some = !consumer.held.empty();
  std::ranges::move(deliveries, std::back_inserter(consumer.held));
  if (client_->phase != Client::Phase::kRunning) return;  // it goes back as if it had not been here
  if (!write_held_of(channel, consumer) && !held_some) channel.holding.push_back(id);
}

void DeliveryInbox::wants(queue::ConsumerId id) {
  if (!client_) return;
  auto known = client_->consumers.find(id);
  if (known == client_->consumers.end()) return;
  known->second->shared_prefetch.wants(id);
  tell_shares(*known->second);
}

void DeliveryInbox::returned(queue::ConsumerId id, std::uint64_t messages) {
  if (!client_) return;
  auto known = client_->consumers.find(id);
  if (known == client_->consumers.end()) return;
  known->second->shared_prefetch.returned(id, messages);
  tell_shares(*known->second);
}

void DeliveryInbox::ended(queue::ConsumerId id, queue::EndReason reason) {
  if (!client_) return;
  auto known = client_->consumers.find(id);
  if (known == client_->consumers.end()) return;
  Channel& channel = *known->second;
  Consumer& consumer = *channel.consumer(id);
  bool listens = client_->phase == Client::Phase::kRunning;
  if (listens && consumer.started && !consumer.stopped && client_->can.consumer_cancel_notify) {
    client_->reply(channel, BasicCancel{.consumer_tag = consumer.tag, .nowait = true});
  }
  if (reason == queue::EndReason::kTimedOut) {
    broker::QueueRef queue = consumer.queue;
    if (note_stopped(channel, consumer)) client_->release(queue, id);
    return write_held(channel);
  }
  // What it was given stays known by its tags: the client may settle it, to no effect.
  channel.unsettled_of_consumers -= consumer.unsettled;
  if (!consumer.stopped) channel.by_tag.erase(consumer.tag);
  client_->consumers.erase(known);
  channel.consumers.erase(id);
  channel.shared_prefetch.remove(id);
  tell_shares(channel);
  write_held(channel);
}

void forget_consumer(Channel& channel, queue::ConsumerId id) {
  Consumer* consumer = channel.consumer(id);
  if (!consumer) return;
  if (!consumer->stopped) channel.by_tag.erase(consumer->tag);
  channel.shared_prefetch.remove(id);
  tell_shares(channel);
  channel.client.consumers.erase(id);
  channel.consumers.erase(id);
}

bool note_stopped(Channel& channel, Consumer& consumer) {
  give_back_held(channel, consumer);
  channel.by_tag.erase(consumer.tag);
  consumer.stopped = true;
  channel.shared_prefetch.stopped(consumer.id, consumer.unsettled);
  tell_shares(channel);
  if (consumer.unsettled > 0) return false;
  forget_consumer(channel, consumer.id);
  return true;
}

namespace {

/// A stream answers at once: what that changes comes behind what is told now.
void tell_share(Channel& channel, const Consumer& consumer, const ShareChange& change) {
  broker::Queues& queues = channel.client.door.queues;
  runtime::Shard& here = channel.client.shard;
  const bool all = change.kind == ShareChange::Kind::kAskAllBack;
  if (change.kind == ShareChange::Kind::kMore) {
    if (consumer.stream) return consumer.stream->change_share(change.more);
    return queues.change_share(here, consumer.queue, change.consumer, change.more);
  }
  if (!consumer.stream) return queues.take_share(here, consumer.queue, change.consumer, all);
  channel.shared_prefetch.returned(change.consumer, consumer.stream->take_share(all));
}

}  // namespace

void tell_shares(Channel& channel) {
  while (true) {
    const std::vector<ShareChange> changes = channel.shared_prefetch.take_changes();
    if (changes.empty()) return;
    for (const ShareChange& change : changes) {
      if (const Consumer* consumer = channel.consumer(change.consumer)) tell_share(channel, *consumer, change);
    }
  }
}

void write_held(Channel& channel) {
  std::erase_if(channel.holding, [&](queue::ConsumerId id) {
    Consumer* consumer = channel.consumer(id);
    return !consumer || write_held_of(channel, *consumer);
  });
}

void give_back_held(Channel& channel, Consumer& consumer) {
  if (consumer.stream) consumer.held.clear();  // it all stays in the log
  if (consumer.held.empty()) return;
  std::vector<queue::Settlement> back;
  std::uint64_t bytes = 0;
  for (const broker::Delivery& delivery : consumer.held) {
    bytes += delivery.window_bytes();
    if (!consumer.no_ack) add_settlement(back, delivery.id, queue::Verdict::kGiveBack);
  }
  consumer.held.clear();
  const Door& door = channel.client.door;
  if (!back.empty()) door.queues.settle(channel.client.shard, consumer.queue, consumer.id, std::move(back));
  door.queues.wrote(channel.client.shard, consumer.queue, consumer.id, bytes);
}

}  // namespace wharf::amqp091
