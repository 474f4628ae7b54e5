#include "protocols/kafka/handlers/errors.hpp"

namespace wharf::kafka {

KafkaError kafka_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed: return KafkaError::kInvalidRequest;
    case ErrorCode::kUnsupportedVersion: return KafkaError::kUnsupportedVersion;
    case ErrorCode::kInvalidRequest: return KafkaError::kInvalidRequest;
    case ErrorCode::kInvalidArgument: return KafkaError::kInvalidConfig;
    case ErrorCode::kPolicyViolation: return KafkaError::kPolicyViolation;
    case ErrorCode::kPreconditionFailed: return KafkaError::kInvalidRequest;
    case ErrorCode::kTooLarge: return KafkaError::kMessageTooLarge;
    case ErrorCode::kCorruptMessage: return KafkaError::kCorruptMessage;
    case ErrorCode::kInvalidRecord: return KafkaError::kInvalidRecord;
    case ErrorCode::kInvalidTimestamp: return KafkaError::kInvalidTimestamp;
    case ErrorCode::kUnsupportedCompression: return KafkaError::kUnsupportedCompressionType;
    case ErrorCode::kInvalidName: return KafkaError::kInvalidTopicException;
    case ErrorCode::kNotFound: return KafkaError::kUnknownTopicOrPartition;
    case ErrorCode::kUnknownTopicId: return KafkaError::kUnknownTopicId;
    case ErrorCode::kAlreadyExists: return KafkaError::kTopicAlreadyExists;
    case ErrorCode::kOffsetOutOfRange: return KafkaError::kOffsetOutOfRange;
    case ErrorCode::kFencedEpoch: return KafkaError::kFencedLeaderEpoch;
    case ErrorCode::kUnknownEpoch: return KafkaError::kUnknownLeaderEpoch;
    case ErrorCode::kOutOfOrderSequence: return KafkaError::kOutOfOrderSequenceNumber;
    case ErrorCode::kDuplicateSequence: return KafkaError::kDuplicateSequenceNumber;
    case ErrorCode::kInvalidProducerEpoch: return KafkaError::kInvalidProducerEpoch;
    case ErrorCode::kUnknownProducer: return KafkaError::kUnknownProducerId;
    case ErrorCode::kNotCoordinator: return KafkaError::kNotCoordinator;
    case ErrorCode::kCoordinatorLoading: return KafkaError::kCoordinatorLoadInProgress;
    case ErrorCode::kUnknownMember: return KafkaError::kUnknownMemberId;
    case ErrorCode::kMemberIdRequired: return KafkaError::kMemberIdRequired;
    case ErrorCode::kIllegalGeneration: return KafkaError::kIllegalGeneration;
    case ErrorCode::kRebalanceInProgress: return KafkaError::kRebalanceInProgress;
    case ErrorCode::kInconsistentProtocol: return KafkaError::kInconsistentGroupProtocol;
    case ErrorCode::kInvalidSessionTimeout: return KafkaError::kInvalidSessionTimeout;
    case ErrorCode::kFencedInstance: return KafkaError::kFencedInstanceId;
    case ErrorCode::kGroupFull: return KafkaError::kGroupMaxSizeReached;
    case ErrorCode::kGroupNotEmpty: return KafkaError::kNonEmptyGroup;
    case ErrorCode::kGroupSubscribed: return KafkaError::kGroupSubscribedToTopic;
    case ErrorCode::kFull: return KafkaError::kThrottlingQuotaExceeded;
    case ErrorCode::kLocked: return KafkaError::kInvalidRequest;
    case ErrorCode::kInvalidGroup: return KafkaError::kInvalidGroupId;
    case ErrorCode::kOffsetMetadataTooLarge: return KafkaError::kOffsetMetadataTooLarge;
    case ErrorCode::kSignInRefused: return KafkaError::kSaslAuthenticationFailed;
    case ErrorCode::kAccessRefused: return KafkaError::kClusterAuthorizationFailed;
    // Retriable for every client, so that they come back when the disk does.
    case ErrorCode::kStorage: return KafkaError::kKafkaStorageError;
    case ErrorCode::kDiskFull: return KafkaError::kKafkaStorageError;
    case ErrorCode::kDamaged: return KafkaError::kCorruptMessage;
    case ErrorCode::kTimedOut: return KafkaError::kRequestTimedOut;
    case ErrorCode::kClosed: return KafkaError::kNotLeaderOrFollower;
    case ErrorCode::kBusy: return KafkaError::kRequestTimedOut;
    case ErrorCode::kUnavailable: return KafkaError::kCoordinatorNotAvailable;
    case ErrorCode::kInternal: return KafkaError::kUnknownServerError;
  }
  return KafkaError::kUnknownServerError;
}

}  // namespace wharf::kafka
