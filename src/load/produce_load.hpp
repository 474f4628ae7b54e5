#pragma once
// Sends prepared batches on many connections, as fast as the broker answers or at a fixed rate.
//
//   Producers producers(&cluster, &measurement, load);
//   co_await producers.open(topic);            // connections and frames
//   measurement.start(warm_up, duration, [&] { producers.stop(); });
//   co_await producers.run();                  // until stopped, or until load.records are there
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cluster.hpp"
#include "load/measurement.hpp"
#include "load/prepared_batch.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::load {

struct ProduceLoad {
  BatchShape shape;
  std::int16_t acks = -1;  // as in Kafka: 0 no answer, 1 the leader has it, -1 all in-sync replicas
  std::size_t connections = 1;
  std::size_t in_flight = 5;   // requests per connection without an answer; with acks = 0, per write
  bool one_partition = false;  // partition 0 alone, instead of all of them in turn
  std::optional<double>
      records_per_second;                // of all connections together. Latency then counts from when a request was due
  std::optional<std::uint64_t> records;  // ends when so many are there; rounded up to whole batches
  std::optional<StampedBatch> stamp;     // one record a batch, which carries the time at which it was due
};

class ProduceLane;

/// What the lanes share.
struct ProduceState {
  ProduceLoad load;
  SharedBytes batch;
  Measurement* measurement = nullptr;
  std::uint64_t unclaimed = 0;  // batches, where a number of records was asked for
  MonotonicTime started;
  bool stopping = false;
  Result<void> outcome;
};

class Producers {
 public:
  Producers(client::Cluster* cluster, Measurement* measurement, ProduceLoad load);
  ~Producers();

  runtime::Task<Result<void>> open(client::Topic topic);
  /// Returns when every answer that is owed has come. The error of the first lane that failed ends them all.
  runtime::Task<Result<void>> run();
  void stop();

 private:
  client::Cluster& cluster_;
  ProduceState state_;
  std::vector<std::unique_ptr<ProduceLane>> lanes_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::load
