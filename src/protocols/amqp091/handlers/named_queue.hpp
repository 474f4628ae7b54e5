#pragma once
// Queues by the names that methods give.
#include <memory>
#include <string>
#include <string_view>

#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"

namespace wharf::amqp091 {

using QueuePointer = std::shared_ptr<const broker::QueueInfo>;

/// An empty name is the queue that was declared last on the channel. NOT_FOUND: none was.
Outcome<std::string> named(const Channel& channel, std::string_view name);
/// nullptr: none.
QueuePointer find_queue(const Client& client, std::string_view name);
/// Of another connection, which has it to itself: RESOURCE_LOCKED.
Outcome<void> check_access(const Client& client, const broker::QueueInfo& queue);
/// NOT_FOUND, RESOURCE_LOCKED.
Outcome<QueuePointer> accessible_queue(const Client& client, std::string_view name);
inline QueueName name_of(const Client& client, std::string_view queue) {
  return {queue, client.vhost};
}

/// "amq.gen-", "amq.ctag-" and 22 random characters.
std::string generated_name(const Client& client, std::string_view prefix);

}  // namespace wharf::amqp091
