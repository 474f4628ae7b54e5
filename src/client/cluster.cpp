#include "client/cluster.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "protocols/kafka/api/find_coordinator.hpp"
#include "runtime/signal.hpp"

namespace wharf::client {
namespace {

using kafka::KafkaError;
using kafka::MetadataRequest;
using kafka::MetadataResponse;

constexpr Milliseconds kBetweenTries{100};

/// The topic, if nothing of it is missing; otherwise what is.
Result<Topic> complete_topic(const MetadataResponse::Topic& found) {
  if (found.error_code != KafkaError::kNone) {
    Error error = kafka_failure(found.error_code);
    if (found.error_code == KafkaError::kUnknownTopicOrPartition) error.code = ErrorCode::kNotFound;
    return fail(error.code, fmt::format("topic '{}': {}", found.name.value_or(""), error.message));
  }
  Topic topic{.name = found.name.value_or(""), .id = found.topic_id};
  for (const MetadataResponse::Partition& partition : found.partitions) {
    if (partition.leader_id.value < 0) {
      return fail(ErrorCode::kUnavailable,
                  fmt::format("topic '{}': partition {} has no leader", topic.name, partition.partition_index.value));
    }
    topic.partitions.push_back({partition.partition_index, partition.leader_id, partition.leader_epoch});
  }
  if (topic.partitions.empty())
    return fail(ErrorCode::kUnavailable, fmt::format("topic '{}': the broker names no partitions", topic.name));
  std::ranges::sort(topic.partitions, {}, &Partition::index);
  return topic;
}

bool worth_waiting(const Error& error, TopicWish wish) {
  return error.code == ErrorCode::kUnavailable ||
         (error.code == ErrorCode::kNotFound && (wish.may_create || wish.must_appear));
}

}  // namespace

bool is_away(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kClosed ||
         error.code == ErrorCode::kTimedOut;
}

Cluster::Cluster(runtime::Shard* shard, runtime::Network* network, std::vector<Endpoint> bootstrap,
                 ConnectionOptions options)
    : shard_(*shard), network_(*network), bootstrap_(std::move(bootstrap)), options_(std::move(options)) {}

void Cluster::close() {
  if (any_) any_->close();
  for (auto& [id, connection] : connections_) {
    if (connection) connection->close();
  }
}

runtime::Task<void> Cluster::pause() {
  runtime::Signal never(shard_);
  [[maybe_unused]] bool notified = co_await never.wait_until(shard_.now() + kBetweenTries);
}

runtime::Task<Result<Connection*>> Cluster::ready(std::unique_ptr<Connection>* slot, Endpoint endpoint) {
  if (*slot && (*slot)->open()) co_return slot->get();
  auto opened = co_await Connection::open(&shard_, &network_, std::move(endpoint), options_);
  if (!opened) co_return fail(opened.error());
  *slot = std::move(*opened);
  co_return slot->get();
}

runtime::Task<Result<Connection*>> Cluster::any() {
  Result<Connection*> last = fail(ErrorCode::kInvalidArgument, "no bootstrap address");
  for (const Endpoint& endpoint : bootstrap_) {
    last = co_await ready(&any_, endpoint);
    if (last) break;
  }
  co_return last;
}

runtime::Task<Result<Connection*>> Cluster::broker(NodeId id) {
  auto known = endpoints_.find(id);
  if (known == endpoints_.end())
    co_return fail(ErrorCode::kNotFound, fmt::format("no broker {} in the cluster's metadata", id.value));
  Result<Connection*> connection = co_await ready(&connections_[id], known->second);
  co_return connection;
}

runtime::Task<Result<std::unique_ptr<Connection>>> Cluster::separate(NodeId id) {
  auto known = endpoints_.find(id);
  if (known == endpoints_.end())
    co_return fail(ErrorCode::kNotFound, fmt::format("no broker {} in the cluster's metadata", id.value));
  auto opened = co_await Connection::open(&shard_, &network_, known->second, options_);
  co_return opened;
}

runtime::Task<Result<Connection*>> Cluster::controller() {
  auto asked = co_await metadata(MetadataRequest{.allow_auto_topic_creation = false});
  if (!asked) co_return fail(asked.error());
  if (!endpoints_.contains(controller_)) {
    Result<Connection*> connection = co_await any();
    co_return connection;
  }
  Result<Connection*> connection = co_await broker(controller_);
  co_return connection;
}

runtime::Task<Result<Connection*>> Cluster::coordinator(std::string group) {
  const MonotonicTime deadline = shard_.now() + options_.request_timeout;
  while (true) {
    Result<Connection*> asked = co_await any();
    if (!asked) co_return fail(asked.error());
    Result<std::int16_t> version = (*asked)->version(kafka::ApiKey::kFindCoordinator);
    if (!version) co_return fail(version.error());
    kafka::FindCoordinatorRequest request;
    if (*version >= 4) {
      request.coordinator_keys.push_back(group);
    } else {
      request.key = group;
    }
    auto answer = co_await (*asked)->call(std::move(request));
    if (!answer) co_return fail(answer.error());
    kafka::FindCoordinatorResponse::Coordinator found{group,        answer->node_id,    answer->host,
                                                      answer->port, answer->error_code, answer->error_message};
    if (!answer->coordinators.empty()) found = answer->coordinators.front();
    if (found.error_code == KafkaError::kNone) {
      endpoints_[found.node_id] = Endpoint{found.host, static_cast<std::uint16_t>(found.port)};
      Result<Connection*> connection = co_await broker(found.node_id);
      co_return connection;
    }
    if (!kafka::is_retriable(found.error_code) || shard_.now() > deadline) {
      co_return fail(kafka_failure(found.error_code, found.error_message));
    }
    co_await pause();
  }
}

runtime::Task<Result<MetadataResponse>> Cluster::metadata(MetadataRequest request) {
  Result<Connection*> connection = co_await any();
  if (!connection) co_return fail(connection.error());
  auto answer = co_await (*connection)->call(std::move(request));
  if (!answer) co_return fail(answer.error());
  if (answer->error_code != KafkaError::kNone) co_return fail(kafka_failure(answer->error_code));
  for (const MetadataResponse::Broker& broker : answer->brokers) {
    Endpoint endpoint{broker.host, static_cast<std::uint16_t>(broker.port)};
    if (endpoints_[broker.node_id] != endpoint) connections_.erase(broker.node_id);
    endpoints_[broker.node_id] = std::move(endpoint);
  }
  controller_ = answer->controller_id;
  co_return answer;
}

runtime::Task<Result<Topic>> Cluster::topic(std::string name, TopicWish wish) {
  const MonotonicTime deadline = wish.until.value_or(shard_.now() + options_.request_timeout);
  bool told = false;
  while (true) {
    MetadataRequest request{.allow_auto_topic_creation = wish.may_create};
    request.topics->push_back({.name = name});
    auto answer = co_await metadata(std::move(request));
    if (!answer) {
      if (!wish.until || !is_away(answer.error()) || shard_.now() > deadline) co_return fail(answer.error());
      // A connection that the broker has closed by now is no reason for a notice: the next try opens another.
      const bool closed = answer.error().code == ErrorCode::kClosed;
      if (!closed && !std::exchange(told, true) && waiting_notice_) waiting_notice_(bootstrap_.front());
      co_await pause();
      continue;
    }
    if (answer->topics.empty())
      co_return fail(ErrorCode::kMalformed, "the broker's metadata leaves out the topic asked for");
    Result<Topic> found = complete_topic(answer->topics.front());
    if (found || !worth_waiting(found.error(), wish) || shard_.now() > deadline) co_return found;
    co_await pause();
  }
}

std::vector<NodeId> Cluster::brokers() const {
  std::vector<NodeId> ids;
  for (const auto& [id, endpoint] : endpoints_) ids.push_back(id);
  return ids;
}

}  // namespace wharf::client
