#pragma once
// An error_code with its error_message, as the admin answers carry them side by side.
#include <optional>
#include <string>
#include <utility>

#include "model/error.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/handlers/errors.hpp"

namespace wharf::kafka {

struct ApiError {
  KafkaError code = KafkaError::kNone;
  std::optional<std::string> message;

  ApiError() = default;
  ApiError(KafkaError error, std::string sentence) : code(error), message(std::move(sentence)) {}
  /// With the sentence that Kafka has for every such error.
  explicit ApiError(KafkaError error) : ApiError(error, std::string(sentence_of(error))) {}
  explicit ApiError(Error error) : ApiError(kafka_error(error), std::move(error.message)) {}

  bool ok() const { return code == KafkaError::kNone; }
};

}  // namespace wharf::kafka
