#pragma once
// A broker's refusal as one of our errors: its name, and the broker's sentence where it sent one, Kafka's own
// otherwise.
#include <optional>
#include <string>

#include "model/error.hpp"
#include "protocols/kafka/api/error_code.hpp"

namespace wharf::client {

/// kUnavailable for what a retry may mend, kInvalidRequest for the rest; "TOPIC_ALREADY_EXISTS: Topic 'a' already
/// exists."
Error kafka_failure(kafka::KafkaError error, const std::optional<std::string>& message = {});

}  // namespace wharf::client
