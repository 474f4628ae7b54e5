#pragma once
// Which error codes the clients of an API know what to do with. At any other the Java client ends what it was doing
// ("unexpected error code"), even where a retry would mend it; so no response says another. Here are the APIs whose
// clients act on the code by themselves; those of the rest (topics, settings, records to delete) hand it to their
// caller, whatever it is.
#include <cstdint>

#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"

namespace wharf::kafka {

/// `error` where this version's clients know it; else their own code for "later" if a retry may mend it, and
/// UNKNOWN_SERVER_ERROR if not.
KafkaError understood(ApiKey key, std::int16_t version, KafkaError error);

}  // namespace wharf::kafka
