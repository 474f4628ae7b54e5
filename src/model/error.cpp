#include "model/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace wharf {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed: return "malformed";
    case ErrorCode::kUnsupportedVersion: return "unsupported_version";
    case ErrorCode::kInvalidRequest: return "invalid_request";
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kPolicyViolation: return "policy_violation";
    case ErrorCode::kPreconditionFailed: return "precondition_failed";
    case ErrorCode::kTooLarge: return "too_large";
    case ErrorCode::kCorruptMessage: return "corrupt_message";
    case ErrorCode::kInvalidRecord: return "invalid_record";
    case ErrorCode::kInvalidTimestamp: return "invalid_timestamp";
    case ErrorCode::kUnsupportedCompression: return "unsupported_compression";
    case ErrorCode::kInvalidName: return "invalid_name";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kUnknownTopicId: return "unknown_topic_id";
    case ErrorCode::kAlreadyExists: return "already_exists";
    case ErrorCode::kOffsetOutOfRange: return "offset_out_of_range";
    case ErrorCode::kFencedEpoch: return "fenced_epoch";
    case ErrorCode::kUnknownEpoch: return "unknown_epoch";
    case ErrorCode::kOutOfOrderSequence: return "out_of_order_sequence";
    case ErrorCode::kDuplicateSequence: return "duplicate_sequence";
    case ErrorCode::kInvalidProducerEpoch: return "invalid_producer_epoch";
    case ErrorCode::kUnknownProducer: return "unknown_producer";
    case ErrorCode::kNotCoordinator: return "not_coordinator";
    case ErrorCode::kCoordinatorLoading: return "coordinator_loading";
    case ErrorCode::kUnknownMember: return "unknown_member";
    case ErrorCode::kMemberIdRequired: return "member_id_required";
    case ErrorCode::kIllegalGeneration: return "illegal_generation";
    case ErrorCode::kRebalanceInProgress: return "rebalance_in_progress";
    case ErrorCode::kInconsistentProtocol: return "inconsistent_protocol";
    case ErrorCode::kInvalidSessionTimeout: return "invalid_session_timeout";
    case ErrorCode::kFencedInstance: return "fenced_instance";
    case ErrorCode::kGroupFull: return "group_full";
    case ErrorCode::kGroupNotEmpty: return "group_not_empty";
    case ErrorCode::kGroupSubscribed: return "group_subscribed";
    case ErrorCode::kFull: return "full";
    case ErrorCode::kLocked: return "locked";
    case ErrorCode::kInvalidGroup: return "invalid_group";
    case ErrorCode::kOffsetMetadataTooLarge: return "offset_metadata_too_large";
    case ErrorCode::kSignInRefused: return "sign_in_refused";
    case ErrorCode::kAccessRefused: return "access_refused";
    case ErrorCode::kStorage: return "storage";
    case ErrorCode::kDiskFull: return "disk_full";
    case ErrorCode::kDamaged: return "damaged";
    case ErrorCode::kTimedOut: return "timed_out";
    case ErrorCode::kClosed: return "closed";
    case ErrorCode::kBusy: return "busy";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kInternal: return "internal";
  }
  return "unknown";
}

void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "wharf: assertion failed: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace wharf
