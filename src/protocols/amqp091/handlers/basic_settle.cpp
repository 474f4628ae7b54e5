// basic.ack, nack, reject and recover: settlements are gathered per consumer and go to its queue once per turn.
#include <fmt/format.h>

#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/stream_consumer.hpp"

namespace wharf::amqp091 {
namespace {

using queue::Verdict;

Handled settle_tag(const ChannelPointer& channel, std::uint64_t tag, bool multiple, Verdict verdict) {
  std::vector<HeldDelivery> taken;
  if (!channel->unsettled.take(tag, multiple, taken)) {
    return refuse(ReplyCode::kPreconditionFailed, fmt::format("unknown delivery tag {}", tag));
  }
  if (verdict == Verdict::kDone && channel->mode != Channel::Mode::kTransaction) {
    channel->client.count(*channel, MessageEvent::kAck, taken.size());
  }
  for (const HeldDelivery& delivery : taken) {
    if (channel->mode == Channel::Mode::kTransaction) {
      channel->transaction.acknowledged.push_back({delivery, verdict});
    } else {
      settle(*channel, delivery, verdict);
    }
  }
  touch(channel);
  return {};
}

Handled recover(const ChannelPointer& channel, bool requeue) {
  if (!requeue) return refuse(ReplyCode::kNotImplemented, "requeue=false");
  std::vector<HeldDelivery> taken;
  channel->unsettled.take(0, true, taken);
  for (const HeldDelivery& delivery : taken) settle(*channel, delivery, Verdict::kReturn);
  hand_on_settlements(*channel);
  return {};
}

}  // namespace

void settle_in_stream(Consumer& consumer) {
  std::uint64_t messages = 0;
  for (const queue::Settlement& one : std::exchange(consumer.settlements, {})) {
    messages += static_cast<std::uint64_t>(one.last.value - one.first.offset.value + 1);
  }
  consumer.stream->settled(messages);
}

void settle(Channel& channel, const HeldDelivery& delivery, Verdict verdict) {
  Consumer* consumer = channel.consumer(delivery.consumer);
  if (!consumer) return;  // its queue has gone
  if (consumer->settlements.empty()) channel.settling.push_back(consumer->id);
  add_settlement(consumer->settlements, delivery.message, verdict);
  --consumer->unsettled;
  if (consumer->gets()) return;
  --channel.unsettled_of_consumers;
  channel.shared_prefetch.settled(consumer->id, 1);
}

void end_settling(Channel& channel, queue::ConsumerId id) {
  Client& client = channel.client;
  Consumer* consumer = channel.consumer(id);
  if (!consumer) return;
  if (consumer->gets()) return forget_idle_getter(channel, id);
  channel.shared_prefetch.handed_on(id);
  if (!consumer->stopped || consumer->unsettled > 0) return;
  broker::QueueRef queue = consumer->queue;
  bool of_queue = !consumer->stream;
  client.consumers.erase(id);
  channel.consumers.erase(id);
  channel.shared_prefetch.remove(id);
  if (of_queue) client.release(queue, id);
}

void hand_on_settlements(Channel& channel) {
  Client& client = channel.client;
  tell_shares(channel);
  for (queue::ConsumerId id : std::exchange(channel.settling, {})) {
    Consumer* consumer = channel.consumer(id);
    if (!consumer) continue;
    if (consumer->stream) {
      settle_in_stream(*consumer);
    } else {
      client.door.queues.settle(client.shard, consumer->queue, id, std::exchange(consumer->settlements, {}));
    }
    end_settling(channel, id);
  }
  tell_shares(channel);
  write_held(channel);
}

Handled handle_now(const ChannelPointer& channel, const BasicAck& ack) {
  return settle_tag(channel, ack.delivery_tag, ack.multiple, Verdict::kDone);
}
Handled handle_now(const ChannelPointer& channel, const BasicNack& nack) {
  return settle_tag(channel, nack.delivery_tag, nack.multiple, nack.requeue ? Verdict::kReturn : Verdict::kReject);
}
Handled handle_now(const ChannelPointer& channel, const BasicReject& reject) {
  return settle_tag(channel, reject.delivery_tag, false, reject.requeue ? Verdict::kReturn : Verdict::kReject);
}
Handled handle_now(const ChannelPointer& channel, const BasicRecover& method) {
  Handled recovered = recover(channel, method.requeue);
  if (recovered) channel->client.reply(*channel, BasicRecoverOk{});
  return recovered;
}
Handled handle_now(const ChannelPointer& channel, const BasicRecoverAsync& method) {
  return recover(channel, method.requeue);
}

}  // namespace wharf::amqp091
