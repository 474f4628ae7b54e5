// basic.publish: routed at once, gathered per destination, answered when it is kept.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "broker/publish_counts.hpp"
#include "broker/routed_message.hpp"
#include "model/encoded_table.hpp"
#include "protocols/amqp091/handlers/direct_replies.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/messages.hpp"
#include "protocols/amqp091/handlers/permissions.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "protocols/amqp091/session/publish_checks.hpp"
#include "protocols/amqp091/wire/field_table.hpp"

namespace wharf::amqp091 {
namespace {

using security::Resource;
using security::Verb;

/// A body as one piece. Only one that came in several frames is copied.
ByteView joined(const std::vector<SharedBytes>& pieces, std::vector<std::byte>& memory) {
  if (pieces.empty()) return {};
  if (pieces.size() == 1) return pieces.front().view();
  for (const SharedBytes& piece : pieces) memory.insert(memory.end(), piece.view().begin(), piece.view().end());
  return memory;
}

/// One message on its way through the routing table. The scratch values live here, since the views point into them.
struct Publish {
  const ChannelPointer& channel;
  const BasicPublish& method;
  const Command& command;

  MessageView message;
  std::vector<std::byte> body_memory;
  std::optional<PropertyTable> headers;
  std::optional<ExtraKeys> extra;
  std::vector<std::string_view> extra_views;
  Writer edited_headers;  // without BCC

  Handled prepare() {
    message = message_of(command.content.properties);
    message.exchange = method.exchange;
    message.routing_key = method.routing_key;
    message.body = joined(command.body, body_memory);
    if (auto addressed = address_replies(*channel, message); !addressed) return addressed;
    if (!message.properties) return {};
    Outcome<std::optional<ExtraKeys>> found = extra_keys(*message.properties);
    if (!found) return refuse(found.error());
    extra = std::move(*found);
    if (!method.exchange.empty()) {  // the default exchange looks at keys only
      if (auto table = decode_property_table(*message.properties)) headers = std::move(*table);
    }
    if (!extra) return {};
    extra_views.assign(extra->keys.begin(), extra->keys.end());
    if (extra->has_blind) {
      std::array<FieldEdit, 1> without{FieldEdit{"BCC", std::nullopt}};
      write_edited_table(edited_headers, *message.properties, without);
      message.properties = edited_headers.bytes_since(sizeof(std::uint32_t));
    }
    return {};
  }

  routing::MessageView routed() const {
    return broker::for_routing(message, extra_views, headers ? &*headers : nullptr);
  }
};

/// Every key it is routed by, CC and BCC too.
Outcome<void> may_use_keys(Client& client, const routing::ExchangeEntry& to, const Publish& publish) {
  auto allowed = may_use_key(client, Verb::kWrite, to.exchange, publish.message.routing_key);
  for (std::string_view key : publish.extra_views) {
    if (allowed) allowed = may_use_key(client, Verb::kWrite, to.exchange, key);
  }
  return allowed;
}

void count_publish(Channel& channel, const routing::ExchangeEntry& exchange, const routing::Routes& routes,
                   bool mandatory) {
  Client& client = channel.client;
  client.count(channel, MessageEvent::kPublish);
  broker::count_passing(client.door.traffic.seconds, exchange, routes);
  if (!routes.undecided && routes.nowhere())
    client.count(channel, mandatory ? MessageEvent::kReturnUnroutable : MessageEvent::kDropUnroutable);
}

/// By the exchange it is published to, as a whole.
void gather_to_deduplicate(const ChannelPointer& channel, const Publish& publish) {
  Client& client = channel->client;
  DeduplicatedPublishes& gathered = client.deduplicated;
  gathered.messages.push_back({.name_space = client.vhost,
                               .exchange = std::string(publish.method.exchange),
                               .extra_keys = {publish.extra_views.begin(), publish.extra_views.end()},
                               .message = broker::delivery_of(publish.message, client.shard.clock().wall_now())});
  DeduplicatedPublishes::Answer& answer = gathered.answers.emplace_back(channel);
  gathered.bytes += publish.message.body.size();
  if (publish.method.mandatory) answer.publish.emplace(publish.command);
  if (channel->mode != Channel::Mode::kConfirm) return;
  answer.tag = channel->confirms.open(1);
  touch(channel);
}

}  // namespace

void return_message(Channel& channel, const BasicPublish& publish, const Command& command) {
  if (!channel.open()) return;
  Client& client = channel.client;
  std::vector<std::byte> memory;
  ByteView body = joined(command.body, memory);
  client.reply(channel, BasicReturn{.reply_code = static_cast<std::uint16_t>(ReplyCode::kNoRoute),
                                    .reply_text = "NO_ROUTE",
                                    .exchange = publish.exchange,
                                    .routing_key = publish.routing_key});
  write_content(channel.number, command.content.properties.encoded(), SharedBytes::copy_of(body), client.frame_max,
                client.out);
}

void touch(const ChannelPointer& channel) {
  std::vector<ChannelPointer>& touched = channel->client.touched;
  if (touched.empty() || touched.back() != channel) touched.push_back(channel);
}

Handled handle_publish(const ChannelPointer& channel, const BasicPublish& publish, const Command& command) {
  Client& client = channel->client;
  if (publish.immediate) return refuse(ReplyCode::kNotImplemented, "immediate=true");
  if (auto allowed = may(client, Verb::kWrite, Resource::exchange(publish.exchange)); !allowed) return allowed;
  const Publisher publisher{client.principal.name, client.principal.tags};
  if (auto checked = check_properties(command.content.properties, publisher); !checked) return checked;
  if (channel->mode != Channel::Mode::kTransaction) return route_publish(channel, publish, command);
  auto view = client.door.entities.find(client.shard, client.vhost);
  if (!view) return refuse(ReplyCode::kNotFound, fmt::format("no vhost '{}'", client.vhost));
  Result<routing::DestinationId> target = view->routes->publish_target(publish.exchange);
  if (!target) return refuse(protocol_error(target.error()));
  Publish looked_at{.channel = channel, .method = publish, .command = command};
  if (auto prepared = looked_at.prepare(); !prepared) return prepared;
  if (auto allowed = may_use_keys(client, *view->routes->exchange(*target), looked_at); !allowed) return allowed;
  OwnedCommand kept(command);
  channel->transaction.bytes += kept.bytes();
  if (channel->transaction.bytes > client.door.limits.transaction_bytes) {
    return refuse(ReplyCode::kPreconditionFailed,
                  fmt::format("a transaction holds at most {} bytes", client.door.limits.transaction_bytes));
  }
  channel->transaction.publishes.push_back(std::move(kept));
  return {};
}

Handled route_publish(const ChannelPointer& channel, const BasicPublish& method, const Command& command) {
  Client& client = channel->client;
  auto view = client.door.entities.find(client.shard, client.vhost);
  if (!view) return refuse(ReplyCode::kNotFound, fmt::format("no vhost '{}'", client.vhost));
  Result<routing::DestinationId> target = view->routes->publish_target(method.exchange);
  if (!target) return refuse(protocol_error(target.error()));
  Publish publish{.channel = channel, .method = method, .command = command};
  if (auto prepared = publish.prepare(); !prepared) return prepared;
  const routing::ExchangeEntry& exchange = *view->routes->exchange(*target);
  if (auto allowed = may_use_keys(client, exchange, publish); !allowed) return allowed;

  routing::Routes routes = client.router.route(*view->routes, *target, publish.routed(), client.dice.roll());
  count_publish(*channel, exchange, routes, method.mandatory);
  if (routes.undecided) {
    gather_to_deduplicate(channel, publish);
    return {};
  }
  bool confirms = channel->mode == Channel::Mode::kConfirm;
  if (routes.nowhere() && method.mandatory) return_message(*channel, method, command);
  std::uint32_t destinations = client.turn.add(*view, routes,
                                               {.name_space = client.vhost,
                                                .extra_keys = publish.extra_views,
                                                .message = publish.message,
                                                .persistent = broker::is_persistent(publish.message)},
                                               client.shard.clock().wall_now(), channel,
                                               confirms ? std::optional(channel->confirms.next_tag()) : std::nullopt);
  if (method.exchange.empty()) gather_replies(client, publish.message, publish.extra_views);
  if (confirms) {
    channel->confirms.open(destinations);
    touch(channel);
  }
  return {};
}

void flush_confirms(Channel& channel) {
  std::vector<Confirm> answers;
  if (std::uint64_t acknowledged = channel.confirms.take(answers); acknowledged > 0) {
    channel.client.count(channel, MessageEvent::kConfirm, acknowledged);
  }
  for (const Confirm& answer : answers) {
    if (answer.ack) {
      channel.client.reply(channel, BasicAck{.delivery_tag = answer.tag, .multiple = answer.multiple});
    } else {
      channel.client.reply(channel,
                           BasicNack{.delivery_tag = answer.tag, .multiple = answer.multiple, .requeue = false});
    }
  }
}

void tell_of_loss(Client& client, const Error& error) {
  if (error.code == ErrorCode::kFull || std::exchange(client.told_of_lost_publish, true)) return;
  client.door.logger.warn("could not keep messages of a publisher",
                          {{"listener", "amqp"}, {"from", client.remote.text()}, {"reason", error.message}});
}

runtime::Task<void> hand_on(Client* client, GatheredPublishes gathered) {
  std::vector<Result<void>> outcomes =
      co_await broker::send(client->shard, client->door.outgoing(), std::move(gathered.outgoing.parts));
  std::vector<Channel*> answered;
  for (std::size_t part = 0; part < outcomes.size(); ++part) {
    bool good = broker::is_kept(outcomes[part]);
    if (!good) tell_of_loss(*client, outcomes[part].error());
    for (std::size_t number : gathered.outgoing.messages[part]) {
      const ToConfirm& confirm = gathered.to_confirm[number];
      confirm.channel->confirms.resolve(confirm.tag, confirm.tag, good);
      if (std::ranges::find(answered, confirm.channel) == answered.end()) answered.push_back(confirm.channel);
    }
  }
  for (Channel* channel : answered) flush_confirms(*channel);
  for (const ChannelPointer& channel : gathered.channels) {
    if (--channel->on_way == 0) channel->landed.notify();
  }
  client->unanswered_bytes -= gathered.bytes;
  client->unanswered_messages -= gathered.messages;
  client->can_read.notify();
}

}  // namespace wharf::amqp091
