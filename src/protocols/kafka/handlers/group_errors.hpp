#pragma once
// The group coordinator's errors in Kafka's numbers: where "not found" is a group, not a topic, and where a failing
// disk is "ask the coordinator again", which every client does.
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
    case ErrorCode::kStorage:
    case ErrorCode::kDiskFull:
    case ErrorCode::kTimedOut:
    case ErrorCode::kUnavailable:
      return KafkaError::kCoordinatorNotAvailable;
    default:
      return kafka_error(*error);
  }
}

}  // namespace wharf::kafka
