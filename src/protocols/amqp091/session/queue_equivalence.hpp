#pragma once
// Whether a queue may be declared again as it is asked for, as RabbitMQ decides it.
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/property.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

/// What has to be the same: relaxed, no argument.
enum class Redeclare : std::uint8_t { kStrict, kRelaxed };

/// A queue's properties, as they are or as they are asked for.
struct DeclaredProperties {
  bool durable = false;
  bool auto_delete = false;
  const PropertyTable* arguments = nullptr;
};

/// Errors: PRECONDITION_FAILED "inequivalent arg ...". Integers of any width are equal; arguments that do not change
/// what the queue is, and those without a meaning here, are not compared.
Outcome<void> check_equivalent(const DeclaredProperties& current, const DeclaredProperties& asked, QueueName queue,
                               Redeclare rule = Redeclare::kStrict);

/// RESOURCE_LOCKED: another connection has the queue to itself, or it is not declared exclusive as asked.
ProtocolError locked(QueueName queue);

}  // namespace wharf::amqp091
