#include "protocols/amqp091/handlers/client.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"

namespace wharf::amqp091 {

Client::Client(const Door& door_of_client, Endpoint remote_address, runtime::Signal& write_signal,
               runtime::TaskScope& scope)
    : door(door_of_client),
      shard(door.shard),
      remote(std::move(remote_address)),
      can_write(write_signal),
      can_read(shard),
      tasks(scope),
      id(door.connection_ids.next()),
      channel_max(door.limits.channel_max),
      frame_max(door.limits.frame_max),
      inbox(std::make_shared<DeliveryInbox>(*this)),
      dice(door.random) {}

Client::~Client() {
  inbox->close();
}

void Client::enter(std::string virtual_host) {
  vhost = std::move(virtual_host);
  decisions.emplace(principal, vhost);
  phase = Phase::kRunning;
}

void Client::sending(broker::QueueRef queue, queue::ConsumerId consumer, std::uint64_t bytes) {
  wake();
  if (!in_out.empty() && in_out.back().consumer == consumer) {
    in_out.back().bytes += bytes;
  } else {
    in_out.push_back({queue, consumer, bytes});
  }
}

void Client::refuse(Channel& channel, ProtocolError error) {
  if (closes_connection(error.code)) return close_connection(std::move(error));
  if (!channel.open()) return;
  write(ChannelClose{.reply_code = static_cast<std::uint16_t>(error.code),
                     .reply_text = error.reply_text(),
                     .class_id = error.method.class_id,
                     .method_id = error.method.method_id},
        channel.number);
  channel.state = Channel::State::kClosing;
  drop_waiting(channel);
  for (auto [queue, consumer] : forget_consumers(channel)) {
    release(queue, consumer);
  }
}

void Client::close_connection(ProtocolError error) {
  if (phase == Phase::kClosing || phase == Phase::kEnded) return;
  if (error.code != ReplyCode::kConnectionForced) {
    door.logger.info("closing a connection for its client's mistake",
                     {{"listener", "amqp"}, {"from", remote.text()}, {"reason", error.reply_text()}});
  }
  write(ConnectionClose{.reply_code = static_cast<std::uint16_t>(error.code),
                        .reply_text = error.reply_text(),
                        .class_id = error.method.class_id,
                        .method_id = error.method.method_id},
        0);
  phase = Phase::kClosing;
}

std::vector<std::pair<broker::QueueRef, queue::ConsumerId>> Client::forget_consumers(Channel& channel) {
  // What the client settled before counts.
  hand_on_settlements(channel);
  std::vector<std::pair<broker::QueueRef, queue::ConsumerId>> gone;
  for (const auto& [consumer_id, consumer] : channel.consumers) {
    gone.emplace_back(consumer->queue, consumer_id);
    consumers.erase(consumer_id);
  }
  channel.holding.clear();
  channel.by_tag.clear();
  channel.getters.clear();
  channel.consumers.clear();
  channel.unsettled = {};
  channel.transaction = {};
  return gone;
}

void Client::release(broker::QueueRef queue, queue::ConsumerId consumer) {
  bool begun = tasks.spawn("amqp-release", door.queues.release(shard, queue, consumer));
  if (!begun) to_release.emplace_back(queue, consumer);
}

runtime::Task<void> Client::give_back() {
  for (auto& [number, channel] : channels) {
    std::ranges::move(forget_consumers(*channel), std::back_inserter(to_release));
  }
  auto releasing = std::exchange(to_release, {});
  for (auto [queue, consumer] : releasing) co_await door.queues.release(shard, queue, consumer);
  if (std::exchange(has_exclusive_queues, false)) co_await door.entities.delete_exclusive(shard, id);
}

void Client::drop_waiting(Channel& channel) {
  for (const OwnedCommand& waiting : channel.waiting) unanswered_bytes -= waiting.bytes();
  unanswered_messages -= channel.waiting.size();
  channel.waiting.clear();
}

void Client::erase(Channel& channel) {
  channel.state = Channel::State::kGone;
  drop_waiting(channel);
  auto known = channels.find(channel.number);
  if (known != channels.end() && known->second.get() == &channel) channels.erase(known);
}

}  // namespace wharf::amqp091
