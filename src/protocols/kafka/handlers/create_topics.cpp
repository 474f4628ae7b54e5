// CreateTopics: every topic by itself; one that is refused does not stop the others.
#include <algorithm>

#include <fmt/format.h>

#include "protocols/kafka/handlers/config_entries.hpp"
#include "protocols/kafka/handlers/handlers.hpp"
#include "protocols/kafka/handlers/new_partitions.hpp"
#include "protocols/kafka/handlers/new_topic_name.hpp"
#include "protocols/kafka/handlers/repeated_names.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int16_t kReplicationFactor = 1;  // of this node alone

ApiError check_assignments(const CreateTopicsRequest::Topic& topic, NodeId here) {
  constexpr std::string_view kBoth = "A manual partition assignment was specified, but {} was not set to -1.";
  if (topic.replication_factor != -1) return {KafkaError::kInvalidRequest, fmt::format(kBoth, "replication factor")};
  if (topic.num_partitions != -1) return {KafkaError::kInvalidRequest, fmt::format(kBoth, "numPartitions")};
  std::set<std::int32_t> seen;
  for (const CreateTopicsRequest::Assignment& assignment : topic.assignments) {
    std::int32_t partition = assignment.partition_index.value;
    if (!seen.insert(partition).second) {
      return {KafkaError::kInvalidReplicaAssignment,
              fmt::format("Found multiple manual partition assignments for partition {}", partition)};
    }
    if (ApiError error = check_replicas(assignment.broker_ids, std::nullopt, here); !error.ok()) return error;
  }
  if (*seen.begin() != 0 || static_cast<std::size_t>(*seen.rbegin()) != seen.size() - 1) {
    return {KafkaError::kInvalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence"};
  }
  return {};
}

ApiError check_counts(const CreateTopicsRequest::Topic& topic) {
  std::int16_t factor = topic.replication_factor;
  if (factor < -1 || factor == 0) {
    return {KafkaError::kInvalidReplicationFactor,
            "Replication factor must be larger than 0, or -1 to use the default value."};
  }
  if (topic.num_partitions < -1 || topic.num_partitions == 0) {
    return {KafkaError::kInvalidPartitions, "Number of partitions was set to an invalid non-positive value."};
  }
  if (factor > kReplicationFactor) {
    return {KafkaError::kInvalidReplicationFactor,
            fmt::format(
                "Unable to replicate the partition {} time(s): The target replication factor of {} cannot be reached "
                "because only 1 broker(s) are registered.",
                factor, factor)};
  }
  return {};
}

std::int32_t partitions_of(const CreateTopicsRequest::Topic& topic, const Door& door) {
  if (!topic.assignments.empty()) return static_cast<std::int32_t>(topic.assignments.size());
  return topic.num_partitions == -1 ? static_cast<std::int32_t>(door.config.get<"num.partitions">())
                                    : topic.num_partitions;
}

bool is_too_large(const CreateTopicsRequest& request, const Door& door) {
  std::int64_t total = 0;
  for (const CreateTopicsRequest::Topic& topic : request.topics) {
    total += std::max(partitions_of(topic, door), 0);
    if (total > kMaxNewPartitions) return true;
  }
  return false;
}

/// The settings given, or INVALID_CONFIG where some have no value.
ApiError collect_overrides(const CreateTopicsRequest::Topic& topic, config::Overrides& overrides) {
  std::vector<std::string_view> nulls;
  for (const CreateTopicsRequest::Config& config : topic.configs) {
    if (config.value) {
      overrides.insert_or_assign(config.name, *config.value);
    } else {
      nulls.push_back(config.name);
    }
  }
  if (nulls.empty()) return {};
  return {KafkaError::kInvalidConfig,
          fmt::format("Null value not supported for topic configs: {}", fmt::join(nulls, ","))};
}

/// The checks in Kafka's order, which decides what a topic with several faults is told.
ApiError check_topic(const Door& door, const CreateTopicsRequest::Topic& topic, broker::TopicRequest& request) {
  ApiError name = check_new_topic_name(*door.catalogue.topics(door.shard), topic.name);
  if (!name.ok()) return name;
  ApiError nulls = collect_overrides(topic, request.overrides);
  Result<void> possible = door.catalogue.check_topic(door.shard, request);
  if (!possible && possible.error().code == ErrorCode::kAlreadyExists) return ApiError(possible.error());
  if (!nulls.ok()) return nulls;
  if (!possible) return ApiError(possible.error());
  return topic.assignments.empty() ? check_counts(topic) : check_assignments(topic, door.node_id);
}

CreateTopicsResponse::Topic refused(std::string name, ApiError error) {
  CreateTopicsResponse::Topic answer{.name = std::move(name)};
  answer.error_code = error.code;
  answer.error_message = std::move(error.message);
  return answer;
}

CreateTopicsResponse::Topic created(const Door& door, std::string name, std::int32_t partitions, TopicId id,
                                    const config::TopicConfig& config) {
  CreateTopicsResponse::Topic answer{.name = std::move(name), .topic_id = id};
  answer.num_partitions = partitions;
  answer.replication_factor = kReplicationFactor;
  answer.configs = created_configs(config, door.config);
  return answer;
}

runtime::Task<CreateTopicsResponse::Topic> create(const Door* door, CreateTopicsRequest::Topic topic,
                                                  bool validate_only) {
  broker::TopicRequest request{.name = topic.name, .partitions = partitions_of(topic, *door)};
  ApiError error = check_topic(*door, topic, request);
  if (!error.ok()) co_return refused(std::move(topic.name), std::move(error));
  if (validate_only) {
    auto config = config::TopicConfig::make(door->config, std::move(request.overrides));
    if (!config) co_return refused(std::move(topic.name), ApiError(config.error()));
    co_return created(*door, std::move(topic.name), request.partitions, {}, **config);
  }
  auto made = co_await door->catalogue.create_topic(door->shard, std::move(request));
  if (!made) co_return refused(std::move(topic.name), ApiError(made.error()));
  co_return created(*door, std::move(topic.name), (*made)->partitions, (*made)->id, *(*made)->config);
}

}  // namespace

runtime::Task<CreateTopicsResponse> handle(RequestContext context, CreateTopicsRequest request) {
  const Door& door = *context.door;
  CreateTopicsResponse response;
  if (is_too_large(request, door)) {
    for (CreateTopicsRequest::Topic& topic : request.topics) {
      response.topics.push_back(refused(std::move(topic.name), too_many_partitions()));
    }
    co_return response;
  }
  std::set<std::string> twice = repeated(request.topics, [](const auto& topic) { return topic.name; });
  for (const std::string& name : twice) {
    response.topics.push_back(refused(name, {KafkaError::kInvalidRequest, "Duplicate topic name."}));
  }
  for (CreateTopicsRequest::Topic& topic : request.topics) {
    if (twice.contains(topic.name)) continue;
    CreateTopicsResponse::Topic answer = co_await create(&door, std::move(topic), request.validate_only);
    response.topics.push_back(std::move(answer));
  }
  co_return response;
}

}  // namespace wharf::kafka
