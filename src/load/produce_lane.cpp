#include "load/produce_lane.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "protocols/kafka/api/api_versions.hpp"
#include "protocols/kafka/api/produce.hpp"

namespace wharf::load {
namespace {

using kafka::KafkaError;
using kafka::ProduceRequest;
using kafka::ProduceResponse;

constexpr std::int32_t kCorrelationId = 1'000'000;  // of all requests: answers come in order anyway
constexpr std::size_t kMostPerWrite = 20;           // frames; their pieces fit into one system call
constexpr Milliseconds kAfterRefusal{100};
constexpr std::chrono::seconds kMostRefusals{10};
constexpr std::size_t kOnePieceBytes = 64 * 1024;  // smaller frames lie in memory as one

ProduceRequest request_of(const client::Topic& topic, PartitionIndex partition, std::int16_t acks,
                          std::size_t batch_bytes) {
  ProduceRequest request{.acks = acks, .timeout_ms = 30'000};
  ProduceRequest::Topic& one = request.topic_data.emplace_back();
  one.name = topic.name;
  one.topic_id = topic.id;
  one.partition_data.push_back({partition, kafka::Records::external(batch_bytes, 0)});
  return request;
}

SharedBytes joined(const std::vector<runtime::OutPiece>& pieces) {
  std::vector<std::byte> all;
  for (const runtime::OutPiece& piece : pieces) {
    const ByteView bytes = std::get<SharedBytes>(piece).view();
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return SharedBytes::copy_of(all);
}

}  // namespace

ProduceLane::ProduceLane(ProduceState* state, runtime::Shard* shard, std::unique_ptr<client::Connection> connection)
    : state_(*state), shard_(*shard), connection_(std::move(connection)), can_send_(*shard), can_receive_(*shard) {}

Result<void> ProduceLane::prepare(const client::Topic& topic, const std::vector<client::Partition>& partitions,
                                  std::size_t first) {
  Result<std::int16_t> version = connection_->version(kafka::ApiKey::kProduce);
  if (!version) return fail(version.error());
  version_ = *version;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const client::Partition& partition = partitions[(first + i) % partitions.size()];
    auto pieces =
        client::request_frame(request_of(topic, partition.index, state_.load.acks, state_.batch.size()), version_,
                              kCorrelationId, connection_->options().client_id, std::span(&state_.batch, 1));
    if (!pieces) return fail(pieces.error());
    Frame frame{.batch_bytes = state_.batch.size()};
    if (!state_.load.stamp && frame.batch_bytes <= kOnePieceBytes) {
      frame.batch = joined(*pieces);
    } else {
      frame.before = std::get<SharedBytes>((*pieces)[0]);
      frame.batch = state_.batch;
      if (pieces->size() > 2) frame.after = std::get<SharedBytes>((*pieces)[2]);
    }
    frames_.push_back(std::move(frame));
  }
  return {};
}

void ProduceLane::pace(Nanoseconds offset, Nanoseconds interval) {
  next_due_ = offset;
  interval_ = interval;
}

void ProduceLane::wake() {
  can_send_.notify();
  can_receive_.notify();
}

void ProduceLane::fail_all(Error error) {
  if (state_.outcome) state_.outcome = fail(std::move(error));
  state_.measurement->finish();
}

/// What is in flight may be refused, and is to be sent again then.
bool ProduceLane::more_to_claim() const {
  return !state_.stopping && (!state_.load.records || state_.unclaimed > 0 || !pending_.empty());
}

/// How many requests may go out now: what is in flight, what is due and what is left to send limit them.
std::size_t ProduceLane::sendable() const {
  if (shard_.now() < hold_until_) return 0;
  std::size_t count = state_.load.acks == 0 ? state_.load.in_flight : state_.load.in_flight - pending_.size();
  if (state_.load.records) count = std::min<std::size_t>(count, state_.unclaimed);
  if (interval_) {
    const Nanoseconds late = shard_.now() - state_.started - next_due_;
    count = std::min<std::size_t>(count, late.count() < 0 ? 0 : static_cast<std::size_t>(late / *interval_) + 1);
  }
  return std::min(count, kMostPerWrite);
}

runtime::Task<void> ProduceLane::send_all() {
  while (more_to_claim() && connection_->open()) {
    const std::size_t count = sendable();
    if (count > 0) {
      co_await send(count);
    } else if (shard_.now() < hold_until_) {
      [[maybe_unused]] bool woken = co_await can_send_.wait_until(hold_until_);
    } else if (interval_ && (!state_.load.records || state_.unclaimed > 0) && pending_.size() < state_.load.in_flight) {
      [[maybe_unused]] bool woken = co_await can_send_.wait_until(state_.started + next_due_);
    } else {
      co_await can_send_.wait();
    }
  }
  if (state_.load.acks == 0) co_await await_all_taken();
  all_sent_ = true;
  can_receive_.notify();
}

runtime::Task<void> ProduceLane::send(std::size_t count) {
  std::vector<runtime::OutPiece> pieces;
  const bool answers = state_.load.acks != 0;
  const MonotonicTime now = shard_.now();
  std::size_t batch_bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Frame& frame = frames_[next_frame_];
    next_frame_ = next_frame_ + 1 == frames_.size() ? 0 : next_frame_ + 1;
    const MonotonicTime due = interval_ ? state_.started + next_due_ : now;
    if (interval_) next_due_ += *interval_;
    if (!frame.before.empty()) pieces.emplace_back(frame.before);
    pieces.emplace_back(state_.load.stamp ? state_.load.stamp->stamped(due) : frame.batch);
    if (!frame.after.empty()) pieces.emplace_back(frame.after);
    batch_bytes = frame.batch_bytes;
    if (answers) pending_.push_back({due, frame.batch_bytes});
  }
  if (state_.load.records) state_.unclaimed -= count;
  can_receive_.notify();
  Result<void> sent = co_await connection_->send(std::move(pieces));
  if (!sent) fail_all(sent.error());
  for (std::size_t i = 0; !answers && sent && i < count; ++i) count_unanswered(batch_bytes);
}

/// With acks = 0 nothing is answered; a broker takes a connection's requests in order, so one answer stands for all.
runtime::Task<void> ProduceLane::await_all_taken() {
  if (!connection_->open()) co_return;
  auto answer = co_await connection_->call(
      kafka::ApiVersionsRequest{.client_software_name = "wharf", .client_software_version = "1"});
  if (!answer) fail_all(answer.error());
}

runtime::Task<void> ProduceLane::receive_all() {
  while (state_.load.acks != 0) {
    if (pending_.empty()) {
      if (all_sent_) co_return;
      co_await can_receive_.wait();
      continue;
    }
    Result<kafka::Frame> frame = co_await connection_->receive();
    Result<void> taken = frame ? answered(*frame) : fail(frame.error());
    while (taken && !pending_.empty()) {
      Result<std::optional<kafka::Frame>> another = connection_->received();
      if (!another) taken = fail(another.error());
      if (!another || !*another) break;
      taken = answered(**another);
    }
    if (!taken) {
      fail_all(taken.error());
      connection_->close();
      pending_.clear();
      all_sent_ = true;
    }
    can_send_.notify();
  }
}

Result<void> ProduceLane::answered(const kafka::Frame& frame) {
  auto response = connection_->decode<ProduceResponse>(frame, kCorrelationId, version_);
  if (!response) return fail(response.error());
  if (response->responses.size() != 1 || response->responses[0].partition_responses.size() != 1)
    return fail(ErrorCode::kMalformed, "the broker's answer names other partitions than the request");
  const ProduceResponse::Partition& partition = response->responses[0].partition_responses[0];
  const Pending sent = pending_.front();
  pending_.pop_front();
  if (partition.error_code == KafkaError::kNone) {
    refused_since_.reset();
    count(sent);
    return {};
  }
  return refused(client::kafka_failure(partition.error_code, partition.error_message));
}

/// What a retry may mend is counted, and sent again where a number of records was asked for. A topic that was created a
/// moment ago is such a case.
Result<void> ProduceLane::refused(const Error& error) {
  if (error.code != ErrorCode::kUnavailable) return fail(error);
  if (!refused_since_) refused_since_ = shard_.now();
  if (shard_.now() - *refused_since_ > kMostRefusals) return fail(error);
  hold_until_ = shard_.now() + kAfterRefusal;
  if (state_.load.records) ++state_.unclaimed;
  if (state_.measurement->counting()) ++state_.measurement->measured().refused;
  return {};
}

void ProduceLane::count_unanswered(std::size_t batch_bytes) {
  if (!state_.measurement->counting()) return;
  Measured& measured = state_.measurement->measured();
  measured.records += static_cast<std::uint64_t>(state_.load.shape.records);
  measured.bytes += batch_bytes;
  ++measured.requests;
}

void ProduceLane::count(const Pending& sent) {
  if (!state_.measurement->counting()) return;
  count_unanswered(sent.batch_bytes);
  state_.measurement->measured().latency.add(shard_.now() - sent.due);
}

}  // namespace wharf::load
