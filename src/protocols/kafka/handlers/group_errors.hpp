#pragma once
// The group coordinator's errors in Kafka's numbers: where "not found" is a group, not a topic. A failing disk is "ask
// the coordinator again", as all that may pass is to their clients (api/understood_errors.hpp).
#include "groups/core/actions.hpp"
#include "protocols/kafka/handlers/errors.hpp"

namespace wharf::kafka {

inline KafkaError group_error(groups::MaybeError error) {
  if (!error) return KafkaError::kNone;
  switch (*error) {
    case ErrorCode::kNotFound:
      return KafkaError::kGroupIdNotFound;
    case ErrorCode::kTooLarge:
      return KafkaError::kUnknownServerError;  // of what a group stores about its members
    default:
      return kafka_error(*error);
  }
}

}  // namespace wharf::kafka
