#include "cli/topic_requests.hpp"

#include <fmt/format.h>

#include "protocols/kafka/api/create_topics.hpp"

namespace wharf::cli {
namespace {

using kafka::CreateTopicsRequest;
using kafka::KafkaError;

}  // namespace

Result<std::pair<std::string, std::string>> split_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is not KEY=VALUE", text));
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

runtime::Task<Result<void>> create_topic(ClientSession* session, NewTopic wanted) {
  CreateTopicsRequest request;
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
    Error error = client::kafka_failure(created.error_code, created.error_message);
    co_return fail(error.code, fmt::format("topic '{}': {}", created.name, error.message));
  }
  co_return Result<void>();
}

}  // namespace wharf::cli
