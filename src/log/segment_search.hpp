#pragma once
// Finding batches inside one segment: the offset index, then headers one by one. Works on a SegmentView, so it runs on a
// shard (never waiting) and on the work pool (waiting) alike.
#include <cstdint>
#include <optional>
#include <vector>

#include "log/segment.hpp"
#include "model/error.hpp"
#include "model/record_batch.hpp"

namespace wharf::log {

struct BatchAt {
  std::uint32_t position = 0;
  BatchHeader header;
  std::uint32_t end() const { return position + static_cast<std::uint32_t>(header.size_bytes); }
};

/// Walks the headers of a segment from a batch's position on, across the damage that the view knows. Says kDamaged at a header
/// that cannot be where it is: one that contradicts itself, reaches beyond the segment or has an offset out of order.
class HeaderWalk {
 public:
  /// `expected`: the base offset of the batch there; none when only the order is known.
  HeaderWalk(const SegmentView& segment, std::uint32_t position, std::optional<Offset> expected, Waiting waiting)
      : segment_(&segment), position_(position), expected_(expected), waiting_(waiting) {}

  /// None at the end of the segment.
  Result<std::optional<BatchAt>> next();
  /// Where next() looks.
  std::uint32_t position() const { return position_; }
  std::optional<Offset> expected() const { return expected_; }

 private:
  Result<ByteView> header_bytes();
  void skip_known_damage();

  const SegmentView* segment_;  // outlives the walk
  std::uint32_t position_;
  std::optional<Offset> expected_;
  Waiting waiting_;
  std::vector<std::byte> window_;
  std::uint32_t window_begin_ = 0;
  std::size_t window_bytes_ = 0;
  std::size_t wanted_window_ = 8192;
};

/// Entries of an index lie an interval and a batch apart; whoever walks farther than this has met missing ones.
inline std::uint64_t far_from_entry(std::uint32_t index_interval_bytes) { return 4ull * index_interval_bytes + (64u << 10); }

struct Located {
  std::optional<BatchAt> batch;    // none: no such offset below the segment's end
  bool index_is_wrong = false;     // an index entry points to no such batch, or entries are missing: rebuild it
};

/// The first batch whose last offset is at or above `target`. With Waiting::kNever it gives up with kBusy after some tens
/// of kilobytes; the work pool then finds out what is wrong. kDamaged: the way there is blocked by damage not known yet.
Result<Located> find_batch_at(const SegmentView& segment, Offset target, std::uint32_t index_interval_bytes, Waiting waiting);

struct RunEnd {
  std::uint32_t position = 0;
  Offset next;  // behind the last record of the run
};

/// Where a run of whole batches that begins with `first` ends: at most `max_bytes` of them (but always the first), below
/// offset `below` and at or before position `limit`, which is a batch's begin or end. Shorter where it would have to wait.
RunEnd find_run_end(const SegmentView& segment, const BatchAt& first, std::size_t max_bytes, Offset below, std::uint32_t limit,
                    Waiting waiting);

/// kBusy unless the bytes seem to be in the page cache: looks at some of them.
Result<void> probe_cached(runtime::File& file, std::uint32_t begin, std::uint32_t end);

}  // namespace wharf::log
