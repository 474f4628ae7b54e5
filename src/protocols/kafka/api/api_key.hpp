#pragma once
// Kafka's APIs by number, and the versions of each that we serve: what ApiVersions answers and what each table is
// built on.
//
// From the lowest version that Kafka 3.9 served to the highest of Kafka 4.3, so that clients of ten years ago and of
// today both connect. An API that is not in the list does not exist for clients; a row here is a promise that all of it
// works.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/kafka/wire/versions.hpp"

namespace wharf::kafka {

enum class ApiKey : std::int16_t {
  kProduce = 0,
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetCommit = 8,
  kOffsetFetch = 9,
  kFindCoordinator = 10,
  kJoinGroup = 11,
  kHeartbeat = 12,
  kLeaveGroup = 13,
  kSyncGroup = 14,
  kDescribeGroups = 15,
  kListGroups = 16,
  kApiVersions = 18,
  kCreateTopics = 19,
  kDeleteTopics = 20,
  kDeleteRecords = 21,
  kInitProducerId = 22,
  kOffsetForLeaderEpoch = 23,
  kDescribeConfigs = 32,
  kAlterConfigs = 33,
  kDescribeLogDirs = 35,
  kCreatePartitions = 37,
  kDeleteGroups = 42,
  kIncrementalAlterConfigs = 44,
  kOffsetDelete = 47,
  kDescribeCluster = 60,
  kDescribeProducers = 61,
  kListConfigResources = 74,
  kDescribeTopicPartitions = 75,
};

struct Api {
  ApiKey key;
  std::string_view name;  // Kafka's own: "OffsetForLeaderEpoch"
  Versions versions;
};

/// Every API that we serve, by rising key.
inline constexpr std::array kApis{
    Api{ApiKey::kProduce, "Produce", {0, 13, 9}},
    Api{ApiKey::kFetch, "Fetch", {0, 18, 12}},
    Api{ApiKey::kListOffsets, "ListOffsets", {0, 11, 6}},
    Api{ApiKey::kMetadata, "Metadata", {0, 13, 9}},
    Api{ApiKey::kOffsetCommit, "OffsetCommit", {0, 10, 8}},
    Api{ApiKey::kOffsetFetch, "OffsetFetch", {0, 10, 6}},
    Api{ApiKey::kFindCoordinator, "FindCoordinator", {0, 6, 3}},
    Api{ApiKey::kJoinGroup, "JoinGroup", {0, 9, 6}},
    Api{ApiKey::kHeartbeat, "Heartbeat", {0, 4, 4}},
    Api{ApiKey::kLeaveGroup, "LeaveGroup", {0, 5, 4}},
    Api{ApiKey::kSyncGroup, "SyncGroup", {0, 5, 4}},
    Api{ApiKey::kDescribeGroups, "DescribeGroups", {0, 6, 5}},
    Api{ApiKey::kListGroups, "ListGroups", {0, 5, 3}},
    Api{ApiKey::kApiVersions, "ApiVersions", {0, 4, 3}},
    Api{ApiKey::kCreateTopics, "CreateTopics", {0, 7, 5}},
    Api{ApiKey::kDeleteTopics, "DeleteTopics", {0, 6, 4}},
    Api{ApiKey::kDeleteRecords, "DeleteRecords", {0, 2, 2}},
    Api{ApiKey::kInitProducerId, "InitProducerId", {0, 5, 2}},
    Api{ApiKey::kOffsetForLeaderEpoch, "OffsetForLeaderEpoch", {0, 4, 4}},
    Api{ApiKey::kDescribeConfigs, "DescribeConfigs", {0, 4, 4}},
    Api{ApiKey::kAlterConfigs, "AlterConfigs", {0, 2, 2}},
    Api{ApiKey::kDescribeLogDirs, "DescribeLogDirs", {0, 5, 2}},
    Api{ApiKey::kCreatePartitions, "CreatePartitions", {0, 3, 2}},
    Api{ApiKey::kDeleteGroups, "DeleteGroups", {0, 2, 2}},
    Api{ApiKey::kIncrementalAlterConfigs, "IncrementalAlterConfigs", {0, 1, 1}},
    Api{ApiKey::kOffsetDelete, "OffsetDelete", {0, 0, kNever}},
    Api{ApiKey::kDescribeCluster, "DescribeCluster", {0, 2, 0}},
    Api{ApiKey::kDescribeProducers, "DescribeProducers", {0, 0, 0}},
    Api{ApiKey::kListConfigResources, "ListConfigResources", {0, 1, 0}},
    Api{ApiKey::kDescribeTopicPartitions, "DescribeTopicPartitions", {0, 0, 0}},
};
static_assert(std::ranges::is_sorted(kApis, {}, &Api::key));

/// nullptr for an API that we do not serve.
constexpr const Api* find_api(ApiKey key) {
  const auto* found = std::ranges::lower_bound(kApis, key, {}, &Api::key);
  return found != kApis.end() && found->key == key ? found : nullptr;
}

/// Of an API that we serve.
constexpr Versions versions_of(ApiKey key) {
  return find_api(key)->versions;
}

/// The header in front of a request's body: 2 with flexible bodies, else 1 (0 was for one request that is long gone).
constexpr std::int16_t request_header_version(ApiKey key, std::int16_t version) {
  const Api* api = find_api(key);
  return api != nullptr && api->versions.is_flexible(version) ? 2 : 1;
}

/// The header in front of a response's body: 1 with flexible bodies, else 0. ApiVersions has 0 always (KIP-511): its
/// sender does not know yet which versions the broker speaks.
constexpr std::int16_t response_header_version(ApiKey key, std::int16_t version) {
  if (key == ApiKey::kApiVersions) return 0;
  const Api* api = find_api(key);
  return api != nullptr && api->versions.is_flexible(version) ? 1 : 0;
}

}  // namespace wharf::kafka
