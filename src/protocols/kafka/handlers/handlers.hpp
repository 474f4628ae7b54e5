#pragma once
// Every handler, by request. A handler translates: request -> port, outcome -> response. The door and the session behind
// the context outlive it; views in the request point into the context's frame.
#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/handlers/door.hpp"
#include "protocols/kafka/handlers/reply.hpp"

namespace wharf::kafka {

// These two answer with a finished frame: no response at all, or one with records in it.
runtime::Task<Reply> handle_produce(RequestContext context, ProduceRequest request);
runtime::Task<Reply> handle_fetch(RequestContext context, FetchRequest request);

runtime::Task<ApiVersionsResponse> handle(RequestContext context, ApiVersionsRequest request);
runtime::Task<MetadataResponse> handle(RequestContext context, MetadataRequest request);
runtime::Task<ListOffsetsResponse> handle(RequestContext context, ListOffsetsRequest request);
runtime::Task<OffsetForLeaderEpochResponse> handle(RequestContext context, OffsetForLeaderEpochRequest request);
runtime::Task<InitProducerIdResponse> handle(RequestContext context, InitProducerIdRequest request);

runtime::Task<FindCoordinatorResponse> handle(RequestContext context, FindCoordinatorRequest request);
runtime::Task<JoinGroupResponse> handle(RequestContext context, JoinGroupRequest request);
runtime::Task<SyncGroupResponse> handle(RequestContext context, SyncGroupRequest request);
runtime::Task<HeartbeatResponse> handle(RequestContext context, HeartbeatRequest request);
runtime::Task<LeaveGroupResponse> handle(RequestContext context, LeaveGroupRequest request);
runtime::Task<OffsetCommitResponse> handle(RequestContext context, OffsetCommitRequest request);
runtime::Task<OffsetFetchResponse> handle(RequestContext context, OffsetFetchRequest request);
runtime::Task<OffsetDeleteResponse> handle(RequestContext context, OffsetDeleteRequest request);
runtime::Task<DescribeGroupsResponse> handle(RequestContext context, DescribeGroupsRequest request);
runtime::Task<ListGroupsResponse> handle(RequestContext context, ListGroupsRequest request);
runtime::Task<DeleteGroupsResponse> handle(RequestContext context, DeleteGroupsRequest request);

runtime::Task<CreateTopicsResponse> handle(RequestContext context, CreateTopicsRequest request);
runtime::Task<DeleteTopicsResponse> handle(RequestContext context, DeleteTopicsRequest request);
runtime::Task<CreatePartitionsResponse> handle(RequestContext context, CreatePartitionsRequest request);
runtime::Task<DeleteRecordsResponse> handle(RequestContext context, DeleteRecordsRequest request);
runtime::Task<DescribeConfigsResponse> handle(RequestContext context, DescribeConfigsRequest request);
runtime::Task<AlterConfigsResponse> handle(RequestContext context, AlterConfigsRequest request);
runtime::Task<IncrementalAlterConfigsResponse> handle(RequestContext context, IncrementalAlterConfigsRequest request);
runtime::Task<ListConfigResourcesResponse> handle(RequestContext context, ListConfigResourcesRequest request);
runtime::Task<DescribeClusterResponse> handle(RequestContext context, DescribeClusterRequest request);
runtime::Task<DescribeLogDirsResponse> handle(RequestContext context, DescribeLogDirsRequest request);
runtime::Task<DescribeProducersResponse> handle(RequestContext context, DescribeProducersRequest request);
runtime::Task<DescribeTopicPartitionsResponse> handle(RequestContext context, DescribeTopicPartitionsRequest request);

}  // namespace wharf::kafka
