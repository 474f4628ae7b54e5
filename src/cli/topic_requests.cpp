#include "cli/topic_requests.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "protocols/kafka/api/create_partitions.hpp"
#include "protocols/kafka/api/create_topics.hpp"
#include "protocols/kafka/api/delete_topics.hpp"
#include "protocols/kafka/api/incremental_alter_configs.hpp"

namespace wharf::cli {
namespace {

using kafka::CreateTopicsRequest;
using kafka::IncrementalAlterConfigsRequest;
using kafka::KafkaError;
using runtime::Task;

constexpr std::int8_t kTopicResource = 2;
constexpr std::int8_t kSet = 0, kDelete = 1;
constexpr std::int16_t kLastVersionByName = 5;  // of DeleteTopics: later ones have a form of their own

Error about_topic(const std::string& name, KafkaError error, const std::optional<std::string>& message) {
  Error refused = client::kafka_failure(error, message);
  return {refused.code, fmt::format("topic '{}': {}", name, refused.message)};
}

std::int32_t timeout_of(const ClientSession& session) {
  return static_cast<std::int32_t>(session.cluster.options().request_timeout.count());
}

Task<Result<void>> alter_settings(ClientSession* session, const TopicChange* change) {
  IncrementalAlterConfigsRequest request;
  IncrementalAlterConfigsRequest::Resource& resource = request.resources.emplace_back();
  resource.resource_type = kTopicResource;
  resource.resource_name = change->name;
  for (const std::string& setting : change->set) {
    auto parts = split_setting(setting);
    if (!parts) co_return fail(parts.error());
    resource.configs.push_back({parts->first, kSet, parts->second});
  }
  for (const std::string& key : change->unset) resource.configs.push_back({key, kDelete, std::nullopt});
  auto controller = co_await session->cluster.controller();
  if (!controller) co_return fail(controller.error());
  auto answer = co_await (*controller)->call(std::move(request));
  if (!answer) co_return fail(answer.error());
  for (const auto& altered : answer->responses) {
    if (altered.error_code != KafkaError::kNone)
      co_return fail(about_topic(change->name, altered.error_code, altered.error_message));
  }
  co_return Result<void>();
}

Task<Result<void>> add_partitions(ClientSession* session, std::string name, std::int32_t count) {
  kafka::CreatePartitionsRequest request{.timeout_ms = timeout_of(*session)};
  request.topics.push_back({name, count, std::nullopt});
  auto controller = co_await session->cluster.controller();
  if (!controller) co_return fail(controller.error());
  auto answer = co_await (*controller)->call(std::move(request));
  if (!answer) co_return fail(answer.error());
  for (const auto& result : answer->results) {
    if (result.error_code != KafkaError::kNone)
      co_return fail(about_topic(name, result.error_code, result.error_message));
  }
  co_return Result<void>();
}

}  // namespace

Result<std::pair<std::string, std::string>> split_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is not KEY=VALUE", text));
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Task<Result<void>> create_topic(ClientSession* session, NewTopic wanted) {
  CreateTopicsRequest request{.timeout_ms = timeout_of(*session)};
  CreateTopicsRequest::Topic& topic = request.topics.emplace_back();
  topic.name = wanted.name;
  topic.num_partitions = wanted.partitions;
  topic.replication_factor = wanted.replication;
  for (const std::string& setting : wanted.settings) {
    auto parts = split_setting(setting);
    if (!parts) co_return fail(parts.error());
    topic.configs.push_back({parts->first, parts->second});
  }
  auto controller = co_await session->cluster.controller();
  if (!controller) co_return fail(controller.error());
  auto answer = co_await (*controller)->call(std::move(request));
  if (!answer) co_return fail(answer.error());
  for (const auto& created : answer->topics) {
    if (created.error_code == KafkaError::kNone) continue;
    if (wanted.if_missing && created.error_code == KafkaError::kTopicAlreadyExists) continue;
    co_return fail(about_topic(created.name, created.error_code, created.error_message));
  }
  co_return Result<void>();
}

Task<Result<void>> delete_topic(ClientSession* session, std::string name, bool if_exists) {
  kafka::DeleteTopicsRequest request{.topic_names = {name}, .timeout_ms = timeout_of(*session)};
  auto controller = co_await session->cluster.controller();
  if (!controller) co_return fail(controller.error());
  auto answer = co_await (*controller)->call(std::move(request), kLastVersionByName);
  if (!answer) co_return fail(answer.error());
  for (const auto& deleted : answer->responses) {
    if (deleted.error_code == KafkaError::kNone) continue;
    if (if_exists && deleted.error_code == KafkaError::kUnknownTopicOrPartition) continue;
    co_return fail(about_topic(name, deleted.error_code, deleted.error_message));
  }
  co_return Result<void>();
}

Task<Result<void>> alter_topic(ClientSession* session, TopicChange change) {
  if (!change.set.empty() || !change.unset.empty()) {
    Result<void> altered = co_await alter_settings(session, &change);
    if (!altered) co_return altered;
  }
  if (!change.partitions) co_return Result<void>();
  Result<void> added = co_await add_partitions(session, change.name, *change.partitions);
  co_return added;
}

Task<Result<std::vector<kafka::MetadataResponse::Topic>>> describe_topics(ClientSession* session,
                                                                          std::vector<std::string> names) {
  kafka::MetadataRequest request{.allow_auto_topic_creation = false};
  for (const std::string& name : names) request.topics->push_back({.name = name});
  if (names.empty()) request.topics.reset();
  auto answer = co_await session->cluster.metadata(std::move(request));
  if (!answer) co_return fail(answer.error());
  for (const auto& topic : answer->topics) {
    if (topic.error_code != KafkaError::kNone && !names.empty())
      co_return fail(about_topic(topic.name.value_or(""), topic.error_code, {}));
  }
  std::ranges::sort(answer->topics, {}, &kafka::MetadataResponse::Topic::name);
  for (auto& topic : answer->topics)
    std::ranges::sort(topic.partitions, {}, &kafka::MetadataResponse::Partition::partition_index);
  co_return std::move(answer->topics);
}

Task<Result<std::vector<kafka::DescribeConfigsResponse::Config>>> topic_settings(ClientSession* session,
                                                                                 std::string name) {
  kafka::DescribeConfigsRequest request;
  request.resources.push_back({kTopicResource, name, std::nullopt});
  auto broker = co_await session->cluster.any();
  if (!broker) co_return fail(broker.error());
  auto answer = co_await (*broker)->call(std::move(request));
  if (!answer) co_return fail(answer.error());
  if (answer->results.empty())
    co_return fail(ErrorCode::kMalformed, "the broker's answer leaves out the topic asked for");
  auto& result = answer->results.front();
  if (result.error_code != KafkaError::kNone)
    co_return fail(about_topic(name, result.error_code, result.error_message));
  co_return std::move(result.configs);
}

client::Topic leaders_in(const kafka::MetadataResponse::Topic& topic) {
  client::Topic led{topic.name.value_or(""), topic.topic_id, {}};
  for (const auto& partition : topic.partitions)
    led.partitions.push_back({partition.partition_index, partition.leader_id, partition.leader_epoch});
  return led;
}

}  // namespace wharf::cli
