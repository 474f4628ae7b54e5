// exchange.declare, delete, bind and unbind.
#include <fmt/format.h>

#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/permissions.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

using routing::Destination;
using routing::DestinationKind;
using security::Resource;
using security::Verb;

/// As the default exchange cannot be declared or deleted, that it is not allowed to is no news.
Outcome<void> may_declare(Client& client, const ExchangeDeclare& declare) {
  Resource exchange = Resource::exchange(declare.exchange);
  if (declare.exchange.empty()) return {};
  if (auto configure = may(client, Verb::kConfigure, exchange); !configure) return configure;
  auto view = client.door.entities.find(client.shard, client.vhost);
  if (view && view->routes->exchange(declare.exchange)) return {};
  return may_lead_to(client, exchange, declare.arguments, "alternate-exchange");
}

Outcome<void> check_passive(const Client& client, const std::string& name) {
  auto view = client.door.entities.find(client.shard, client.vhost);
  if (!view) return refuse(ReplyCode::kNotFound, fmt::format("no vhost '{}'", client.vhost));
  Result<void> there = view->routes->declare_passive(name);
  if (!there) return refuse(protocol_error(there.error()));
  return {};
}

}  // namespace

HandledLater handle_later(ChannelPointer channel, ExchangeDeclare declare) {
  Client& client = channel->client;
  bool nowait = declare.nowait;
  if (declare.passive) {
    if (auto there = check_passive(client, declare.exchange); !there) co_return there;
  } else {
    if (auto allowed = may_declare(client, declare); !allowed) co_return allowed;
    Result<bool> made = co_await client.door.entities.declare_exchange(client.shard, client.vhost,
                                                                       {.name = std::move(declare.exchange),
                                                                        .type = std::move(declare.type),
                                                                        .durable = declare.durable,
                                                                        .auto_delete = declare.auto_delete,
                                                                        .internal = declare.internal,
                                                                        .arguments = std::move(declare.arguments)});
    if (!made) co_return refuse(protocol_error(made.error()));
  }
  if (!nowait) client.reply(*channel, ExchangeDeclareOk{});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, ExchangeDelete remove) {
  Client& client = channel->client;
  if (!remove.exchange.empty()) {
    if (auto allowed = may(client, Verb::kConfigure, Resource::exchange(remove.exchange)); !allowed) co_return allowed;
  }
  Result<void> gone = co_await client.door.entities.delete_exchange(client.shard, client.vhost,
                                                                    std::move(remove.exchange), remove.if_unused);
  if (!gone) co_return refuse(protocol_error(gone.error()));
  if (!remove.nowait) client.reply(*channel, ExchangeDeleteOk{});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, ExchangeBind bind) {
  Client& client = channel->client;
  auto allowed = may_bind(client, bind.source, Resource::exchange(bind.destination), bind.routing_key);
  if (!allowed) co_return allowed;
  Result<void> bound = co_await client.door.entities.bind(
      client.shard, client.vhost,
      {bind.source, Destination{DestinationKind::kExchange, bind.destination}, bind.routing_key, bind.arguments});
  if (!bound) co_return refuse(protocol_error(bound.error()));
  if (!bind.nowait) client.reply(*channel, ExchangeBindOk{});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, ExchangeUnbind unbind) {
  Client& client = channel->client;
  auto allowed = may_bind(client, unbind.source, Resource::exchange(unbind.destination), unbind.routing_key);
  if (!allowed) co_return allowed;
  Result<void> unbound =
      co_await client.door.entities.unbind(client.shard, client.vhost,
                                           {unbind.source, Destination{DestinationKind::kExchange, unbind.destination},
                                            unbind.routing_key, unbind.arguments});
  if (!unbound) co_return refuse(protocol_error(unbound.error()));
  if (!unbind.nowait) client.reply(*channel, ExchangeUnbindOk{});
  co_return Handled();
}

}  // namespace wharf::amqp091
