#pragma once
// Our errors in Kafka's numbers: one table, and per API the few that its clients understand otherwise.
#include "model/error.hpp"
#include "protocols/kafka/api/error_code.hpp"

namespace wharf::kafka {

KafkaError kafka_error(ErrorCode code);
inline KafkaError kafka_error(const Error& error) { return kafka_error(error.code); }

}  // namespace wharf::kafka
