#pragma once
// What `arguments` of queue.declare and basic.consume mean, with RabbitMQ's refusals (as 4.0 was seen to answer).
//
// What one queue type of RabbitMQ takes and another does not, both take here: priorities, delivery limits, single
// active consumers. Only arguments of streams are refused on a queue, since nothing here would keep what they promise:
// stream_arguments.hpp has those of streams.
#include <cstdint>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/property.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"
#include "queue/core/settings.hpp"

namespace wharf::amqp091 {

/// Whose arguments they are.
struct QueueName {
  std::string_view name;
  std::string_view vhost;
};

struct QueueArguments {
  std::string type = "classic";
  queue::QueueSettings settings;
};

/// Errors: PRECONDITION_FAILED.
Outcome<QueueArguments> queue_arguments(const PropertyTable& arguments, QueueName queue);

/// What a queue type of RabbitMQ cannot be. Errors: PRECONDITION_FAILED.
struct QueueProperties {
  bool durable = false, exclusive = false, auto_delete = false;
};
Outcome<void> check_properties(std::string_view type, QueueProperties properties, QueueName queue);

/// As RabbitMQ does with a virtual host's default queue type: who names none gets that one by an argument, where a
/// queue with such properties can be of it. `there`: the type of the one that is there, which it stays; empty: none is.
void add_default_type(PropertyTable& arguments, std::string_view type, QueueProperties properties,
                      std::string_view there);

/// `x-priority` of a consumer. Errors: PRECONDITION_FAILED.
Outcome<std::int32_t> consumer_priority(const PropertyTable& arguments, QueueName queue);

/// `x-consumer-timeout` of a queue or a consumer: for a message to be settled. Anything goes, as in RabbitMQ; what is
/// no time of at least a millisecond is 0: no limit, whatever the server's is.
std::optional<Milliseconds> consumer_timeout(const PropertyTable& arguments);
/// `x-selector` of a consumer, which RabbitMQ does not know: its text; empty: it takes any message. Whether it is one,
/// the queue says. Errors: PRECONDITION_FAILED.
Outcome<std::string> consumer_selector(const PropertyTable& arguments, QueueName queue);
ProtocolError selector_refused(const Error& why, QueueName queue);
/// Of a consumer of a stream, which has none.
Outcome<void> check_no_selector(const PropertyTable& arguments, QueueName stream);

}  // namespace wharf::amqp091
