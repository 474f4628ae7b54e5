#include "protocols/kafka/api/understood_errors.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace wharf::kafka {
namespace {

using enum KafkaError;

struct Known {
  KafkaError error;
  std::int16_t since = 0;  // the first version whose clients know it
};

struct Row {
  ApiKey key;
  KafkaError later;
  std::span<const Known> known;
};

// What the response handlers of the Java client 4.3 tell apart (Sender, FetchCollector, OffsetFetcherUtils, Metadata,
// AbstractCoordinator, ConsumerCoordinator, TransactionManager, the admin client's handlers), and the first version
// with it where older clients do not have the code.
// clang-format off
constexpr Known kProduce[] = {
    {kCorruptMessage}, {kUnknownTopicOrPartition}, {kNotLeaderOrFollower}, {kRequestTimedOut}, {kMessageTooLarge}, {kInvalidTopicException},
    {kRecordListTooLarge}, {kInvalidRequiredAcks}, {kTopicAuthorizationFailed}, {kClusterAuthorizationFailed}, {kInvalidTimestamp},
    {kUnsupportedVersion}, {kInvalidRequest}, {kUnsupportedForMessageFormat}, {kPolicyViolation}, {kOutOfOrderSequenceNumber},
    {kDuplicateSequenceNumber}, {kInvalidProducerEpoch}, {kTransactionalIdAuthorizationFailed}, {kKafkaStorageError, 4}, {kUnknownProducerId},
    {kUnsupportedCompressionType}, {kInvalidRecord}, {kUnknownTopicId, 13}};
constexpr Known kFetch[] = {
    {kOffsetOutOfRange}, {kCorruptMessage}, {kUnknownTopicOrPartition}, {kNotLeaderOrFollower}, {kTopicAuthorizationFailed}, {kKafkaStorageError, 6},
    {kFetchSessionIdNotFound, 7}, {kInvalidFetchSessionEpoch, 7}, {kFencedLeaderEpoch, 9}, {kUnknownLeaderEpoch, 9}, {kUnsupportedCompressionType},
    {kOffsetNotAvailable, 9}, {kUnknownTopicId, 13}, {kInconsistentTopicId, 13}, {kFetchSessionTopicIdError, 13}};
constexpr Known kListOffsets[] = {
    {kCorruptMessage}, {kUnknownTopicOrPartition}, {kLeaderNotAvailable}, {kNotLeaderOrFollower}, {kTopicAuthorizationFailed}, {kUnsupportedVersion},
    {kInvalidRequest}, {kUnsupportedForMessageFormat}, {kKafkaStorageError}, {kFencedLeaderEpoch, 4}, {kUnknownLeaderEpoch, 4},
    {kOffsetNotAvailable, 5}};
constexpr Known kOffsetForLeaderEpoch[] = {
    {kCorruptMessage}, {kUnknownTopicOrPartition}, {kLeaderNotAvailable}, {kNotLeaderOrFollower}, {kTopicAuthorizationFailed}, {kKafkaStorageError},
    {kFencedLeaderEpoch, 2}, {kUnknownLeaderEpoch, 2}, {kOffsetNotAvailable}};
constexpr Known kMetadata[] = {
    {kUnknownTopicOrPartition}, {kLeaderNotAvailable}, {kInvalidTopicException}, {kTopicAuthorizationFailed}, {kInvalidRequest},
    {kUnknownTopicId, 10}};
constexpr Known kFindCoordinator[] = {
    {kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}, {kInvalidGroupId}, {kGroupAuthorizationFailed}, {kInvalidRequest},
    {kTransactionalIdAuthorizationFailed}};
constexpr Known kJoinGroup[] = {
    {kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}, {kNotCoordinator}, {kInconsistentGroupProtocol}, {kInvalidGroupId}, {kUnknownMemberId},
    {kInvalidSessionTimeout}, {kRebalanceInProgress}, {kGroupAuthorizationFailed}, {kUnsupportedVersion}, {kMemberIdRequired, 4},
    {kGroupMaxSizeReached}, {kFencedInstanceId, 5}};
constexpr Known kSyncGroup[] = {
    {kCoordinatorNotAvailable}, {kNotCoordinator}, {kIllegalGeneration}, {kInconsistentGroupProtocol, 5}, {kUnknownMemberId}, {kRebalanceInProgress},
    {kGroupAuthorizationFailed}, {kFencedInstanceId, 3}};
constexpr Known kHeartbeat[] = {
    {kCoordinatorNotAvailable}, {kNotCoordinator}, {kIllegalGeneration}, {kUnknownMemberId}, {kRebalanceInProgress}, {kGroupAuthorizationFailed},
    {kFencedInstanceId, 3}};
constexpr Known kLeaveGroup[] = {
    {kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}, {kNotCoordinator}, {kInvalidGroupId}, {kUnknownMemberId}, {kGroupAuthorizationFailed},
    {kFencedInstanceId, 3}};
constexpr Known kOffsetCommit[] = {
    {kUnknownTopicOrPartition}, {kRequestTimedOut}, {kOffsetMetadataTooLarge}, {kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable},
    {kNotCoordinator}, {kIllegalGeneration}, {kInvalidGroupId}, {kUnknownMemberId}, {kRebalanceInProgress}, {kInvalidCommitOffsetSize},
    {kTopicAuthorizationFailed}, {kGroupAuthorizationFailed}, {kFencedInstanceId, 7}, {kUnknownTopicId, 10}};
constexpr Known kOffsetFetch[] = {
    {kUnknownTopicOrPartition}, {kCoordinatorLoadInProgress}, {kNotCoordinator}, {kTopicAuthorizationFailed}, {kGroupAuthorizationFailed},
    {kUnknownTopicId, 10}};
constexpr Known kOfGroups[] = {
    {kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}, {kNotCoordinator}, {kInvalidGroupId}, {kGroupAuthorizationFailed}, {kNonEmptyGroup},
    {kGroupIdNotFound}, {kGroupSubscribedToTopic}, {kUnknownTopicOrPartition}};
constexpr Known kInitProducerId[] = {
    {kCoordinatorLoadInProgress}, {kClusterAuthorizationFailed}, {kInvalidRequest}, {kInvalidProducerEpoch, 3}, {kConcurrentTransactions},
    {kTransactionalIdAuthorizationFailed}};
// clang-format on

constexpr std::array kRows{
    Row{ApiKey::kProduce, kNotLeaderOrFollower, kProduce},
    Row{ApiKey::kFetch, kNotLeaderOrFollower, kFetch},
    Row{ApiKey::kListOffsets, kNotLeaderOrFollower, kListOffsets},
    Row{ApiKey::kMetadata, kLeaderNotAvailable, kMetadata},
    Row{ApiKey::kOffsetCommit, kCoordinatorNotAvailable, kOffsetCommit},
    Row{ApiKey::kOffsetFetch, kCoordinatorLoadInProgress, kOffsetFetch},
    Row{ApiKey::kFindCoordinator, kCoordinatorNotAvailable, kFindCoordinator},
    Row{ApiKey::kJoinGroup, kCoordinatorNotAvailable, kJoinGroup},
    Row{ApiKey::kHeartbeat, kCoordinatorNotAvailable, kHeartbeat},
    Row{ApiKey::kLeaveGroup, kCoordinatorNotAvailable, kLeaveGroup},
    Row{ApiKey::kSyncGroup, kCoordinatorNotAvailable, kSyncGroup},
    Row{ApiKey::kDescribeGroups, kCoordinatorNotAvailable, kOfGroups},
    Row{ApiKey::kListGroups, kCoordinatorNotAvailable, kOfGroups},
    Row{ApiKey::kInitProducerId, kCoordinatorLoadInProgress, kInitProducerId},
    Row{ApiKey::kOffsetForLeaderEpoch, kNotLeaderOrFollower, kOffsetForLeaderEpoch},
    Row{ApiKey::kDeleteGroups, kCoordinatorNotAvailable, kOfGroups},
    Row{ApiKey::kOffsetDelete, kCoordinatorNotAvailable, kOfGroups},
};

}  // namespace

KafkaError understood(ApiKey key, std::int16_t version, KafkaError error) {
  if (error == kNone || error == kUnknownServerError) return error;
  const auto* row = std::ranges::find(kRows, key, &Row::key);
  if (row == kRows.end()) return error;
  auto knows = [=](const Known& known) { return known.error == error && known.since <= version; };
  if (std::ranges::any_of(row->known, knows)) return error;
  return is_retriable(error) ? row->later : kUnknownServerError;
}

}  // namespace wharf::kafka
