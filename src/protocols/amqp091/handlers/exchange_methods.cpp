// exchange.declare, delete, bind and unbind.
#include <fmt/format.h>

#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

using routing::Destination;
using routing::DestinationKind;

/// Exchanges that hold messages themselves: refused as by a RabbitMQ without their plugin while nothing here holds
/// them.
bool is_served(std::string_view type) {
  return type != "x-delayed-message" && type != "x-recent-history";
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
    if (!is_served(declare.type)) {
      co_return refuse(ReplyCode::kCommandInvalid, fmt::format("unknown exchange type '{}'", declare.type));
    }
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
  Result<void> gone = co_await client.door.entities.delete_exchange(client.shard, client.vhost,
                                                                    std::move(remove.exchange), remove.if_unused);
  if (!gone) co_return refuse(protocol_error(gone.error()));
  if (!remove.nowait) client.reply(*channel, ExchangeDeleteOk{});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, ExchangeBind bind) {
  Client& client = channel->client;
  Result<void> bound = co_await client.door.entities.bind(
      client.shard, client.vhost,
      {bind.source, Destination{DestinationKind::kExchange, bind.destination}, bind.routing_key, bind.arguments});
  if (!bound) co_return refuse(protocol_error(bound.error()));
  if (!bind.nowait) client.reply(*channel, ExchangeBindOk{});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, ExchangeUnbind unbind) {
  Client& client = channel->client;
  Result<void> unbound =
      co_await client.door.entities.unbind(client.shard, client.vhost,
                                           {unbind.source, Destination{DestinationKind::kExchange, unbind.destination},
                                            unbind.routing_key, unbind.arguments});
  if (!unbound) co_return refuse(protocol_error(unbound.error()));
  if (!unbind.nowait) client.reply(*channel, ExchangeUnbindOk{});
  co_return Handled();
}

}  // namespace wharf::amqp091
