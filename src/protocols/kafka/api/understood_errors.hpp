#pragma once
// How a client hears that it is to try again. Those of the APIs here act on the code by themselves, and know only some
// of those that mean it: at another the Java client ends what it was doing ("unexpected error code"), though a retry
// would mend it. What no retry mends is said as it is, and so is all that clients hand to their caller (topics,
// settings, records).
#include <cstdint>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"

namespace wharf::kafka {

/// `error` where this version's clients know it or no retry mends it; else their own code for "later".
KafkaError understood(ApiKey key, std::int16_t version, KafkaError error);

}  // namespace wharf::kafka
