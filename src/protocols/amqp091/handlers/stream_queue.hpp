#pragma once
// A log topic as AMQP knows it: a queue of type stream, in the virtual host of its namespace. Kafka clients see those
// of the default one as topics; who made it does not matter.
#include <cstdint>
#include <memory>
#include <string_view>

#include "cluster/metadata/topic_table.hpp"
#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/session/stream_arguments.hpp"
#include "runtime/task.hpp"

namespace wharf::amqp091 {

using StreamPointer = std::shared_ptr<const cluster::Topic>;

/// nullptr: none, or a queue of another type.
StreamPointer find_stream(const Client& client, std::string_view name);

/// Makes it, or finds the same. Errors: PRECONDITION_FAILED.
runtime::Task<Outcome<StreamPointer>> declare_stream(Client* client, QueueDeclare declare);
/// It is there, and declared again as it is.
Outcome<void> check_declared_again(const Client& client, const cluster::Topic& stream, const QueueDeclare& declare);
/// What can be read, over all partitions.
runtime::Task<Outcome<std::uint64_t>> messages_of(Client* client, StreamPointer stream);
/// As in RabbitMQ, `if_unused` does not count for streams. PRECONDITION_FAILED: `if_empty`, and it is not.
runtime::Task<Outcome<void>> delete_stream(Client* client, StreamPointer stream, bool if_empty);

/// NOT_IMPLEMENTED, which closes the connection.
std::unexpected<ProtocolError> not_of_streams(std::string_view method, const Client& client, std::string_view name);

/// Consumes it; started when it returns, and its deliveries come after. Errors: RabbitMQ's refusals;
/// PRECONDITION_FAILED for a topic of several partitions, which have no order among them.
runtime::Task<Outcome<void>> consume_stream(std::shared_ptr<Channel> channel, StreamPointer stream,
                                            BasicConsume consume);

}  // namespace wharf::amqp091
