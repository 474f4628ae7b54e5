#pragma once
// Fetches on many connections and counts batches by their headers; records are never looked at.
//
//   Consumers consumers(&cluster, &measurement, load);
//   co_await consumers.open(topic);            // connections and offsets
//   measurement.start(warm_up, duration, [&] { consumers.stop(); });
//   co_await consumers.run();                  // until stopped, or until everything asked for was read
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "client/cluster.hpp"
#include "load/measurement.hpp"
#include "load/prepared_batch.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::load {

struct ConsumeLoad {
  std::size_t readers = 1;      // each reads every partition
  std::size_t connections = 1;  // of one reader, which share the partitions
  std::int32_t max_bytes = 50 << 20;
  std::int32_t partition_max_bytes = 8 << 20;
  std::int32_t min_bytes = 1;
  std::int32_t max_wait_ms = 500;
  bool from_end = false;  // only what is written from now on
  bool again = false;     // at the end begin anew, instead of being done there
  std::optional<std::uint64_t> records;
  std::optional<StampedBatch> stamp;  // count these batches' way from when they were due to here
};

class ConsumeLane;

/// What the lanes share.
struct ConsumeState {
  ConsumeLoad load;
  Measurement* measurement = nullptr;
  std::uint64_t read = 0;
  bool stopping = false;
  Result<void> outcome;
};

class Consumers {
 public:
  Consumers(client::Cluster* cluster, Measurement* measurement, ConsumeLoad load);
  ~Consumers();

  runtime::Task<Result<void>> open(client::Topic topic);
  runtime::Task<Result<void>> run();
  /// Ends fetches that wait, by closing their connections.
  void stop();

 private:
  client::Cluster& cluster_;
  ConsumeState state_;
  std::vector<std::unique_ptr<ConsumeLane>> lanes_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::load
