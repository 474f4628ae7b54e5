#include "client/fetcher.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "model/record_batch_reader.hpp"
#include "runtime/signal.hpp"

namespace wharf::client {
namespace {

using kafka::FetchRequest;
using kafka::FetchResponse;
using kafka::KafkaError;

constexpr std::int32_t kMaxBytes = 32 << 20;
constexpr std::int32_t kPartitionMaxBytes = 8 << 20;
constexpr std::int32_t kMaxWaitMs = 500;
constexpr std::int32_t kSharedMaxWaitMs = 50;  // where other brokers have something to say too
constexpr Milliseconds kBetweenTries{100};

bool is_done(const Position& position) {
  return position.end && position.next >= *position.end;
}

}  // namespace

Fetcher::Fetcher(Cluster* cluster, Topic topic, std::vector<Position> positions)
    : cluster_(*cluster),
      topic_(std::move(topic)),
      positions_(std::move(positions)),
      answered_(cluster->shard().now()) {}

bool Fetcher::reading() const {
  return !std::ranges::all_of(positions_, is_done);
}

NodeId Fetcher::leader_of(PartitionIndex partition) const {
  auto found = std::ranges::find(topic_.partitions, partition, &Partition::index);
  return found == topic_.partitions.end() ? NodeId(-1) : found->leader;
}

std::vector<NodeId> Fetcher::leaders() const {
  std::vector<NodeId> ids;
  for (const Position& position : positions_) {
    if (!is_done(position)) ids.push_back(leader_of(position.partition));
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

FetchRequest Fetcher::request_to(NodeId leader, bool alone) const {
  // Well below the time after which no answer counts as a lost broker.
  const auto patience = static_cast<std::int32_t>(cluster_.options().request_timeout.count() / 2);
  FetchRequest request{
      .max_wait_ms = std::min(patience, alone ? kMaxWaitMs : kSharedMaxWaitMs), .min_bytes = 1, .max_bytes = kMaxBytes};
  FetchRequest::Topic& topic = request.topics.emplace_back();
  topic.topic = topic_.name;
  topic.topic_id = topic_.id;
  for (const Position& position : positions_) {
    if (is_done(position) || leader_of(position.partition) != leader) continue;
    topic.partitions.push_back(
        {.partition = position.partition, .fetch_offset = position.next, .partition_max_bytes = kPartitionMaxBytes});
  }
  return request;
}

runtime::Task<Result<void>> Fetcher::follow_leaders() {
  runtime::Signal never(cluster_.shard());
  [[maybe_unused]] bool notified = co_await never.wait_until(cluster_.shard().now() + kBetweenTries);
  auto topic = co_await cluster_.topic(topic_.name, {.until = answered_ + cluster_.options().request_timeout});
  if (!topic) co_return fail(topic.error());
  topic_ = std::move(*topic);
  leaders_changed_ = false;
  co_return Result<void>();
}

runtime::Task<Result<FetchedBatches>> Fetcher::next() {
  if (leaders_changed_) {
    Result<void> followed = co_await follow_leaders();
    if (!followed) co_return fail(followed.error());
  } else {
    answered_ = cluster_.shard().now();  // however long the caller took with what it had
  }
  FetchedBatches fetched;
  const std::vector<NodeId> asked = leaders();
  for (NodeId leader : asked) {
    Result<Connection*> connection = co_await cluster_.broker(leader);
    Result<Connection::Answer<FetchResponse>> answer = fail(ErrorCode::kUnavailable, "");
    if (connection) answer = co_await (*connection)->ask(request_to(leader, asked.size() == 1));
    if (!answer) {
      // A broker that went away: another leads soon, or it comes back. Not for ever.
      const Error error = connection ? answer.error() : connection.error();
      if (cluster_.shard().now() - answered_ > cluster_.options().request_timeout) co_return fail(error);
      leaders_changed_ = true;
      continue;
    }
    answered_ = cluster_.shard().now();
    Result<void> taken = take(answer->response, &fetched);
    if (!taken) co_return fail(taken.error());
    fetched.frames.push_back(std::move(answer->frame));
  }
  co_return fetched;
}

Result<void> Fetcher::take(const FetchResponse& response, FetchedBatches* fetched) {
  if (response.error_code != KafkaError::kNone) return fail(kafka_failure(response.error_code));
  for (const FetchResponse::Topic& topic : response.responses) {
    for (const FetchResponse::Partition& partition : topic.partitions) {
      auto position = std::ranges::find(positions_, partition.partition_index, &Position::partition);
      if (position == positions_.end())
        return fail(ErrorCode::kMalformed, "the broker answered for a partition not asked for");
      if (partition.error_code == KafkaError::kOffsetOutOfRange) {
        return fail(
            ErrorCode::kOffsetOutOfRange,
            fmt::format("partition {} has no offset {} (any more): it begins at {}, and its next record will be {}",
                        partition.partition_index.value, position->next.value, partition.log_start_offset.value,
                        partition.high_watermark.value));
      }
      if (partition.error_code != KafkaError::kNone) {
        if (!kafka::is_retriable(partition.error_code)) {
          Error error = kafka_failure(partition.error_code);
          return fail(error.code, fmt::format("partition {}: {}", partition.partition_index.value, error.message));
        }
        leaders_changed_ = true;
        continue;
      }
      if (!partition.records) continue;
      if (Result<void> taken = take_batches(partition.records->view(), &*position, fetched); !taken) return taken;
    }
  }
  return {};
}

Result<void> Fetcher::take_batches(ByteView records, Position* position, FetchedBatches* fetched) {
  BatchReader batches(records);
  BatchScan scan = batches.next();
  for (; scan.kind == BatchScan::Kind::kBatch; scan = batches.next()) {
    const Offset from = position->next;
    if (scan.batch.header.next_offset() <= from) continue;  // all of it lies before what was asked for
    position->next = scan.batch.header.next_offset();
    fetched->batches.push_back({position->partition, scan.batch, from, position->end});
    if (is_done(*position)) return {};
  }
  // An answer may end inside a batch: the rest comes next time.
  if (scan.kind != BatchScan::Kind::kDamaged) return {};
  return fail(scan.error.code, fmt::format("partition {} at offset {}: {}", position->partition.value,
                                           position->next.value, scan.error.message));
}

}  // namespace wharf::client
