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

/// An API, what it says where it must not say something else, and what it may say.
struct Row {
  ApiKey key;
  KafkaError later;
  std::span<const Known> known;
};

// Of the codes that say "try again" those that the response handlers of the Java client tell apart (Sender,
// FetchCollector, OffsetFetcherUtils, Metadata, AbstractCoordinator, ConsumerCoordinator, TransactionManager, the admin
// client's), from the first version whose clients have them. Later is what librdkafka, franz-go, sarama and kafkajs try
// again at, too: of a join or a sync NOT_COORDINATOR alone, as Kafka answers where the group's append fails.
// clang-format off
constexpr Known kProduce[] = {
    {kCorruptMessage}, {kUnknownTopicOrPartition}, {kLeaderNotAvailable}, {kNotLeaderOrFollower}, {kRequestTimedOut}, {kNotEnoughReplicas},
    {kNotEnoughReplicasAfterAppend}, {kKafkaStorageError, 4}, {kUnknownTopicId, 13}};
constexpr Known kFetch[] = {
    {kCorruptMessage}, {kUnknownTopicOrPartition}, {kNotLeaderOrFollower}, {kKafkaStorageError, 6}, {kFetchSessionIdNotFound, 7},
    {kInvalidFetchSessionEpoch, 7}, {kFetchSessionTopicIdError, 7}, {kFencedLeaderEpoch, 9}, {kUnknownLeaderEpoch, 9}, {kOffsetNotAvailable, 11},
    {kUnknownTopicId, 13}, {kInconsistentTopicId, 13}};
constexpr Known kListOffsets[] = {
    {kCorruptMessage}, {kUnknownTopicOrPartition}, {kLeaderNotAvailable}, {kNotLeaderOrFollower}, {kKafkaStorageError}, {kFencedLeaderEpoch, 4},
    {kUnknownLeaderEpoch, 4}, {kOffsetNotAvailable, 5}};
constexpr Known kOffsetForLeaderEpoch[] = {
    {kCorruptMessage}, {kUnknownTopicOrPartition}, {kLeaderNotAvailable}, {kNotLeaderOrFollower}, {kKafkaStorageError}, {kOffsetNotAvailable},
    {kFencedLeaderEpoch, 2}, {kUnknownLeaderEpoch, 2}};
constexpr Known kMetadata[] = {{kUnknownTopicOrPartition}, {kLeaderNotAvailable}, {kUnknownTopicId, 10}};
constexpr Known kFindCoordinator[] = {{kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}};
constexpr Known kJoinGroup[] = {{kCoordinatorLoadInProgress}, {kNotCoordinator}};
constexpr Known kSyncGroup[] = {{kNotCoordinator}};
constexpr Known kHeartbeat[] = {{kCoordinatorNotAvailable}, {kNotCoordinator}};
constexpr Known kLeaveGroup[] = {{kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}, {kNotCoordinator}};
constexpr Known kOffsetCommit[] = {
    {kUnknownTopicOrPartition}, {kRequestTimedOut}, {kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}, {kNotCoordinator},
    {kUnknownTopicId, 10}};
constexpr Known kOffsetFetch[] = {{kUnknownTopicOrPartition}, {kCoordinatorLoadInProgress}, {kNotCoordinator}, {kUnknownTopicId, 10}};
constexpr Known kOfGroups[] = {{kCoordinatorLoadInProgress}, {kCoordinatorNotAvailable}, {kNotCoordinator}, {kUnknownTopicOrPartition}};
constexpr Known kInitProducerId[] = {{kCoordinatorLoadInProgress}, {kConcurrentTransactions}};
// clang-format on

constexpr std::array kRows{
    Row{ApiKey::kProduce, kNotLeaderOrFollower, kProduce},
    Row{ApiKey::kFetch, kNotLeaderOrFollower, kFetch},
    Row{ApiKey::kListOffsets, kLeaderNotAvailable, kListOffsets},
    Row{ApiKey::kMetadata, kLeaderNotAvailable, kMetadata},
    Row{ApiKey::kOffsetCommit, kCoordinatorNotAvailable, kOffsetCommit},
    Row{ApiKey::kOffsetFetch, kCoordinatorLoadInProgress, kOffsetFetch},
    Row{ApiKey::kFindCoordinator, kCoordinatorNotAvailable, kFindCoordinator},
    Row{ApiKey::kJoinGroup, kNotCoordinator, kJoinGroup},
    Row{ApiKey::kHeartbeat, kCoordinatorNotAvailable, kHeartbeat},
    Row{ApiKey::kLeaveGroup, kCoordinatorNotAvailable, kLeaveGroup},
    Row{ApiKey::kSyncGroup, kNotCoordinator, kSyncGroup},
    Row{ApiKey::kDescribeGroups, kCoordinatorNotAvailable, kOfGroups},
    Row{ApiKey::kListGroups, kCoordinatorNotAvailable, kOfGroups},
    Row{ApiKey::kInitProducerId, kCoordinatorLoadInProgress, kInitProducerId},
    Row{ApiKey::kOffsetForLeaderEpoch, kNotLeaderOrFollower, kOffsetForLeaderEpoch},
    Row{ApiKey::kDeleteGroups, kCoordinatorNotAvailable, kOfGroups},
    Row{ApiKey::kOffsetDelete, kCoordinatorNotAvailable, kOfGroups},
};

}  // namespace

KafkaError understood(ApiKey key, std::int16_t version, KafkaError error) {
  const auto* row = std::ranges::find(kRows, key, &Row::key);
  if (row == kRows.end()) return error;
  auto knows = [=](const Known& known) { return known.error == error && known.since <= version; };
  if (std::ranges::any_of(row->known, knows)) return error;
  return is_retriable(error) ? row->later : error;
}

}  // namespace wharf::kafka
