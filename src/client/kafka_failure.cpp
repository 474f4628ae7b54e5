#include "client/kafka_failure.hpp"

#include <fmt/format.h>

namespace wharf::client {

Error kafka_failure(kafka::KafkaError error, const std::optional<std::string>& message) {
  ErrorCode code = kafka::is_retriable(error) ? ErrorCode::kUnavailable : ErrorCode::kInvalidRequest;
  std::string name(kafka::name_of(error));
  if (name == "UNKNOWN") name = fmt::format("error {}", static_cast<int>(error));
  std::string_view sentence = message && !message->empty() ? std::string_view(*message) : kafka::sentence_of(error);
  return {code, fmt::format("{}: {}", name, sentence)};
}

}  // namespace wharf::client
