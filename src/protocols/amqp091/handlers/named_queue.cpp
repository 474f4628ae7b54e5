#include "protocols/amqp091/handlers/named_queue.hpp"

#include "protocols/amqp091/session/errors.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::amqp091 {

Outcome<std::string> named(const Channel& channel, std::string_view name) {
  if (!name.empty()) return std::string(name);
  if (channel.last_queue.empty()) return refuse(ReplyCode::kNotFound, "no previously declared queue");
  return channel.last_queue;
}

QueuePointer find_queue(const Client& client, std::string_view name) {
  auto view = client.door.entities.find(client.shard, client.vhost);
  return view ? view->queue(name) : nullptr;
}

Outcome<void> check_access(const Client& client, const broker::QueueInfo& queue) {
  if (!queue.exclusive || *queue.exclusive == client.id) return {};
  return refuse(locked(name_of(client, queue.name)));
}

Outcome<QueuePointer> accessible_queue(const Client& client, std::string_view name) {
  QueuePointer queue = find_queue(client, name);
  if (!queue) {
    return refuse(protocol_error(routing::not_found(routing::DestinationKind::kQueue, name, client.vhost)));
  }
  if (auto access = check_access(client, *queue); !access) return refuse(access.error());
  return queue;
}

std::string generated_name(const Client& client, std::string_view prefix) {
  return std::string(prefix) + client.door.random.uuid().base64();
}

}  // namespace wharf::amqp091
