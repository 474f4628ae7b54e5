#include "client/producer.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "protocols/kafka/api/api_versions.hpp"
#include "protocols/kafka/api/init_producer_id.hpp"
#include "protocols/kafka/api/produce.hpp"
#include "runtime/signal.hpp"

namespace wharf::client {
namespace {

using kafka::KafkaError;
using kafka::ProduceRequest;
using kafka::ProduceResponse;

constexpr std::size_t kRoundBytes = 16u << 20;      // gathered before they are sent
constexpr std::size_t kBatchesOfAPartition = 5;     // in flight: so many a broker remembers of an idempotent producer
constexpr std::int32_t kCorrelationId = 1'000'000;  // of produce requests: answers come in order
constexpr Milliseconds kBetweenTries{100};

/// The number `count` records after `sequence`; they wrap from 2^31 - 1 to 0.
std::int32_t sequence_after(std::int32_t sequence, std::int32_t count) {
  return static_cast<std::int32_t>((std::int64_t{sequence} + count) & std::numeric_limits<std::int32_t>::max());
}

}  // namespace

Producer::Producer(Cluster* cluster, Topic topic, ProducerOptions options)
    : cluster_(*cluster),
      topic_(std::move(topic)),
      options_(options),
      next_sequence_(topic_.partitions.size(), 0),
      open_(topic_.partitions.size()) {}

runtime::Task<Result<void>> Producer::start() {
  if (options_.acks != -1) co_return Result<void>();
  Result<Connection*> connection = co_await cluster_.any();
  if (!connection) co_return fail(connection.error());
  if (!(*connection)->version(kafka::ApiKey::kInitProducerId)) co_return Result<void>();
  const MonotonicTime deadline = cluster_.shard().now() + cluster_.options().request_timeout;
  while (true) {
    auto answer = co_await (*connection)->call(kafka::InitProducerIdRequest{.transaction_timeout_ms = 60'000});
    if (!answer) co_return fail(answer.error());
    producer_id_ = answer->producer_id;
    producer_epoch_ = answer->producer_epoch;
    if (answer->error_code == KafkaError::kNone) co_return Result<void>();
    if (!kafka::is_retriable(answer->error_code) || cluster_.shard().now() > deadline)
      co_return fail(kafka_failure(answer->error_code));
    runtime::Signal never(cluster_.shard());
    [[maybe_unused]] bool notified = co_await never.wait_until(cluster_.shard().now() + kBetweenTries);
  }
}

bool Producer::add(std::size_t place, const NewRecord& record, std::uint64_t number) {
  std::size_t bytes = 32 + (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const RecordHeader& header : record.headers)
    bytes += 10 + header.key.size() + (header.value ? header.value->size() : 0);
  const bool full = open_[place] && open_[place]->builder.size_bytes() + bytes > options_.batch_bytes;
  if (full) close_batch(place);
  if (!open_[place]) {
    BatchOptions batch{.compression = options_.compression, .compression_level = options_.compression_level};
    if (idempotent()) {
      batch.producer_id = producer_id_;
      batch.producer_epoch = producer_epoch_;
      batch.base_sequence = next_sequence_[place];
    }
    open_[place] = OpenBatch{BatchBuilder(batch), number, number};
  }
  open_[place]->builder.append(record);
  open_[place]->last = number;
  open_bytes_ += bytes;
  return full;
}

void Producer::close_batch(std::size_t place) {
  OpenBatch& open = *open_[place];
  Batch batch{.place = place, .first = open.first, .last = open.last, .records = open.builder.record_count()};
  next_sequence_[place] = sequence_after(next_sequence_[place], batch.records);
  const std::size_t plain = open.builder.size_bytes();
  open_bytes_ -= std::min(open_bytes_, plain);
  Result<std::vector<std::byte>> bytes = open.builder.finish();
  open_[place].reset();
  if (!bytes) {
    failure_ = bytes.error();
    return;
  }
  auto owner = std::make_shared<std::vector<std::byte>>(std::move(*bytes));
  const ByteView view(*owner);
  batch.bytes = SharedBytes(std::move(owner), view);
  closed_bytes_ += view.size();
  closed_.push_back(std::move(batch));
}

bool Producer::wants_flush() const {
  return closed_bytes_ + open_bytes_ >= kRoundBytes || failure_.has_value();
}

/// The next batches of every partition: several where the broker tells doubles apart, otherwise one.
std::vector<Producer::Batch> Producer::take_round() {
  const std::size_t most = idempotent() ? kBatchesOfAPartition : 1;
  std::vector<std::size_t> taken(topic_.partitions.size(), 0);
  std::vector<Batch> round, later;
  for (Batch& batch : closed_) (taken[batch.place]++ < most ? round : later).push_back(std::move(batch));
  closed_ = std::move(later);
  return round;
}

runtime::Task<Result<void>> Producer::flush() {
  for (std::size_t place = 0; place < open_.size(); ++place) {
    if (open_[place]) close_batch(place);
  }
  open_bytes_ = 0;
  if (failure_) co_return fail(*failure_);
  while (!closed_.empty()) {
    Result<void> delivered = co_await deliver(take_round());
    if (!delivered) co_return delivered;
  }
  closed_bytes_ = 0;
  co_return Result<void>();
}

runtime::Task<Result<void>> Producer::deliver(std::vector<Batch> round) {
  MonotonicTime deadline = cluster_.shard().now() + options_.delivery_timeout;
  while (true) {
    const std::uint64_t written_before = written_;
    std::map<NodeId, std::vector<Batch>> by_leader;
    for (Batch& batch : round) by_leader[topic_.partitions[batch.place].leader].push_back(std::move(batch));
    round.clear();
    for (auto& [leader, batches] : by_leader) {
      auto again = co_await send_to(leader, std::move(batches));
      if (!again) co_return fail(again.error());
      for (Batch& batch : *again) round.push_back(std::move(batch));
    }
    if (round.empty()) co_return Result<void>();
    if (written_ > written_before) deadline = cluster_.shard().now() + options_.delivery_timeout;
    if (cluster_.shard().now() > deadline) {
      co_return fail(refusal(round.front(), {ErrorCode::kTimedOut, fmt::format("not written within {} ms",
                                                                               options_.delivery_timeout.count())}));
    }
    Result<void> followed = co_await follow_leaders(deadline);
    if (!followed) co_return fail(refusal(round.front(), followed.error()));
  }
}

runtime::Task<Result<void>> Producer::follow_leaders(MonotonicTime deadline) {
  runtime::Signal never(cluster_.shard());
  [[maybe_unused]] bool notified = co_await never.wait_until(cluster_.shard().now() + kBetweenTries);
  auto topic = co_await cluster_.topic(topic_.name, {.must_appear = true, .until = deadline});
  if (!topic) co_return fail(topic.error());
  if (topic->partitions.size() < topic_.partitions.size())
    co_return fail(ErrorCode::kNotFound, fmt::format("topic '{}' has been replaced by another", topic_.name));
  topic->partitions.resize(topic_.partitions.size());
  topic_ = std::move(*topic);
  co_return Result<void>();
}

runtime::Task<Result<std::vector<Producer::Batch>>> Producer::send_to(NodeId leader, std::vector<Batch> batches) {
  std::vector<Batch> again;
  Result<Connection*> connection = co_await cluster_.broker(leader);
  // Nothing was sent: whatever acks are, it may be sent later.
  if (!connection)
    co_return is_away(connection.error()) ? Result<std::vector<Batch>>(std::move(batches)) : fail(connection.error());
  Result<std::int16_t> version = (*connection)->version(kafka::ApiKey::kProduce);
  if (!version) co_return fail(version.error());
  Result<void> going;
  for (std::size_t i = 0; i < batches.size() && going; ++i) {
    ProduceRequest request{.acks = options_.acks,
                           .timeout_ms = static_cast<std::int32_t>(cluster_.options().request_timeout.count())};
    ProduceRequest::Topic& topic = request.topic_data.emplace_back();
    topic.name = topic_.name;
    topic.topic_id = topic_.id;
    topic.partition_data.push_back(
        {topic_.partitions[batches[i].place].index, kafka::Records::external(batches[i].bytes.size(), 0)});
    auto pieces =
        request_frame(request, *version, kCorrelationId, cluster_.options().client_id, std::span(&batches[i].bytes, 1));
    if (!pieces) co_return fail(pieces.error());
    going = co_await (*connection)->send(std::move(*pieces));
  }
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (options_.acks == 0 && going) {
      written_ += static_cast<std::uint64_t>(batches[i].records);
      continue;
    }
    Result<kafka::Frame> frame = fail(ErrorCode::kClosed, "");
    if (going) frame = co_await (*connection)->receive();
    if (!frame && going) going = fail(frame.error());
    if (!going && !idempotent())
      co_return fail(
          refusal(batches[i], {going.error().code, going.error().message + "; it may have been written or not"}));
    Result<bool> written =
        going ? taken(batches[i], *frame, *connection, *version, !again.empty()) : Result<bool>(false);
    if (!written) co_return fail(written.error());
    if (!*written) again.push_back(std::move(batches[i]));
  }
  co_return again;
}

/// True when it is in the log, false when it must be sent again.
Result<bool> Producer::taken(const Batch& batch, const kafka::Frame& frame, Connection* connection,
                             std::int16_t version, bool behind_a_failure) {
  auto response = connection->decode<ProduceResponse>(frame, kCorrelationId, version);
  if (!response) return fail(response.error());
  if (response->responses.size() != 1 || response->responses[0].partition_responses.size() != 1)
    return fail(ErrorCode::kMalformed, "the broker's answer names other partitions than the request");
  const ProduceResponse::Partition& partition = response->responses[0].partition_responses[0];
  // An idempotent producer's batch that was written before comes back as a double: it is where it should be.
  if (partition.error_code == KafkaError::kNone ||
      (idempotent() && partition.error_code == KafkaError::kDuplicateSequenceNumber)) {
    written_ += static_cast<std::uint64_t>(batch.records);
    return true;
  }
  const bool out_of_order = partition.error_code == KafkaError::kOutOfOrderSequenceNumber && behind_a_failure;
  if (kafka::is_retriable(partition.error_code) || out_of_order) return false;
  return fail(refusal(batch, kafka_failure(partition.error_code, partition.error_message)));
}

Error Producer::refusal(const Batch& batch, const Error& error) const {
  const std::string records = batch.first == batch.last ? fmt::format("record {}", batch.first)
                                                        : fmt::format("records {} to {}", batch.first, batch.last);
  return {error.code, fmt::format("{} for partition {} of '{}': {}", records,
                                  topic_.partitions[batch.place].index.value, topic_.name, error.message)};
}

runtime::Task<Result<void>> Producer::finish() {
  Result<void> flushed = co_await flush();
  if (!flushed || options_.acks != 0) co_return flushed;
  for (const Partition& partition : topic_.partitions) {
    Result<Connection*> connection = co_await cluster_.broker(partition.leader);
    if (!connection) co_return fail(connection.error());
    // A broker takes a connection's requests in order: this answer comes when those without one are done.
    auto answer =
        co_await (*connection)
            ->call(kafka::ApiVersionsRequest{.client_software_name = "wharf", .client_software_version = "1"});
    if (!answer) co_return fail(answer.error());
  }
  co_return Result<void>();
}

}  // namespace wharf::client
