#pragma once
// Our errors in Kafka's numbers. What an API's clients do not know of them is said otherwise when it is written: api/understood_errors.hpp.
#include "model/error.hpp"
#include "protocols/kafka/api/error_code.hpp"

namespace wharf::kafka {

KafkaError kafka_error(ErrorCode code);
inline KafkaError kafka_error(const Error& error) { return kafka_error(error.code); }

}  // namespace wharf::kafka
