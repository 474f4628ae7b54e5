#pragma once
// How long a message waits that came back, as a policy says it, in milliseconds:
//
//   retry-delays: [1000, 5000, 60000]               as listed, then the last one
//   retry-first: 1000                               always the same
//   retry-first: 1000, retry-step: 500              1000, 1500, 2000, ... (linear)
//   retry-first: 1000, retry-factor: 2              1000, 2000, 4000, ... (exponential)
//   retry-max: 60000                                with the last two: no longer than that; a day where it is not given
//
// or in the words of RabbitMQ 4.3, and of LavinMQ, which has the multiplier; as a queue's arguments with x- before
// them. Each word is the policy's, or else the queue's:
//
//   delayed-retry-min: 1000                         1000, 2000, ..., up to a thousand steps; without it, no retries
//   delayed-retry-multiplier: 2                     1000, 2000, 4000, ...; 1: always the same
//   delayed-retry-max: 60000                        no longer than that
//   delayed-retry-type: all                         failed or returned: the same here; disabled: no retries
#include <optional>

#include "model/error.hpp"
#include "model/property.hpp"
#include "queue/core/settings.hpp"

namespace wharf::queue {

/// Steps that one policy may come to.
inline constexpr std::size_t kRetryDelaysMax = 1000;

/// None: neither a policy's definition nor the queue's arguments ask for it. kInvalidArgument, of the definition.
Result<std::optional<RetryDelays>> retry_delays_of(const PropertyTable& definition,
                                                   const PropertyTable& arguments = {});
/// kInvalidArgument.
Result<void> check_retry_arguments(const PropertyTable& arguments);

}  // namespace wharf::queue
