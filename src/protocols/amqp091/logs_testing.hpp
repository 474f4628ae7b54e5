#pragma once
// Log topics in memory and on one shard: the catalogue of them, and what is published can be read again.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/byte_order.hpp"
#include "protocols/amqp091/ports_testing.hpp"
#include "runtime/signal.hpp"

namespace wharf::amqp091 {

class LogsInMemory final : public broker::Publish, public broker::Read {
 public:
  std::vector<PartitionId> published;
  std::map<PartitionId, Offset> log_start;

  void remove(PartitionId partition) {
    logs_.erase(partition);
    gone_.push_back(partition);
    wake();
  }
  /// Of all it has, in its order.
  std::vector<std::string> bodies(PartitionId partition) {
    std::vector<std::string> bodies;
    for (const Batch& one : logs_[partition].batches) {
      Result<BatchView> batch = read_batch(one.bytes.view());
      WHARF_ASSERT(batch);
      RecordReader reader(batch->header, batch->records());
      for (Record record; *reader.next(record);) bodies.emplace_back(as_text(*record.value));
    }
    return bodies;
  }
  /// As a producer sends it.
  void append(PartitionId partition, std::vector<std::byte> batch) {
    Log& log = logs_[partition];
    store_big_endian(batch.data(), log.next.value);
    SharedBytes bytes = SharedBytes::copy_of(batch);
    BatchHeader header = read_batch(bytes.view())->header;
    log.next = header.next_offset();
    log.batches.push_back({header.base_offset, header.next_offset(), header.max_timestamp, bytes});
    wake();
  }

  runtime::Task<std::vector<Result<broker::Published>>> publish(runtime::Shard&, std::vector<broker::PublishPart> parts,
                                                                broker::Acknowledge, MonotonicTime) override {
    for (const broker::PublishPart& part : parts) {
      published.push_back(part.partition);
      append(part.partition, {part.batches.bytes.begin(), part.batches.bytes.end()});
    }
    co_return std::vector<Result<broker::Published>>(parts.size(), broker::Published{});
  }

  runtime::Task<std::vector<broker::ReadOutcome>> read(runtime::Shard& here, std::vector<broker::ReadPart> parts,
                                                       broker::ReadLimits limits) override {
    while (true) {
      broker::ReadOutcome outcome = read_part(parts.front());
      bool enough = outcome.failure || outcome.bytes > 0 || limits.min_bytes == 0;
      if (enough || limits.stop.stop_requested()) co_return std::vector<broker::ReadOutcome>(1, std::move(outcome));
      co_await moved(&here, limits.stop);
    }
  }
  runtime::Task<void> until_gone(runtime::Shard& here, PartitionId partition, std::stop_token stop) override {
    while (!is_gone(partition) && !stop.stop_requested()) co_await moved(&here, stop);
  }
  std::optional<Error> failure;  // of marks()
  runtime::Task<Result<broker::PartitionMarks>> marks(runtime::Shard&, PartitionId partition) override {
    if (failure) co_return fail(*failure);
    if (is_gone(partition)) co_return fail(ErrorCode::kNotFound, "gone");
    Offset end = logs_[partition].next;
    co_return broker::PartitionMarks{
        .log_start = log_start[partition], .high_watermark = end, .last_stable = end, .log_end = end};
  }
  runtime::Task<Result<broker::FoundOffset>> find_time(runtime::Shard&, PartitionId partition,
                                                       Timestamp time) override {
    for (const Batch& batch : logs_[partition].batches) {
      if (batch.time >= time) co_return broker::FoundOffset{.offset = batch.first, .timestamp = batch.time};
    }
    co_return broker::FoundOffset{};
  }
  runtime::Task<Result<broker::FoundOffset>> find_max_timestamp(runtime::Shard&, PartitionId) override {
    co_return broker::FoundOffset{};
  }
  runtime::Task<Result<broker::FoundOffset>> end_of_epoch(runtime::Shard&, PartitionId, LeaderEpoch) override {
    co_return broker::FoundOffset{};
  }

 private:
  struct Batch {
    Offset first, next;
    Timestamp time;
    SharedBytes bytes;
  };
  struct Log {
    std::vector<Batch> batches;
    Offset next{0};
  };

  bool is_gone(PartitionId partition) const { return std::ranges::find(gone_, partition) != gone_.end(); }
  broker::ReadOutcome read_part(const broker::ReadPart& part) {
    broker::ReadOutcome outcome;
    if (is_gone(part.partition)) {
      outcome.failure = Error{ErrorCode::kNotFound, "gone"};
    } else if (part.from < log_start[part.partition] || part.from > logs_[part.partition].next) {
      outcome.failure = Error{ErrorCode::kOffsetOutOfRange, "out of range"};
    } else {
      for (const Batch& batch : logs_[part.partition].batches) {
        if (batch.next <= part.from || outcome.bytes >= part.max_bytes) continue;
        outcome.pieces.emplace_back(batch.bytes);
        outcome.bytes += batch.bytes.size();
      }
    }
    return outcome;
  }
  runtime::Task<void> moved(runtime::Shard* here, std::stop_token stop) {
    auto signal = std::make_shared<runtime::Signal>(*here);
    waiting_.push_back(signal);
    std::stop_callback stopped(stop, [signal] { signal->notify(); });
    co_await signal->wait();
  }
  void wake() {
    for (auto& signal : std::exchange(waiting_, {})) signal->notify();
  }

  std::map<PartitionId, Log> logs_;
  std::vector<PartitionId> gone_;
  std::vector<std::shared_ptr<runtime::Signal>> waiting_;
};

class TopicsInMemory final : public broker::Catalogue {
 public:
  TopicsInMemory(EntitiesInMemory& entities, LogsInMemory& logs) : entities_(entities), logs_(logs) {}

  std::shared_ptr<const cluster::Topic> add(std::string name, std::int32_t partitions,
                                            std::map<std::string, std::string> overrides = {}) {
    auto config = std::make_shared<config::TopicConfig>();
    config->max_message_bytes = 1 << 20;
    auto topic = std::make_shared<cluster::Topic>();
    topic->name = std::move(name);
    topic->id.bytes.back() = static_cast<std::uint8_t>(200 + ++topics_made_);
    topic->partitions = partitions;
    topic->overrides = std::move(overrides);
    topic->config = std::move(config);
    table_->put(topic);
    entities_.add_topic(topic->name);
    return topic;
  }
  cluster::TopicTable::Pointer topics(runtime::Shard&) const override { return table_; }
  Result<void> check_topic(runtime::Shard&, const broker::TopicRequest&) const override { return {}; }
  runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> create_topic(runtime::Shard&,
                                                                            broker::TopicRequest asked) override {
    if (table_->find(asked.name)) co_return fail(ErrorCode::kAlreadyExists, "there already");
    co_return add(asked.name, asked.partitions, asked.overrides);
  }
  runtime::Task<Result<void>> remove_topic(runtime::Shard&, TopicId id) override {
    std::shared_ptr<const cluster::Topic> topic = table_->find(id);
    if (!topic) co_return fail(ErrorCode::kUnknownTopicId, "no such topic");
    table_->remove(id);
    entities_.remove_topic(topic->name);
    for (std::int32_t i = 0; i < topic->partitions; ++i) logs_.remove(topic->partition(i));
    co_return Result<void>();
  }
  runtime::Task<Result<void>> grow_topic(runtime::Shard&, TopicId, std::int32_t) override { co_return Result<void>(); }
  runtime::Task<Result<void>> configure_topic(runtime::Shard&, TopicId, broker::Reconfigure) override {
    co_return Result<void>();
  }
  runtime::Task<Result<ProducerId>> new_producer_id(runtime::Shard&) override { co_return ProducerId(1); }

 private:
  EntitiesInMemory& entities_;
  LogsInMemory& logs_;
  std::shared_ptr<cluster::TopicTable> table_ = std::make_shared<cluster::TopicTable>();
  int topics_made_ = 0;
};

}  // namespace wharf::amqp091
