#pragma once
// How long a message waits that came back, as a policy says it, in milliseconds:
//
//   retry-delays: [1000, 5000, 60000]               as listed, then the last one
//   retry-first: 1000                               always the same
//   retry-first: 1000, retry-step: 500              1000, 1500, 2000, ... (linear)
//   retry-first: 1000, retry-factor: 2              1000, 2000, 4000, ... (exponential)
//   retry-max: 60000                                with the last two: no longer than that; a day where it is not given
#include <optional>

#include "model/error.hpp"
#include "model/property.hpp"
#include "queue/core/settings.hpp"

namespace wharf::queue {

/// Steps that one policy may come to.
inline constexpr std::size_t kRetryDelaysMax = 1000;

/// None: the definition says nothing about retries. kInvalidArgument.
Result<std::optional<RetryDelays>> retry_delays_of(const PropertyTable& definition);

}  // namespace wharf::queue
