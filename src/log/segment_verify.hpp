#pragma once
// The first look at a stored range since the start: reads it, which also brings it into the page cache, and checks every
// batch. Finds out where damage begins and ends, and makes the segment's indexes anew when they are found wrong. Blocking: work pool.
#include <cstdint>
#include <optional>
#include <vector>

#include "log/index_builder.hpp"
#include "log/interval_set.hpp"
#include "log/leader_epochs.hpp"
#include "log/segment.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

struct VerifiedRange {
  std::vector<Interval> sound;
  std::vector<DamagedSpan> damaged;  // a span without bytes at the segment's end: records are missing there
  std::optional<IndexBuilder> indexes;  // of the first `indexed_bytes`, where the old ones were wrong
  std::uint32_t indexed_bytes = 0;
  bool found = true;                    // a batch, or damage, at or behind the offset asked for
};

/// Looks at about `bytes` from the batch that holds `from`. `epochs` are the partition's: a batch's leader epoch is not under its
/// checksum. kStorage.
Result<VerifiedRange> verify_stored(const SegmentView& segment, const LeaderEpochs& epochs, Offset from, std::size_t bytes,
                                    std::uint32_t index_interval_bytes);
/// Looks at all of it and makes the indexes.
Result<VerifiedRange> verify_whole(const SegmentView& segment, const LeaderEpochs& epochs, std::uint32_t index_interval_bytes);

/// Whether the last entry of the time index is one of the segment's: retention and search by time go by it.
Result<bool> time_index_is_right(const SegmentView& segment);

}  // namespace wharf::log
