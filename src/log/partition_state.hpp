#pragma once
// What a checkpoint vouches for in one partition: everything below `stored_end` lies in its segments and is durable, so that a
// start needs to look at nothing before it, and what is carried follows. With a clean stop that is the whole log.
#include <cstdint>
#include <optional>
#include <vector>

#include "log/leader_epochs.hpp"
#include "log/producer_states.hpp"
#include "log/segment.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

struct PartitionState {
  PartitionId id;
  Offset log_start;
  Offset stored_end;                  // the recovery point
  Offset segment_base;                // of the last segment; meaningless when there is none
  std::uint32_t segment_bytes = 0;    // of it, that count
  bool has_segment = false;
  bool segment_sealed = false;        // the next record begins another one: between the two, some are left out
  std::optional<MaxTimestamp> segment_max;  // none: the time index knows
  std::uint64_t size_bytes = 0;       // of all segments' .log files
  Offset gaps_below;                  // below, compaction may have taken offsets out
  Offset cleaned_to;                  // below, it has been
  LeaderEpochs epochs;
  ProducerStates producers;
  std::vector<std::byte> carried;     // whole batches from `stored_end` on that are in no segment (LogConfig::carried_bytes)

  /// The stored form, which begins with a version; docs/formats.md has the table.
  void encode(std::vector<std::byte>& into) const;
  /// Takes the stored form off the front of `from`. kDamaged, kUnsupportedVersion.
  static Result<PartitionState> decode(ByteView& from);
};

}  // namespace wharf::log
