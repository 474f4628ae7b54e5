#include "protocols/kafka/api/error_code.hpp"

#include <array>
#include <cstddef>

namespace wharf::kafka {
namespace {

enum class Retry : bool { kNo, kYes };

struct Row {
  std::string_view name;
  Retry retry;
  std::string_view sentence;
};

constexpr Row kUnnamed{"UNKNOWN", Retry::kNo, "An error without a name here."};

/// By number, from -1.
constexpr std::array kRows{
    Row{"UNKNOWN_SERVER_ERROR", Retry::kNo, "Something failed inside the broker; its log says what."},
    Row{"NONE", Retry::kNo, "No error."},
    Row{"OFFSET_OUT_OF_RANGE", Retry::kNo, "The offset is below the log's start or above its end."},
    Row{"CORRUPT_MESSAGE", Retry::kYes, "The record batch does not match its checksum or its own lengths."},
    Row{"UNKNOWN_TOPIC_OR_PARTITION", Retry::kYes, "This server does not host this topic-partition."},
    Row{"INVALID_FETCH_SIZE", Retry::kNo, "The fetch size cannot be."},
    Row{"LEADER_NOT_AVAILABLE", Retry::kYes, "The partition has no leader at the moment."},
    Row{"NOT_LEADER_OR_FOLLOWER", Retry::kYes, "This broker does not lead the partition, or has no replica of it."},
    Row{"REQUEST_TIMED_OUT", Retry::kYes, "The request was not done within its time."},
    Row{"BROKER_NOT_AVAILABLE", Retry::kNo, "The broker is not available."},
    Row{"REPLICA_NOT_AVAILABLE", Retry::kYes, "The replica is not available."},
    Row{"MESSAGE_TOO_LARGE", Retry::kNo, "The record batch is above the topic's max.message.bytes."},
    Row{"STALE_CONTROLLER_EPOCH", Retry::kNo, "The controller has moved to another broker."},
    Row{"OFFSET_METADATA_TOO_LARGE", Retry::kNo, "The metadata beside a committed offset is too large."},
    Row{"NETWORK_EXCEPTION", Retry::kYes, "The connection ended before the response came."},
    Row{"COORDINATOR_LOAD_IN_PROGRESS", Retry::kYes, "The coordinator is still loading; try again."},
    Row{"COORDINATOR_NOT_AVAILABLE", Retry::kYes, "The coordinator is not available; try again."},
    Row{"NOT_COORDINATOR", Retry::kYes, "Another broker coordinates this group or transaction."},
    Row{"INVALID_TOPIC_EXCEPTION", Retry::kNo, "The topic's name is not valid, or this is not allowed on it."},
    Row{"RECORD_LIST_TOO_LARGE", Retry::kNo, "The record batch is larger than a segment may be."},
    Row{"NOT_ENOUGH_REPLICAS", Retry::kYes,
        "Fewer replicas are in sync than min.insync.replicas asks for; nothing was written."},
    Row{"NOT_ENOUGH_REPLICAS_AFTER_APPEND", Retry::kYes,
        "The records were written, but to fewer in-sync replicas than min.insync.replicas asks for."},
    Row{"INVALID_REQUIRED_ACKS", Retry::kNo, "acks must be 0, 1 or -1 (all)."},
    Row{"ILLEGAL_GENERATION", Retry::kNo, "The group has moved on to another generation."},
    Row{"INCONSISTENT_GROUP_PROTOCOL", Retry::kNo,
        "The member has no protocol in common with the group, or named none."},
    Row{"INVALID_GROUP_ID", Retry::kNo, "The group id is not valid."},
    Row{"UNKNOWN_MEMBER_ID", Retry::kNo, "The group has no such member."},
    Row{"INVALID_SESSION_TIMEOUT", Retry::kNo, "The session timeout is outside of what the broker allows."},
    Row{"REBALANCE_IN_PROGRESS", Retry::kNo, "The group is rebalancing; join again."},
    Row{"INVALID_COMMIT_OFFSET_SIZE", Retry::kNo, "The commit does not fit into one record batch."},
    Row{"TOPIC_AUTHORIZATION_FAILED", Retry::kNo, "Not allowed on this topic."},
    Row{"GROUP_AUTHORIZATION_FAILED", Retry::kNo, "Not allowed on this group."},
    Row{"CLUSTER_AUTHORIZATION_FAILED", Retry::kNo, "Not allowed on the cluster."},
    Row{"INVALID_TIMESTAMP", Retry::kNo, "The records' timestamp is too far from the broker's clock."},
    Row{"UNSUPPORTED_SASL_MECHANISM", Retry::kNo, "The broker does not offer this SASL mechanism."},
    Row{"ILLEGAL_SASL_STATE", Retry::kNo, "Not a request for this step of the SASL exchange."},
    Row{"UNSUPPORTED_VERSION", Retry::kNo, "This version of the request is not served."},
    Row{"TOPIC_ALREADY_EXISTS", Retry::kNo, "There is a topic of this name already."},
    Row{"INVALID_PARTITIONS", Retry::kNo, "The number of partitions is not valid."},
    Row{"INVALID_REPLICATION_FACTOR", Retry::kNo,
        "The replication factor is not valid, or above the number of brokers."},
    Row{"INVALID_REPLICA_ASSIGNMENT", Retry::kNo, "The replica assignment is not valid."},
    Row{"INVALID_CONFIG", Retry::kNo, "The configuration has an unknown name or a bad value."},
    Row{"NOT_CONTROLLER", Retry::kYes, "This broker is not the controller."},
    Row{"INVALID_REQUEST", Retry::kNo, "The request contradicts itself or does not parse."},
    Row{"UNSUPPORTED_FOR_MESSAGE_FORMAT", Retry::kNo, "The message format does not support the request."},
    Row{"POLICY_VIOLATION", Retry::kNo, "The topic's policy forbids this."},
    Row{"OUT_OF_ORDER_SEQUENCE_NUMBER", Retry::kNo, "A batch of this idempotent producer is missing before this one."},
    Row{"DUPLICATE_SEQUENCE_NUMBER", Retry::kNo, "The batch is a duplicate of one too old to be looked up."},
    Row{"INVALID_PRODUCER_EPOCH", Retry::kNo, "The producer's epoch is older than the one known here."},
    Row{"INVALID_TXN_STATE", Retry::kNo, "The transaction's state does not allow this."},
    Row{"INVALID_PRODUCER_ID_MAPPING", Retry::kNo, "The producer id does not belong to this transactional id."},
    Row{"INVALID_TRANSACTION_TIMEOUT", Retry::kNo, "The transaction timeout is above transaction.max.timeout.ms."},
    Row{"CONCURRENT_TRANSACTIONS", Retry::kYes, "Another step of the same transaction is still under way."},
    Row{"TRANSACTION_COORDINATOR_FENCED", Retry::kNo, "A newer transaction coordinator has taken over."},
    Row{"TRANSACTIONAL_ID_AUTHORIZATION_FAILED", Retry::kNo, "Not allowed with this transactional id."},
    Row{"SECURITY_DISABLED", Retry::kNo, "The broker has no security configured."},
    Row{"OPERATION_NOT_ATTEMPTED", Retry::kNo, "Not tried, because another part of the request failed."},
    Row{"KAFKA_STORAGE_ERROR", Retry::kYes, "The disk failed under this partition."},
    Row{"LOG_DIR_NOT_FOUND", Retry::kNo, "The broker has no such log directory."},
    Row{"SASL_AUTHENTICATION_FAILED", Retry::kNo, "The credentials are wrong."},
    Row{"UNKNOWN_PRODUCER_ID", Retry::kNo, "The producer's state is no longer known here."},
    Row{"REASSIGNMENT_IN_PROGRESS", Retry::kNo, "The partition is being reassigned."},
    Row{"DELEGATION_TOKEN_AUTH_DISABLED", Retry::kNo, "Delegation tokens are not enabled."},
    Row{"DELEGATION_TOKEN_NOT_FOUND", Retry::kNo, "There is no such delegation token."},
    Row{"DELEGATION_TOKEN_OWNER_MISMATCH", Retry::kNo, "The principal neither owns the token nor may renew it."},
    Row{"DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", Retry::kNo,
        "Delegation tokens cannot be asked for on this connection."},
    Row{"DELEGATION_TOKEN_AUTHORIZATION_FAILED", Retry::kNo, "Not allowed on this delegation token."},
    Row{"DELEGATION_TOKEN_EXPIRED", Retry::kNo, "The delegation token has expired."},
    Row{"INVALID_PRINCIPAL_TYPE", Retry::kNo, "Principals of this type are not supported."},
    Row{"NON_EMPTY_GROUP", Retry::kNo, "The group still has members."},
    Row{"GROUP_ID_NOT_FOUND", Retry::kNo, "There is no such group."},
    Row{"FETCH_SESSION_ID_NOT_FOUND", Retry::kYes, "There is no such fetch session; start a new one."},
    Row{"INVALID_FETCH_SESSION_EPOCH", Retry::kYes, "The fetch session is at another epoch; start a new one."},
    Row{"LISTENER_NOT_FOUND", Retry::kYes, "The leader has no listener of this name."},
    Row{"TOPIC_DELETION_DISABLED", Retry::kNo, "Topics cannot be deleted here."},
    Row{"FENCED_LEADER_EPOCH", Retry::kYes, "The client's leader epoch is older than the broker's."},
    Row{"UNKNOWN_LEADER_EPOCH", Retry::kYes, "The client's leader epoch is newer than the broker's."},
    Row{"UNSUPPORTED_COMPRESSION_TYPE", Retry::kNo, "The client cannot read this compression."},
    Row{"STALE_BROKER_EPOCH", Retry::kNo, "The broker's epoch has changed."},
    Row{"OFFSET_NOT_AVAILABLE", Retry::kYes,
        "The new leader does not know yet how far the partition is committed; try again."},
    Row{"MEMBER_ID_REQUIRED", Retry::kNo, "Join again with the member id given here."},
    Row{"PREFERRED_LEADER_NOT_AVAILABLE", Retry::kYes, "The preferred leader is not available."},
    Row{"GROUP_MAX_SIZE_REACHED", Retry::kNo, "The group has as many members as it may have."},
    Row{"FENCED_INSTANCE_ID", Retry::kNo, "Another member has taken over this group.instance.id."},
    Row{"ELIGIBLE_LEADERS_NOT_AVAILABLE", Retry::kYes, "No replica that may lead is available."},
    Row{"ELECTION_NOT_NEEDED", Retry::kYes, "The partition needs no election."},
    Row{"NO_REASSIGNMENT_IN_PROGRESS", Retry::kNo, "The partition is not being reassigned."},
    Row{"GROUP_SUBSCRIBED_TO_TOPIC", Retry::kNo, "A member of the group is subscribed to the topic."},
    Row{"INVALID_RECORD", Retry::kNo, "The topic does not take this record."},
    Row{"UNSTABLE_OFFSET_COMMIT", Retry::kYes, "A transaction that commits this offset is still open."},
    Row{"THROTTLING_QUOTA_EXCEEDED", Retry::kYes, "The quota is used up for now."},
    Row{"PRODUCER_FENCED", Retry::kNo, "A newer producer uses this transactional id."},
    Row{"RESOURCE_NOT_FOUND", Retry::kNo, "The request names something that does not exist."},
    Row{"DUPLICATE_RESOURCE", Retry::kNo, "The request names the same thing twice."},
    Row{"UNACCEPTABLE_CREDENTIAL", Retry::kNo, "The credential does not meet the rules."},
    Row{"INCONSISTENT_VOTER_SET", Retry::kNo, "Sender and receiver disagree on who votes."},
    Row{"INVALID_UPDATE_VERSION", Retry::kNo, "The feature cannot be set to this version."},
    Row{"FEATURE_UPDATE_FAILED", Retry::kNo, "The features could not be updated."},
    Row{"PRINCIPAL_DESERIALIZATION_FAILURE", Retry::kNo, "The forwarded principal does not parse."},
    Row{"SNAPSHOT_NOT_FOUND", Retry::kNo, "There is no such snapshot."},
    Row{"POSITION_OUT_OF_RANGE", Retry::kNo, "The position is outside of the snapshot."},
    Row{"UNKNOWN_TOPIC_ID", Retry::kYes, "This server does not host this topic ID."},
    Row{"DUPLICATE_BROKER_REGISTRATION", Retry::kNo, "The broker id is in use."},
    Row{"BROKER_ID_NOT_REGISTERED", Retry::kNo, "The broker id is not registered."},
    Row{"INCONSISTENT_TOPIC_ID", Retry::kYes, "The topic of this name has another id."},
    Row{"INCONSISTENT_CLUSTER_ID", Retry::kNo, "This is another cluster."},
    Row{"TRANSACTIONAL_ID_NOT_FOUND", Retry::kNo, "There is no such transactional id."},
    Row{"FETCH_SESSION_TOPIC_ID_ERROR", Retry::kYes, "The fetch session mixes requests with and without topic ids."},
    Row{"INELIGIBLE_REPLICA", Retry::kNo, "A replica in the new in-sync set may not be in it."},
    Row{"NEW_LEADER_ELECTED", Retry::kNo, "The change was made, and the partition has a new leader."},
    Row{"OFFSET_MOVED_TO_TIERED_STORAGE", Retry::kNo, "The offset is in tiered storage only."},
    Row{"FENCED_MEMBER_EPOCH", Retry::kNo, "The member was fenced: it must give up its partitions and join again."},
    Row{"UNRELEASED_INSTANCE_ID", Retry::kNo, "Another member still uses this group.instance.id."},
    Row{"UNSUPPORTED_ASSIGNOR", Retry::kNo, "The broker does not have this assignor."},
    Row{"STALE_MEMBER_EPOCH", Retry::kNo, "The member's epoch is old; its next heartbeat brings the new one."},
    Row{"MISMATCHED_ENDPOINT_TYPE", Retry::kNo, "The request belongs to another kind of listener."},
    Row{"UNSUPPORTED_ENDPOINT_TYPE", Retry::kNo, "This kind of listener does not exist here."},
    Row{"UNKNOWN_CONTROLLER_ID", Retry::kNo, "There is no such controller."},
    Row{"UNKNOWN_SUBSCRIPTION_ID", Retry::kNo, "The telemetry subscription is not the current one."},
    Row{"TELEMETRY_TOO_LARGE", Retry::kNo, "The telemetry is larger than the broker takes."},
    Row{"INVALID_REGISTRATION", Retry::kNo, "The broker's registration is not valid."},
    Row{"TRANSACTION_ABORTABLE", Retry::kNo,
        "The transaction failed; abort it and go on with the same transactional id."},
    Row{"INVALID_RECORD_STATE", Retry::kNo, "The record is not in a state in which it could be acknowledged."},
    Row{"SHARE_SESSION_NOT_FOUND", Retry::kYes, "There is no such share session."},
    Row{"INVALID_SHARE_SESSION_EPOCH", Retry::kYes, "The share session is at another epoch."},
    Row{"FENCED_STATE_EPOCH", Retry::kNo, "The share group's state has moved on to another epoch."},
    Row{"INVALID_VOTER_KEY", Retry::kNo, "The voter's key is another one."},
    Row{"DUPLICATE_VOTER", Retry::kNo, "The voter is in the set already."},
    Row{"VOTER_NOT_FOUND", Retry::kNo, "The voter is not in the set."},
    Row{"INVALID_REGULAR_EXPRESSION", Retry::kNo, "The regular expression does not parse."},
    Row{"REBOOTSTRAP_REQUIRED", Retry::kNo, "The client should begin again from its bootstrap addresses."},
    Row{"STREAMS_INVALID_TOPOLOGY", Retry::kNo, "The streams topology is not valid."},
    Row{"STREAMS_INVALID_TOPOLOGY_EPOCH", Retry::kNo, "The streams topology's epoch is not valid."},
    Row{"STREAMS_TOPOLOGY_FENCED", Retry::kNo, "The streams topology's epoch is old."},
    Row{"SHARE_SESSION_LIMIT_REACHED", Retry::kYes, "There are as many share sessions as there may be."},
};
static_assert(kRows.size() == static_cast<std::size_t>(kHighestKafkaError) + 2);

const Row& row_of(KafkaError error) {
  auto number = static_cast<std::int16_t>(error);
  if (number < -1 || number > kHighestKafkaError) return kUnnamed;
  return kRows[static_cast<std::size_t>(number + 1)];
}

}  // namespace

std::string_view name_of(KafkaError error) {
  return row_of(error).name;
}
std::string_view sentence_of(KafkaError error) {
  return row_of(error).sentence;
}
bool is_retriable(KafkaError error) {
  return row_of(error).retry == Retry::kYes;
}

}  // namespace wharf::kafka
