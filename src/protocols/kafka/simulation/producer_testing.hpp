#pragma once
// A simulated producer with acks=all: several requests in flight, all that was not acknowledged again over the next
// connection, in order. An idempotent one sends under the same sequences.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/record_batch_builder.hpp"
#include "protocols/kafka/api/init_producer_id.hpp"
#include "protocols/kafka/api/produce.hpp"
#include "protocols/kafka/simulation/client_testing.hpp"
#include "protocols/kafka/simulation/ledger_testing.hpp"

namespace wharf::kafka {

class Producer final : public Client {
 public:
  Producer(World& world, const std::string& host, Ledger& ledger, bool is_idempotent)
      : Client(world, host), ledger_(ledger), is_idempotent_(is_idempotent) {}

  bool has_done() const override { return made_ == total_ && unacknowledged_.empty(); }
  ProducerId id() const { return id_; }
  /// The record's value: who wrote it, to where, as the how manieth, and something to carry.
  std::string value(std::int32_t partition, std::int32_t number) const {
    std::size_t size = number % 11 == 3 ? 4'000 : static_cast<std::size_t>(number % 7) * 20;
    return fmt::format("{}/{}/{}/", host_, partition, number) + std::string(size, static_cast<char>('a' + number % 26));
  }
  /// What has become of its records of a partition: each is there, an idempotent producer's once and in order.
  void judge(std::int32_t partition) {
    std::string begin = fmt::format("{}/{}/", host_, partition);
    std::vector<int> times(static_cast<std::size_t>(next_[partition]));
    std::int32_t expected = 0;
    for (const auto& [offset, text] : ledger_.records(partition)) {
      if (!text.starts_with(begin)) continue;
      std::int32_t number = std::atoi(text.c_str() + begin.size());
      if (number >= next_[partition] || text != value(partition, number))
        return world_.complain(fmt::format("{}-{} is nothing that {} sent", partition, offset, host_));
      ++times[static_cast<std::size_t>(number)];
      if (is_idempotent_ && number != expected++)
        world_.complain(fmt::format("{} stands at {}-{}", text, partition, offset));
    }
    bool all = std::ranges::all_of(times, [](int count) { return count > 0; });
    if (!all) world_.complain(fmt::format("records of {} in partition {} are missing", host_, partition));
  }

 private:
  struct Batch {
    std::int32_t partition = 0;
    std::int32_t first = 0;  // among its producer's records of the partition
    std::int32_t records = 0;
    bool acknowledged = false;
  };
  using Unit = std::vector<Batch>;  // of one request, each of another partition

  runtime::Task<void> talk() override {
    if (is_idempotent_ && id_ == kNoProducerId) co_await begin();
    in_flight_ = kept_ = 0;
    while (goes_on() && !has_done()) {
      co_await fill();
      if (!goes_on()) co_return;
      if (in_flight_ == 0) {
        kept_ = 0;
        co_await rest(std::chrono::milliseconds(300));
        continue;
      }
      std::optional<ProduceResponse> response = co_await connection().receive<ProduceResponse>();
      if (response) take(*response);
    }
  }

  runtime::Task<void> begin() {
    std::optional<InitProducerIdResponse> response = co_await connection().ask(InitProducerIdRequest{}, init_version_);
    if (!response || response->error_code != KafkaError::kNone) {
      if (response && world_.was_calm(host_, now())) world_.complain(host_ + " is given no producer id");
      connection().close();
      co_return;
    }
    id_ = response->producer_id;
    epoch_ = response->producer_epoch;
  }

  /// Behind a failure nothing new is sent until all answers are there: what failed goes first.
  runtime::Task<void> fill() {
    while (goes_on() && kept_ == 0 && in_flight_ < window_) {
      if (in_flight_ == unacknowledged_.size()) {
        if (made_ == total_ || (in_flight_ > 0 && random_.one_in(3))) co_return;
        if (in_flight_ == 0 && random_.one_in(4)) co_await rest(std::chrono::seconds(2));
        if (!goes_on()) co_return;
        make_unit();
      }
      Unit unit = unacknowledged_[in_flight_++];
      co_await send_unit(std::move(unit));
      if (random_.one_in(8)) co_await rest(std::chrono::milliseconds(50));
    }
  }

  void make_unit() {
    Unit unit;
    for (std::int32_t partition = 0; partition < kPartitions; ++partition) {
      if (partition > 0 && random_.coin()) continue;
      std::int32_t place = (partition + static_cast<std::int32_t>(made_)) % kPartitions;
      auto records = static_cast<std::int32_t>(random_.between(std::uint64_t{1}, std::uint64_t{3}));
      unit.push_back({place, std::exchange(next_[place], next_[place] + records), records});
    }
    unacknowledged_.push_back(std::move(unit));
    ++made_;
  }

  runtime::Task<void> send_unit(Unit unit) {
    ProduceRequest request{.transactional_id = {}, .acks = -1, .timeout_ms = 5'000, .topic_data = {}};
    bool by_id = version_ >= 13;
    ProduceRequest::Topic& topic = request.topic_data.emplace_back();
    if (by_id)
      topic.topic_id = world_.topic;
    else
      topic.name = kTopic;
    std::vector<std::vector<std::byte>> batches;
    for (const Batch& batch : unit) {
      if (batch.acknowledged) continue;
      batches.push_back(bytes_of(batch));
      topic.partition_data.push_back(
          {.index = PartitionIndex(batch.partition), .records = Records(ByteView(batches.back()))});
    }
    double part = random_.one_in(60) ? static_cast<double>(random_.below(100)) / 100 : 1;
    co_await connection().send(std::move(request), version_, {}, part);
  }

  std::vector<std::byte> bytes_of(const Batch& batch) {
    BatchOptions options{.compression = compression_};
    if (is_idempotent_) {
      options.producer_id = id_;
      options.producer_epoch = epoch_;
      options.base_sequence = batch.first;
    }
    BatchBuilder builder(options);
    for (std::int32_t i = 0; i < batch.records; ++i) {
      std::string text = value(batch.partition, batch.first + i);
      builder.append({.timestamp = shard_.clock().wall_now(), .key = {}, .value = as_bytes(text), .headers = {}});
    }
    Result<std::vector<std::byte>> bytes = builder.finish();
    WHARF_ASSERT(bytes.has_value());
    return std::move(*bytes);
  }

  /// The answer to the oldest request in flight.
  void take(const ProduceResponse& response) {
    Unit& unit = unacknowledged_[kept_];
    for (const ProduceResponse::Topic& topic : response.responses) {
      for (const ProduceResponse::Partition& answer : topic.partition_responses) {
        for (Batch& batch : unit) {
          if (batch.partition == answer.index.value && !batch.acknowledged) take_one(answer, batch);
        }
      }
    }
    --in_flight_;
    bool all = std::ranges::all_of(unit, [](const Batch& batch) { return batch.acknowledged; });
    if (all)
      unacknowledged_.erase(unacknowledged_.begin() + static_cast<std::ptrdiff_t>(kept_));
    else
      ++kept_;
  }
  void take_one(const ProduceResponse::Partition& answer, Batch& batch) {
    if (answer.error_code != KafkaError::kNone) {
      bool behind_a_failure = answer.error_code == KafkaError::kOutOfOrderSequenceNumber && kept_ > 0;
      if (!behind_a_failure && !is_told_of_a_broker_that_goes(answer.error_code)) {
        world_.complain(fmt::format("{} is refused record {} of partition {}: {}", host_, batch.first, batch.partition,
                                    static_cast<int>(answer.error_code)));
      }
      return;
    }
    batch.acknowledged = true;
    for (std::int32_t i = 0; i < batch.records; ++i) {
      ledger_.acknowledged(batch.partition, answer.base_offset.value + i, value(batch.partition, batch.first + i));
    }
  }
  bool is_told_of_a_broker_that_goes(KafkaError error) const {
    bool retriable = error == KafkaError::kNotLeaderOrFollower || error == KafkaError::kKafkaStorageError ||
                     error == KafkaError::kRequestTimedOut || error == KafkaError::kLeaderNotAvailable;
    return retriable && !world_.was_calm(kBroker, now());
  }

  Ledger& ledger_;
  bool is_idempotent_;
  std::int16_t version_ = one_of({3, 7, 9, 12, 13});
  std::int16_t init_version_ = one_of({0, 2, 4});
  Compression compression_ = random_.one_in(3) ? Compression::kLz4 : Compression::kNone;
  std::size_t window_ = random_.between(std::uint64_t{1}, std::uint64_t{5});
  std::size_t total_ = random_.between(std::uint64_t{10}, std::uint64_t{40});
  std::size_t made_ = 0;
  std::map<std::int32_t, std::int32_t> next_;  // record's number, by partition
  std::deque<Unit> unacknowledged_;            // the oldest first; the first in_flight_ + kept_ of them have been sent
  std::size_t in_flight_ = 0;
  std::size_t kept_ = 0;  // were answered with an error
  ProducerId id_ = kNoProducerId;
  ProducerEpoch epoch_ = kNoProducerEpoch;
};

}  // namespace wharf::kafka
