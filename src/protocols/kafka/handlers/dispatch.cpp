#include "protocols/kafka/handlers/dispatch.hpp"

#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/legacy_fetch.hpp"
#include "protocols/kafka/handlers/response_frame.hpp"

namespace wharf::kafka {
namespace {

Reply close_connection(const RequestContext& context, const Error& error) {
  const Api* api = find_api(static_cast<ApiKey>(context.header.api_key));
  context.door->logger.warn("closed a connection: a request cannot be read",
                            {{"listener", "kafka"},
                             {"from", context.client->remote.text()},
                             {"api", api != nullptr ? api->name : "unknown"},
                             {"api_key", context.header.api_key},
                             {"version", context.header.api_version},
                             {"client_id", context.header.client_id.value_or("")},
                             {"reason", error.message}});
  return {.close = true};
}

Reply finished(const RequestContext& context, Result<Reply> reply) {
  if (reply) return std::move(*reply);
  context.door->logger.error("a response cannot be written", {{"listener", "kafka"},
                                                              {"api_key", context.header.api_key},
                                                              {"version", context.header.api_version},
                                                              {"reason", reply.error().message}});
  return {.close = true};
}

template <class Request>
runtime::Task<Reply> serve(RequestContext context, Reader reader) {
  Result<Request> request = decode<Request>(reader, context.header.api_version);
  if (!request) co_return close_connection(context, request.error());
  if constexpr (std::is_same_v<Request, ProduceRequest>) {
    Reply reply = co_await handle_produce(std::move(context), std::move(*request));
    co_return reply;
  } else if constexpr (std::is_same_v<Request, FetchRequest>) {
    Reply reply = co_await handle_fetch(std::move(context), std::move(*request));
    co_return reply;
  } else {
    typename Request::Response response = co_await handle(context, std::move(*request));
    co_return finished(context, response_frame(context.header, response));
  }
}

using Serve = runtime::Task<Reply> (*)(RequestContext, Reader);

template <class... Requests>
Serve serve_of(ApiKey key) {
  Serve found = nullptr;
  ((Requests::kKey == key ? found = &serve<Requests> : found), ...);
  return found;
}

Serve find_serve(ApiKey key) {
  return serve_of<ProduceRequest, FetchRequest, ListOffsetsRequest, MetadataRequest, OffsetCommitRequest, OffsetFetchRequest,
                  FindCoordinatorRequest, JoinGroupRequest, HeartbeatRequest, LeaveGroupRequest, SyncGroupRequest,
                  DescribeGroupsRequest, ListGroupsRequest, ApiVersionsRequest, CreateTopicsRequest, DeleteTopicsRequest,
                  DeleteRecordsRequest, InitProducerIdRequest, OffsetForLeaderEpochRequest, DescribeConfigsRequest,
                  AlterConfigsRequest, DescribeLogDirsRequest, CreatePartitionsRequest, DeleteGroupsRequest,
                  IncrementalAlterConfigsRequest, OffsetDeleteRequest, DescribeClusterRequest, DescribeProducersRequest,
                  ListConfigResourcesRequest, DescribeTopicPartitionsRequest>(key);
}

/// KIP-511: a version above ours gets error 35 in version 0's form, with the whole list, and the client comes back lower.
runtime::Task<Reply> answer_unknown_api_versions(RequestContext context) {
  context.header.api_version = 0;
  ApiVersionsResponse response = co_await handle(context, ApiVersionsRequest{});
  response.error_code = KafkaError::kUnsupportedVersion;
  co_return finished(context, response_frame(context.header, response));
}

/// From the frame's arrival to its whole answer, long polls included. An answer that ends the connection counts as an error.
void count(const Door& door, const Api& api, MonotonicTime begun, const Reply& reply) {
  std::string_view error;
  if (reply.error != KafkaError::kNone) error = name_of(reply.error);
  if (error.empty() && reply.close) error = "CONNECTION_CLOSED";
  door.requests.answered(static_cast<std::size_t>(&api - kApis.data()), door.shard.now() - begun, error);
}

}  // namespace

std::vector<std::string_view> request_names() {
  std::vector<std::string_view> names;
  for (const Api& api : kApis) names.push_back(api.name);
  return names;
}

std::size_t memory_of(const Door& door, ByteView frame) {
  Result<RequestHeaderStart> start = peek_request_header(frame);
  bool converts_down =
      start && static_cast<ApiKey>(start->api_key) == ApiKey::kFetch && start->api_version < kFirstFetchOfV2;
  return frame.size() + (converts_down ? door.limits.max_fetch_bytes : 0);
}

runtime::Task<Reply> dispatch(const Door* door, ClientSession* client, std::shared_ptr<std::byte[]> owner, MutableBytes frame) {
  MonotonicTime begun = door->shard.now();
  RequestContext context{.door = door, .client = client, .header = {}, .frame_owner = std::move(owner), .frame = frame};
  Result<RequestHeaderStart> start = peek_request_header(frame);
  if (!start) co_return close_connection(context, start.error());
  context.header.api_key = start->api_key;
  context.header.api_version = start->api_version;
  context.header.correlation_id = start->correlation_id;
  auto key = static_cast<ApiKey>(start->api_key);
  const Api* api = find_api(key);
  Serve serve_request = find_serve(key);
  if (api == nullptr || serve_request == nullptr) {
    co_return close_connection(context, {ErrorCode::kUnsupportedVersion, "an API that is not served"});
  }
  if (!api->versions.serves(start->api_version)) {
    if (key == ApiKey::kApiVersions) {
      Reply reply = co_await answer_unknown_api_versions(std::move(context));
      count(*door, *api, begun, reply);
      co_return reply;
    }
    co_return close_connection(context, {ErrorCode::kUnsupportedVersion, "a version that is not served"});
  }
  Reader reader(frame);
  Result<RequestHeader> header = read_request_header(reader, request_header_version(key, start->api_version));
  if (!header) co_return close_connection(context, header.error());
  context.header = std::move(*header);
  Reply reply = co_await serve_request(std::move(context), reader);
  count(*door, *api, begun, reply);
  co_return reply;
}

}  // namespace wharf::kafka
