#pragma once
// Every message that we serve, as a list of types: for what walks all of them (the dispatch by key, tests, fuzzers).
// Who handles one API includes that one's header instead.
#include "protocols/kafka/api/alter_configs.hpp"
#include "protocols/kafka/api/api_versions.hpp"
#include "protocols/kafka/api/create_partitions.hpp"
#include "protocols/kafka/api/create_topics.hpp"
#include "protocols/kafka/api/delete_groups.hpp"
#include "protocols/kafka/api/delete_records.hpp"
#include "protocols/kafka/api/delete_topics.hpp"
#include "protocols/kafka/api/describe_cluster.hpp"
#include "protocols/kafka/api/describe_configs.hpp"
#include "protocols/kafka/api/describe_groups.hpp"
#include "protocols/kafka/api/describe_log_dirs.hpp"
#include "protocols/kafka/api/describe_producers.hpp"
#include "protocols/kafka/api/describe_topic_partitions.hpp"
#include "protocols/kafka/api/fetch.hpp"
#include "protocols/kafka/api/find_coordinator.hpp"
#include "protocols/kafka/api/heartbeat.hpp"
#include "protocols/kafka/api/incremental_alter_configs.hpp"
#include "protocols/kafka/api/init_producer_id.hpp"
#include "protocols/kafka/api/join_group.hpp"
#include "protocols/kafka/api/leave_group.hpp"
#include "protocols/kafka/api/list_config_resources.hpp"
#include "protocols/kafka/api/list_groups.hpp"
#include "protocols/kafka/api/list_offsets.hpp"
#include "protocols/kafka/api/metadata.hpp"
#include "protocols/kafka/api/offset_commit.hpp"
#include "protocols/kafka/api/offset_delete.hpp"
#include "protocols/kafka/api/offset_fetch.hpp"
#include "protocols/kafka/api/offset_for_leader_epoch.hpp"
#include "protocols/kafka/api/produce.hpp"
#include "protocols/kafka/api/sync_group.hpp"

namespace wharf::kafka {

/// In the order of kApis. A request names its response: `typename Request::Response`.
template <class... Requests>
struct RequestList {
  static constexpr std::size_t kCount = sizeof...(Requests);

  /// Calls `visit.template operator()<Request>()` for each of them.
  template <class Visit>
  static void for_each(Visit&& visit) {
    (visit.template operator()<Requests>(), ...);
  }

  /// Calls it for the one with this key; false where there is none.
  template <class Visit>
  static bool with(ApiKey key, Visit&& visit) {
    return ((Requests::kKey == key ? (visit.template operator()<Requests>(), true) : false) || ...);
  }
};

using AllRequests =
    RequestList<ProduceRequest, FetchRequest, ListOffsetsRequest, MetadataRequest, OffsetCommitRequest,
                OffsetFetchRequest, FindCoordinatorRequest, JoinGroupRequest, HeartbeatRequest, LeaveGroupRequest,
                SyncGroupRequest, DescribeGroupsRequest, ListGroupsRequest, ApiVersionsRequest, CreateTopicsRequest,
                DeleteTopicsRequest, DeleteRecordsRequest, InitProducerIdRequest, OffsetForLeaderEpochRequest,
                DescribeConfigsRequest, AlterConfigsRequest, DescribeLogDirsRequest, CreatePartitionsRequest,
                DeleteGroupsRequest, IncrementalAlterConfigsRequest, OffsetDeleteRequest, DescribeClusterRequest,
                DescribeProducersRequest, ListConfigResourcesRequest, DescribeTopicPartitionsRequest>;
static_assert(AllRequests::kCount == kApis.size());

}  // namespace wharf::kafka
