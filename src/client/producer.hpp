#pragma once
// Writes records to one topic, in order within each partition, each of them once.
//
//   Producer producer(&cluster, topic, {.compression = Compression::kZstd});
//   co_await producer.start();
//   producer.add(place, record);
//   if (producer.wants_flush()) co_await producer.flush();
//   co_await producer.finish();
//
// With acks = all it is idempotent where the broker knows that (KIP-98): a batch is sent again after a lost connection
// or a change of leader and still stands in the log once; brokers that are away are waited for. With acks = 1 a lost
// connection is an error: nobody knows.
#include <cstdint>
#include <optional>
#include <vector>

#include "client/cluster.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::client {

struct ProducerOptions {
  std::int16_t acks = -1;
  Compression compression = Compression::kNone;
  std::optional<int> compression_level;
  std::size_t batch_bytes = 1'000'000;     // before compression; Kafka's own limit of a batch is 1,048,588
  Milliseconds delivery_timeout{120'000};  // without anything being written for so long it gives up
};

class Producer {
 public:
  Producer(Cluster* cluster, Topic topic, ProducerOptions options);

  runtime::Task<Result<void>> start();
  const Topic& topic() const { return topic_; }

  /// `place`: which of topic().partitions. Copies the record. `number` names it in errors. True when a batch of this
  /// place became full.
  bool add(std::size_t place, const NewRecord& record, std::uint64_t number);
  /// Enough is gathered to be sent.
  bool wants_flush() const;
  /// Sends everything and waits for the answers. Errors: the broker's refusal, with the records' numbers.
  runtime::Task<Result<void>> flush();
  /// As flush(); and with acks = 0 waits until the broker has taken everything.
  runtime::Task<Result<void>> finish();
  /// Records that were acknowledged; with acks = 0, sent.
  std::uint64_t written() const { return written_; }

 private:
  struct Batch {
    std::size_t place = 0;
    SharedBytes bytes;
    std::uint64_t first = 0, last = 0;  // numbers of its records
    std::int32_t records = 0;
  };
  struct OpenBatch {
    BatchBuilder builder;
    std::uint64_t first = 0, last = 0;
  };

  void close_batch(std::size_t place);
  std::vector<Batch> take_round();
  runtime::Task<Result<void>> deliver(std::vector<Batch> round);
  /// Sends to one leader and takes its answers; gives back what must be sent again.
  runtime::Task<Result<std::vector<Batch>>> send_to(NodeId leader, std::vector<Batch> batches);
  Result<bool> taken(const Batch& batch, const kafka::Frame& frame, Connection* connection, std::int16_t version,
                     bool behind_a_failure);
  runtime::Task<Result<void>> follow_leaders(MonotonicTime deadline);
  Error refusal(const Batch& batch, const Error& error) const;
  bool idempotent() const { return producer_id_.value >= 0; }

  Cluster& cluster_;
  Topic topic_;
  ProducerOptions options_;
  ProducerId producer_id_ = kNoProducerId;
  ProducerEpoch producer_epoch_ = kNoProducerEpoch;
  std::vector<std::int32_t> next_sequence_;
  std::vector<std::optional<OpenBatch>> open_;
  std::size_t open_bytes_ = 0;
  std::vector<Batch> closed_;
  std::size_t closed_bytes_ = 0;
  std::optional<Error> failure_;  // of a batch that could not be closed
  std::uint64_t written_ = 0;
};

}  // namespace wharf::client
