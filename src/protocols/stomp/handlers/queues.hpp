#pragma once
// Queues by name: found, or made as the client asks for.
#include <optional>
#include <string>
#include <string_view>

#include "protocols/stomp/handlers/client.hpp"
#include "runtime/task.hpp"

namespace wharf::stomp {

/// nullptr: there is none.
QueuePointer find_queue(const Client& client, std::string_view name);
/// A log topic, which AMQP knows as a stream.
bool is_stream(const Client& client, std::string_view name);
/// "resource_locked": it is another connection's own.
Outcome<void> check_access(const Client& client, const broker::QueueInfo& queue);

struct QueueWish {
  std::string name;
  bool durable = true, auto_delete = false, exclusive = false;
  PropertyTable arguments;
  std::optional<std::uint64_t> max_length;  // where the arguments say nothing of it
  bool compares = false;                    // one that is there has to be the same
};
/// As RabbitMQ's plugin declares it; what the frame says comes before `wish`.
QueueWish with(QueueWish wish, const QueueRequest& request);

/// Found, or made.
runtime::Task<Outcome<QueuePointer>> open_queue(Client* client, QueueWish wish);

}  // namespace wharf::stomp
