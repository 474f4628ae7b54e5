#include "load/consume_lane.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "client/kafka_failure.hpp"
#include "client/offsets.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf::load {
namespace {

using kafka::FetchRequest;
using kafka::FetchResponse;
using kafka::KafkaError;

}  // namespace

ConsumeLane::ConsumeLane(ConsumeState* state, runtime::Shard* shard, std::unique_ptr<client::Connection> connection,
                         client::Topic topic)
    : state_(*state), shard_(*shard), connection_(std::move(connection)), topic_(std::move(topic)) {}

runtime::Task<Result<void>> ConsumeLane::find_offsets() {
  auto earliest = co_await client::offsets_of(connection_.get(), topic_, client::kEarliest);
  if (!earliest) co_return fail(earliest.error());
  auto latest = co_await client::offsets_of(connection_.get(), topic_, client::kLatest);
  if (!latest) co_return fail(latest.error());
  for (const client::Partition& partition : topic_.partitions) {
    const Offset end = (*latest)[partition.index];
    const Offset start = state_.load.from_end ? end : (*earliest)[partition.index];
    readings_.push_back({partition.index, start, end, start});
  }
  co_return Result<void>();
}

FetchRequest ConsumeLane::request() const {
  const ConsumeLoad& load = state_.load;
  const auto patience = static_cast<std::int32_t>(connection_->options().request_timeout.count() / 2);
  FetchRequest request{
      .max_wait_ms = std::min(patience, load.max_wait_ms), .min_bytes = load.min_bytes, .max_bytes = load.max_bytes};
  FetchRequest::Topic& topic = request.topics.emplace_back();
  topic.topic = topic_.name;
  topic.topic_id = topic_.id;
  for (const Reading& reading : readings_) {
    if (!load.from_end && reading.next >= reading.end) continue;
    topic.partitions.push_back(
        {.partition = reading.index, .fetch_offset = reading.next, .partition_max_bytes = load.partition_max_bytes});
  }
  // Another one comes first each time: the broker fills its answer in our order.
  if (topic.partitions.size() > 1)
    std::ranges::rotate(topic.partitions,
                        topic.partitions.begin() + static_cast<std::ptrdiff_t>(state_.read % topic.partitions.size()));
  return request;
}

/// Everything that was there at the start is read.
bool ConsumeLane::done() const {
  if (state_.load.from_end) return false;
  return std::ranges::all_of(readings_, [](const Reading& reading) { return reading.next >= reading.end; });
}

runtime::Task<void> ConsumeLane::fetch_all() {
  const bool nothing =
      std::ranges::all_of(readings_, [](const Reading& reading) { return reading.start >= reading.end; });
  while (!state_.stopping) {
    if (done()) {
      if (!state_.load.again || nothing) break;
      for (Reading& reading : readings_) reading.next = reading.start;
    }
    const MonotonicTime asked = shard_.now();
    auto answer = co_await connection_->ask(request());
    if (state_.stopping) break;
    Result<void> taken = answer ? take(answer->response) : fail(answer.error());
    if (!taken) {
      if (state_.outcome) state_.outcome = taken;
      state_.measurement->finish();
      break;
    }
    if (!state_.measurement->counting()) continue;
    ++state_.measurement->measured().requests;
    state_.measurement->measured().latency.add(shard_.now() - asked);
    if (state_.load.records && state_.measurement->measured().records >= *state_.load.records)
      state_.measurement->finish();
  }
}

Result<void> ConsumeLane::take(const FetchResponse& response) {
  if (response.error_code != KafkaError::kNone) return fail(client::kafka_failure(response.error_code));
  for (const FetchResponse::Topic& topic : response.responses) {
    for (const FetchResponse::Partition& partition : topic.partitions) {
      auto reading = std::ranges::find(readings_, partition.partition_index, &Reading::index);
      if (reading == readings_.end())
        return fail(ErrorCode::kMalformed, "the broker answered for a partition not asked for");
      if (partition.error_code != KafkaError::kNone && !kafka::is_retriable(partition.error_code)) {
        Error error = client::kafka_failure(partition.error_code);
        return fail(error.code, fmt::format("partition {}: {}", partition.partition_index.value, error.message));
      }
      if (partition.error_code != KafkaError::kNone && state_.measurement->counting())
        ++state_.measurement->measured().refused;
      if (partition.records) count_batches(partition.records->view(), &*reading);
    }
  }
  return {};
}

void ConsumeLane::count_batches(ByteView records, Reading* reading) {
  BatchReader batches(records, ChecksumCheck::kSkip);
  const bool counting = state_.measurement->counting();
  Measured& measured = state_.measurement->measured();
  for (BatchScan scan = batches.next(); scan.kind == BatchScan::Kind::kBatch; scan = batches.next()) {
    const BatchHeader& header = scan.batch.header;
    reading->next = std::max(reading->next, header.next_offset());
    state_.read += static_cast<std::uint64_t>(header.record_count);
    if (!counting) continue;
    measured.records += static_cast<std::uint64_t>(header.record_count);
    measured.bytes += header.size_bytes;
    if (!state_.load.stamp) continue;
    if (auto due = state_.load.stamp->read(scan.batch.bytes)) measured.end_to_end.add(shard_.now() - *due);
  }
}

}  // namespace wharf::load
