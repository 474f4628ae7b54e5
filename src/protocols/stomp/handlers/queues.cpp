#include "protocols/stomp/handlers/queues.hpp"

#include <fmt/format.h>

#include "protocols/amqp091/session/queue_arguments.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"
#include "protocols/amqp091/session/stream_arguments.hpp"
#include "protocols/stomp/session/errors.hpp"

namespace wharf::stomp {
namespace {

using amqp091::QueueName;
using security::Resource;
using security::Verb;

QueueName name_of(const Client& client, std::string_view queue) {
  return {queue, client.name_space};
}

/// One that is there has to be what the frame asks for.
Outcome<void> check_same(const Client& client, const broker::QueueInfo& queue, const QueueWish& wish) {
  if (auto access = check_access(client, queue); !access) return access;
  if (!wish.compares) return {};
  if (queue.exclusive.has_value() != wish.exclusive)
    return refuse(protocol_error(amqp091::locked(name_of(client, queue.name))));
  auto same = amqp091::check_equivalent(
      {.durable = queue.durable, .auto_delete = queue.auto_delete, .arguments = &queue.arguments},
      {.durable = wish.durable, .auto_delete = wish.auto_delete, .arguments = &wish.arguments},
      name_of(client, queue.name));
  if (!same) return refuse(protocol_error(same.error()));
  return {};
}

Outcome<void> check_dead_letters(Client& client, const QueueWish& wish) {
  const PropertyValue* target = find_property(wish.arguments, "x-dead-letter-exchange");
  if (!target || !target->text()) return {};
  if (auto read = client.may(Verb::kRead, Resource::queue(wish.name)); !read) return read;
  return client.may(Verb::kWrite, Resource::exchange(*target->text()));
}

Outcome<broker::QueueDeclaration> declaration(const Client& client, const QueueWish& wish) {
  auto arguments = amqp091::queue_arguments(wish.arguments, name_of(client, wish.name));
  if (!arguments) return refuse(protocol_error(arguments.error()));
  auto possible = amqp091::check_properties(arguments->type, {wish.durable, wish.exclusive, wish.auto_delete},
                                            name_of(client, wish.name));
  if (!possible) return refuse(protocol_error(possible.error()));
  broker::QueueDeclaration queue{.name = wish.name,
                                 .durable = wish.durable,
                                 .auto_delete = wish.auto_delete,
                                 .exclusive = wish.exclusive ? std::optional(client.id) : std::nullopt,
                                 .type = arguments->type,
                                 .arguments = wish.arguments,
                                 .settings = arguments->settings};
  if (wish.max_length && !queue.settings.max_length) queue.settings.max_length = wish.max_length;
  return queue;
}

/// Streams are not made by STOMP: where they are the default, it is classic queues.
void take_default_type(const Client& client, QueueWish& wish, const broker::QueueInfo* known) {
  auto view = client.door.entities.find(client.shard, client.name_space);
  if (!view || view->default_queue_type == "stream") return;
  amqp091::add_default_type(wish.arguments, view->default_queue_type, {wish.durable, wish.exclusive, wish.auto_delete},
                            known != nullptr ? known->type : std::string_view());
}

bool is_reserved(std::string_view name) {
  return name.starts_with("amq.") && !name.starts_with("amq.gen-");
}

}  // namespace

QueuePointer find_queue(const Client& client, std::string_view name) {
  auto view = client.door.entities.find(client.shard, client.name_space);
  return view ? view->queue(name) : nullptr;
}

bool is_stream(const Client& client, std::string_view name) {
  if (find_queue(client, name)) return false;
  auto topic = client.door.catalogue.topics(client.shard)->find(client.name_space, name);
  return topic && !topic->internal;
}

Outcome<void> check_access(const Client& client, const broker::QueueInfo& queue) {
  if (!queue.exclusive || *queue.exclusive == client.id) return {};
  return refuse(protocol_error(amqp091::locked(name_of(client, queue.name))));
}

QueueWish with(QueueWish wish, const QueueRequest& request) {
  wish.durable = request.durable.value_or(wish.durable);
  wish.auto_delete = request.auto_delete.value_or(wish.auto_delete);
  wish.exclusive = request.exclusive.value_or(wish.exclusive);
  wish.durable &= !wish.exclusive;  // it goes with its connection: declared either way, it is the same queue
  wish.arguments = request.arguments;
  wish.compares = request.says_anything();
  return wish;
}

runtime::Task<Outcome<QueuePointer>> open_queue(Client* client, QueueWish wish) {
  QueuePointer known = find_queue(*client, wish.name);
  take_default_type(*client, wish, known.get());
  if (known) {
    if (auto same = check_same(*client, *known, wish); !same) co_return refuse(same.error());
    co_return known;
  }
  if (amqp091::asks_for_stream(wish.arguments))
    co_return refuse("Not served", "streams are not made by STOMP: declare it by AMQP, or as a topic of Kafka");
  if (auto allowed = client->may(Verb::kConfigure, Resource::queue(wish.name)); !allowed)
    co_return refuse(allowed.error());
  if (is_reserved(wish.name)) {
    co_return refuse("access_refused",
                     fmt::format("ACCESS_REFUSED - queue name '{}' contains reserved prefix 'amq.*'", wish.name));
  }
  if (auto allowed = check_dead_letters(*client, wish); !allowed) co_return refuse(allowed.error());
  Outcome<broker::QueueDeclaration> asked = declaration(*client, wish);
  if (!asked) co_return refuse(asked.error());
  client->has_exclusive_queues |= wish.exclusive;
  Result<broker::DeclaredQueue> made =
      co_await client->door.entities.declare_queue(client->shard, client->name_space, std::move(*asked));
  if (!made) co_return refuse(protocol_error(made.error()));
  if (!made->created) {
    if (auto same = check_same(*client, *made->queue, wish); !same) co_return refuse(same.error());
  }
  co_return made->queue;
}

}  // namespace wharf::stomp
