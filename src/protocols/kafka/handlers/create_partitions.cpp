// CreatePartitions: a topic grows to `count` partitions (KIP-195).
#include <fmt/format.h>

#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/new_partitions.hpp"
#include "protocols/kafka/handlers/repeated_names.hpp"

namespace wharf::kafka {
namespace {

using Wish = CreatePartitionsRequest::Topic;

/// `room`: how many partitions the request may still make.
ApiError check(const cluster::Topic& topic, const Wish& wish, std::int64_t& room, NodeId here) {
  std::int32_t now = topic.partitions;
  if (wish.count == now)
    return {KafkaError::kInvalidPartitions, fmt::format("Topic already has {} partition(s).", now)};
  if (wish.count < now) {
    return {KafkaError::kInvalidPartitions,
            fmt::format("The topic {} currently has {} partition(s); {} would not be an increase.", topic.name, now,
                        wish.count)};
  }
  if (topic.internal) {
    return {KafkaError::kInvalidTopicException,
            fmt::format("Topic '{}' is internal: its partitions cannot be added to.", topic.name)};
  }
  std::int64_t more = std::int64_t{wish.count} - now;
  if (wish.assignments) {
    if (wish.assignments->size() != static_cast<std::size_t>(more)) {
      return {KafkaError::kInvalidReplicaAssignment,
              fmt::format("Attempted to add {} additional partition(s), but only {} assignment(s) were specified.",
                          more, wish.assignments->size())};
    }
    for (const CreatePartitionsRequest::Assignment& assignment : *wish.assignments) {
      if (ApiError error = check_replicas(assignment.broker_ids, 1, here); !error.ok()) return error;
    }
  }
  if (more > room) return too_many_partitions();
  room -= more;
  return {};
}

runtime::Task<ApiError> grow(const Door* door, Wish wish, std::int64_t* room, bool validate_only) {
  std::shared_ptr<const cluster::Topic> topic = door->catalogue.topics(door->shard)->find(wish.name);
  if (!topic) co_return ApiError(KafkaError::kUnknownTopicOrPartition);
  ApiError error = check(*topic, wish, *room, door->node_id);
  if (!error.ok() || validate_only) co_return error;
  Result<void> grown = co_await door->catalogue.grow_topic(door->shard, topic->id, wish.count);
  if (grown) co_return ApiError();
  switch (grown.error().code) {
    // Somebody else was faster.
    case ErrorCode::kUnknownTopicId:
      co_return ApiError(KafkaError::kUnknownTopicOrPartition);
    case ErrorCode::kInvalidArgument:
      co_return ApiError(KafkaError::kInvalidPartitions, grown.error().message);
    default:
      co_return ApiError(grown.error());
  }
}

}  // namespace

runtime::Task<CreatePartitionsResponse> handle(RequestContext context, CreatePartitionsRequest request) {
  const Door& door = *context.door;
  CreatePartitionsResponse response;
  std::set<std::string> twice = repeated(request.topics, [](const Wish& wish) { return wish.name; });
  for (const std::string& name : twice) {
    response.results.push_back({name, KafkaError::kInvalidRequest, "Duplicate topic name."});
  }
  std::int64_t room = kMaxNewPartitions;
  for (Wish& wish : request.topics) {
    if (twice.contains(wish.name)) continue;
    std::string name = wish.name;
    ApiError error = co_await grow(&door, std::move(wish), &room, request.validate_only);
    response.results.push_back({std::move(name), error.code, std::move(error.message)});
  }
  co_return response;
}

}  // namespace wharf::kafka
