#pragma once
// What holds for a queue that was declared one way and is under a policy: the policy's keys are RabbitMQ's arguments
// without their "x-". As there, of numbers the lower one counts, and of everything else what was declared.
#include "model/property.hpp"
#include "queue/core/settings.hpp"

namespace wharf::queue {

/// `declared`: what `arguments` mean, which are the queue's as they came. `definition`: checked, as merged from policy
/// and operator policy; keys that mean nothing to a queue are passed over.
QueueSettings settings_under(const PropertyTable& definition, const QueueSettings& declared,
                             const PropertyTable& arguments);

}  // namespace wharf::queue
