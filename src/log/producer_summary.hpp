#pragma once
// What is told of a partition's producers.
#include <cstdint>

#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::log {

/// A row of DescribeProducers.
struct ProducerSummary {
  ProducerId id;
  ProducerEpoch epoch;
  std::int32_t last_sequence = kNoSequence;
  Timestamp last_timestamp;  // of the last batch
};

}  // namespace wharf::log
