// queue.declare, delete, purge, bind and unbind.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "protocols/amqp091/handlers/direct_replies.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/handlers/named_queue.hpp"
#include "protocols/amqp091/handlers/permissions.hpp"
#include "protocols/amqp091/handlers/stream_queue.hpp"
#include "protocols/amqp091/session/errors.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

using routing::Destination;
using routing::DestinationKind;
using security::Resource;
using security::Verb;

/// Found by its owner, or declared again as it is.
Outcome<void> check_declared_again(const Client& client, const broker::QueueInfo& queue, const QueueDeclare& declare) {
  if (auto access = check_access(client, queue); !access) return access;
  if (queue.exclusive.has_value() != declare.exclusive) return refuse(locked(name_of(client, queue.name)));
  return check_equivalent(
      {.durable = queue.durable, .auto_delete = queue.auto_delete, .arguments = &queue.arguments},
      {.durable = declare.durable, .auto_delete = declare.auto_delete, .arguments = &declare.arguments},
      name_of(client, queue.name), client.door.limits.redeclare);
}

Outcome<broker::QueueDeclaration> declaration(const Client& client, const QueueDeclare& declare) {
  QueueName queue = name_of(client, declare.queue);
  Outcome<QueueArguments> arguments = queue_arguments(declare.arguments, queue);
  if (!arguments) return refuse(arguments.error());
  auto possible = check_properties(arguments->type, {declare.durable, declare.exclusive, declare.auto_delete}, queue);
  if (!possible) return refuse(possible.error());
  return broker::QueueDeclaration{.name = declare.queue,
                                  .durable = declare.durable,
                                  .auto_delete = declare.auto_delete,
                                  .exclusive = declare.exclusive ? std::optional(client.id) : std::nullopt,
                                  .type = arguments->type,
                                  .arguments = declare.arguments,
                                  .settings = arguments->settings};
}

Outcome<void> check_not_reserved(std::string_view name) {
  if (!name.starts_with("amq.") || name.starts_with("amq.gen-")) return {};
  return refuse(ReplyCode::kAccessRefused, fmt::format("queue name '{}' contains reserved prefix 'amq.*'", name));
}

/// The queue that is there. One of the client's own, whose connection is dead without having been told, goes first.
runtime::Task<QueuePointer> known_queue(Client* client, const QueueDeclare* declare) {
  QueuePointer known = find_queue(*client, declare->queue);
  if (!known || !declare->exclusive || check_access(*client, *known)) co_return known;
  bool gone = co_await client->door.owners.is_gone(client->shard, *known->exclusive, client->report.introduction());
  co_return gone ? find_queue(*client, declare->queue) : known;
}

runtime::Task<Outcome<QueuePointer>> declared(Client* client, QueueDeclare declare) {
  Resource resource = Resource::queue(declare.queue);
  if (auto allowed = may(*client, Verb::kConfigure, resource); !allowed) co_return refuse(allowed.error());
  if (QueuePointer known = co_await known_queue(client, &declare)) {
    if (auto same = check_declared_again(*client, *known, declare); !same) co_return refuse(same.error());
    client->door.queues.used(client->shard, known->ref);
    co_return known;
  }
  if (auto free = check_not_reserved(declare.queue); !free) co_return refuse(free.error());
  Outcome<broker::QueueDeclaration> asked = declaration(*client, declare);
  if (!asked) co_return refuse(asked.error());
  auto allowed = may_lead_to(*client, resource, declare.arguments, "x-dead-letter-exchange");
  if (!allowed) co_return refuse(allowed.error());
  if (declare.exclusive) client->begin_owning();
  Result<broker::DeclaredQueue> made =
      co_await client->door.entities.declare_queue(client->shard, client->vhost, std::move(*asked));
  if (!made) co_return refuse(protocol_error(made.error()));
  client->door.traffic.count(broker::ChurnEvent::kQueueDeclared);
  if (!made->created) {
    if (auto same = check_declared_again(*client, *made->queue, declare); !same) co_return refuse(same.error());
  }
  co_return made->queue;
}

/// `known`: there is one already.
runtime::Task<Outcome<StreamPointer>> declared_stream(Client* client, StreamPointer known, QueueDeclare declare) {
  if (declare.passive) co_return known;
  if (declare.queue.empty()) {
    co_return refuse(ReplyCode::kPreconditionFailed,
                     "Cannot declare a server-named queue for type rabbit_stream_queue");
  }
  auto allowed = may(*client, Verb::kConfigure, Resource::queue(declare.queue));
  if (!allowed) co_return refuse(allowed.error());
  if (known) {
    if (auto same = check_declared_again(*client, *known, declare); !same) co_return refuse(same.error());
    co_return known;
  }
  if (auto free = check_not_reserved(declare.queue); !free) co_return refuse(free.error());
  Outcome<StreamPointer> made = co_await declare_stream(client, std::move(declare));
  co_return made;
}

HandledLater declare_as_stream(ChannelPointer channel, StreamPointer known, QueueDeclare declare) {
  Client& client = channel->client;
  bool nowait = declare.nowait;
  Outcome<StreamPointer> stream = co_await declared_stream(&client, std::move(known), std::move(declare));
  if (!stream) co_return refuse(stream.error());
  channel->last_queue = (*stream)->name;
  if (nowait) co_return Handled();
  Outcome<std::uint64_t> messages = co_await messages_of(&client, *stream);
  if (!messages) co_return refuse(messages.error());
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  client.reply(*channel, QueueDeclareOk{.queue = (*stream)->name,
                                        .message_count = static_cast<std::uint32_t>(std::min(*messages, kMost)),
                                        .consumer_count = 0});  // nobody counts them, as in RabbitMQ
  co_return Handled();
}

void take_default_type(const Client& client, QueueDeclare& declare) {
  auto view = client.door.entities.find(client.shard, client.vhost);
  if (!view || view->default_queue_type.empty()) return;
  QueuePointer queue = find_queue(client, declare.queue);
  std::string_view there = queue ? std::string_view(queue->type) : find_stream(client, declare.queue) ? "stream" : "";
  add_default_type(declare.arguments, view->default_queue_type,
                   {declare.durable, declare.exclusive, declare.auto_delete}, there);
}

Destination bound_to(const Client& client, const std::string& name) {
  return {find_stream(client, name) ? DestinationKind::kLogTopic : DestinationKind::kQueue, name};
}

}  // namespace

HandledLater handle_later(ChannelPointer channel, QueueDeclare declare) {
  Client& client = channel->client;
  if (!declare.passive && !declare.queue.starts_with(kReplyTo)) take_default_type(client, declare);
  StreamPointer stream = find_stream(client, declare.queue);
  bool new_stream = !declare.passive && asks_for_stream(declare.arguments) && !find_queue(client, declare.queue);
  if (stream || new_stream) {
    Handled handled = co_await declare_as_stream(channel, std::move(stream), std::move(declare));
    co_return handled;
  }
  bool nowait = declare.nowait;
  bool is_passive = declare.passive;
  if (declare.queue.starts_with(kReplyTo)) {
    Handled declared = co_await declare_reply_to(channel, std::move(declare));
    co_return declared;
  }
  declare.durable &= !declare.exclusive;  // it goes with its connection: declared either way, it is the same queue
  Outcome<QueuePointer> queue;
  if (declare.passive) {
    queue = accessible_queue(client, declare.queue);
  } else {
    if (declare.queue.empty()) declare.queue = generated_name(client, "amq.gen-");
    queue = co_await declared(&client, std::move(declare));
  }
  if (!queue) co_return refuse(queue.error());
  channel->last_queue = (*queue)->name;
  if (nowait) co_return Handled();
  if (is_passive) client.door.queues.used(client.shard, (*queue)->ref);  // as one that declares it
  Result<broker::QueueCounts> counts = co_await client.door.queues.counts(client.shard, (*queue)->ref);
  broker::QueueCounts now = counts.value_or(broker::QueueCounts{});
  client.reply(*channel, QueueDeclareOk{.queue = (*queue)->name,
                                        .message_count = static_cast<std::uint32_t>(now.ready),
                                        .consumer_count = static_cast<std::uint32_t>(now.consumers)});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, QueueDelete remove) {
  Client& client = channel->client;
  Outcome<std::string> name = named(*channel, remove.queue);
  if (!name) co_return refuse(name.error());
  if (auto allowed = may(client, Verb::kConfigure, Resource::queue(*name)); !allowed) co_return allowed;
  std::uint64_t messages = 0;
  if (StreamPointer stream = find_stream(client, *name)) {
    auto gone = co_await delete_stream(&client, stream, remove.if_empty);
    if (!gone) co_return refuse(gone.error());
  } else if (QueuePointer queue = find_queue(client, *name)) {
    if (auto access = check_access(client, *queue); !access) co_return refuse(access.error());
    Result<std::uint64_t> gone = co_await client.door.entities.delete_queue(
        client.shard, client.vhost, *name, {.if_unused = remove.if_unused, .if_empty = remove.if_empty});
    if (!gone) co_return refuse(protocol_error(gone.error()));
    messages = *gone;
  }
  if (!remove.nowait) client.reply(*channel, QueueDeleteOk{.message_count = static_cast<std::uint32_t>(messages)});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, QueuePurge purge) {
  Client& client = channel->client;
  Outcome<std::string> name = named(*channel, purge.queue);
  if (!name) co_return refuse(name.error());
  if (auto allowed = may(client, Verb::kRead, Resource::queue(*name)); !allowed) co_return allowed;
  if (find_stream(client, *name)) co_return not_of_streams("queue.purge", client, *name);
  Outcome<QueuePointer> queue = accessible_queue(client, *name);
  if (!queue) co_return refuse(queue.error());
  Result<std::uint64_t> gone = co_await client.door.queues.purge(client.shard, (*queue)->ref);
  if (!gone) co_return refuse(protocol_error(gone.error()));
  if (!purge.nowait) client.reply(*channel, QueuePurgeOk{.message_count = static_cast<std::uint32_t>(*gone)});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, QueueBind bind) {
  Client& client = channel->client;
  Outcome<std::string> name = named(*channel, bind.queue);
  if (!name) co_return refuse(name.error());
  if (bind.queue.empty() && bind.routing_key.empty()) bind.routing_key = *name;
  auto allowed = may_bind(client, bind.exchange, Resource::queue(*name), bind.routing_key);
  if (!allowed) co_return allowed;
  QueuePointer queue = find_queue(client, *name);
  if (queue) {
    if (auto access = check_access(client, *queue); !access) co_return refuse(access.error());
  }
  Result<void> bound = co_await client.door.entities.bind(
      client.shard, client.vhost, {bind.exchange, bound_to(client, *name), bind.routing_key, bind.arguments});
  if (!bound) co_return refuse(protocol_error(bound.error()));
  if (!bind.nowait) client.reply(*channel, QueueBindOk{});
  co_return Handled();
}

HandledLater handle_later(ChannelPointer channel, QueueUnbind unbind) {
  Client& client = channel->client;
  Outcome<std::string> name = named(*channel, unbind.queue);
  if (!name) co_return refuse(name.error());
  if (unbind.queue.empty() && unbind.routing_key.empty()) unbind.routing_key = *name;
  auto allowed = may_bind(client, unbind.exchange, Resource::queue(*name), unbind.routing_key);
  if (!allowed) co_return allowed;
  if (QueuePointer queue = find_queue(client, *name)) {
    if (auto access = check_access(client, *queue); !access) co_return refuse(access.error());
  }
  Result<void> unbound = co_await client.door.entities.unbind(
      client.shard, client.vhost, {unbind.exchange, bound_to(client, *name), unbind.routing_key, unbind.arguments});
  if (!unbound) co_return refuse(protocol_error(unbound.error()));
  client.reply(*channel, QueueUnbindOk{});
  co_return Handled();
}

}  // namespace wharf::amqp091
