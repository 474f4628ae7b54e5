#include "protocols/amqp091/handlers/direct_replies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/routed_message.hpp"
#include "protocols/amqp091/handlers/deliveries.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

/// What follows kReplyTo and a dot. None: it is no address.
std::optional<std::string_view> address_in(std::string_view key) {
  if (!key.starts_with(kReplyTo) || key.size() <= kReplyTo.size() || key[kReplyTo.size()] != '.') return std::nullopt;
  return key.substr(kReplyTo.size() + 1);
}

void tell_of_loss(Client& client) {
  if (std::exchange(client.told_of_lost_reply, true)) return;
  client.door.logger.warn("dropped direct replies to a client that does not read them",
                          {{"listener", "amqp"}, {"from", client.remote.text()}});
}

}  // namespace

void ReplyInbox::replied(std::vector<queue::Delivery> replies) {
  if (!channel_ || !channel_->open() || channel_->client.phase != Client::Phase::kRunning) return;
  Client& client = channel_->client;
  for (const queue::Delivery& reply : replies) {
    if (client.unsent_bytes() > client.door.limits.unsent_reply_bytes) return tell_of_loss(client);
    write_reply(*channel_, channel_->reply_consumer->tag, reply);
  }
}

Handled begin_replies(const ChannelPointer& channel, std::string tag, bool no_ack) {
  if (!no_ack) return refuse(ReplyCode::kPreconditionFailed, "reply consumer cannot acknowledge");
  if (channel->reply_consumer) return refuse(ReplyCode::kPreconditionFailed, "reply consumer already set");
  if (!channel->open()) return {};  // nobody would end it
  Client& client = channel->client;
  auto inbox = std::make_shared<ReplyInbox>(*channel);
  std::string address = client.door.replies.open(client.shard, inbox);
  channel->reply_consumer = ReplyConsumer{std::move(tag), fmt::format("{}.{}", kReplyTo, address), std::move(inbox)};
  return {};
}

void end_replies(Channel& channel) {
  if (!channel.reply_consumer) return;
  channel.reply_consumer->inbox->close();
  Client& client = channel.client;
  client.door.replies.close(client.shard, *address_in(channel.reply_consumer->reply_to));
  channel.reply_consumer.reset();
}

Handled address_replies(const Channel& channel, MessageView& message) {
  if (message.reply_to != kReplyTo) return {};
  if (!channel.reply_consumer) return refuse(ReplyCode::kPreconditionFailed, "fast reply consumer does not exist");
  message.reply_to = channel.reply_consumer->reply_to;
  return {};
}

void gather_replies(Client& client, const MessageView& message, std::span<const std::string_view> extra_keys) {
  std::vector<std::string_view> addresses;
  auto add = [&](std::string_view key) {
    auto address = address_in(key);
    if (address && std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
  };
  add(message.routing_key);
  for (std::string_view key : extra_keys) add(key);
  if (addresses.empty()) return;
  queue::Delivery delivery = broker::delivery_of(message, client.shard.clock().wall_now());
  for (std::string_view address : addresses) client.replies.push_back({std::string(address), delivery});
}

HandledLater declare_reply_to(ChannelPointer channel, QueueDeclare declare) {
  Client& client = channel->client;
  bool there = declare.queue == kReplyTo;
  if (auto address = address_in(declare.queue)) {
    there = co_await client.door.replies.is_open(client.shard, std::string(*address));
  }
  if (!there) {
    co_return refuse(protocol_error(routing::not_found(routing::DestinationKind::kQueue, declare.queue, client.vhost)));
  }
  channel->last_queue = declare.queue;
  if (!declare.nowait) client.reply(*channel, QueueDeclareOk{.queue = declare.queue, .consumer_count = 1});
  co_return Handled();
}

}  // namespace wharf::amqp091
