#pragma once
// The stored part of a partition: its segments in order, the last of which grows. Reads the folder when a segment is first
// needed, so that a partition at rest costs nothing but what the checkpoint remembered.
//
// Offsets may be missing: below a segment's base when a file was lost, at a segment's end when it became shorter. They stay
// missing and are reported; new records never take their place.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "log/log_config.hpp"
#include "log/partition_state.hpp"
#include "log/segment.hpp"
#include "log/segment_rewrite.hpp"
#include "log/store_context.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

class SegmentList {
 public:
  /// A new partition without segments. `context` outlives it.
  SegmentList(StoreContext& context, PartitionId partition) : context_(context), partition_(partition), loaded_(true) {}
  /// As a checkpoint or recovery left it.
  SegmentList(StoreContext& context, const PartitionState& state);

  /// Writes batches that follow each other, `first` the base offset of the first, at the end of one segment; begins a new one
  /// when the last has no room, is too old or its indexes are full. After an error nothing of them counts.
  Result<void> append(std::span<const ByteView> parts, std::span<const AppendedBatch> batches, Offset first, const LogConfig& config);
  /// Makes the last segment read-only; the next append begins a new one.
  Result<void> roll();
  /// Writes out what the indexes hold in memory; with `closing` the last time index entry too.
  Result<void> write_indexes(bool closing);

  /// The offset behind the last stored record.
  Offset end() const { return end_; }
  /// The next record will have this offset: those between were lost.
  Result<void> skip_to(Offset next);
  std::uint64_t size_bytes() const { return size_bytes_; }
  bool has_segments() const { return loaded_ ? !segments_.empty() : has_segment_; }
  /// None: the folder was not read yet.
  std::optional<std::size_t> known_count() const { return loaded_ ? std::optional(segments_.size()) : std::nullopt; }

  Result<void> load();
  bool loaded() const { return loaded_; }
  /// Frees what can be read again from the folder. Nothing may be waiting to be written.
  void unload();

  /// In order; loads. Asserts nothing about holes between them.
  Result<std::span<const std::unique_ptr<Segment>>> segments();
  /// The segment whose range holds `offset`, and where that range ends; null: lost.
  struct Holding {
    Segment* segment = nullptr;
    Offset end;
  };
  Result<Holding> holding(Offset offset);
  /// Of a segment in the list: the next one's base, or the end.
  Offset end_of(std::size_t number) const;
  Segment* last() { return segments_.empty() ? nullptr : segments_.back().get(); }
  Result<SegmentView> view(Segment& segment, Offset segment_end);
  /// Of all segments that are loaded.
  std::vector<DamagedSpan> damage() const;

  /// Takes the segments below `log_start` out of the list, for deletion: all but the last that are wholly below.
  std::vector<std::unique_ptr<Segment>> take_below(Offset log_start);
  /// Where these segments lie next to each other in the list; none when one is missing.
  std::optional<std::size_t> position_of(std::span<const Offset> bases) const;
  /// How often replace() was called: what was learnt of a segment before says nothing about the one in its place.
  std::uint64_t replacements() const { return replacements_; }
  /// Replaces segments `from` to `to` (not included) by `cleaned`, one segment.
  void replace(std::size_t from, std::size_t to, std::unique_ptr<Segment> cleaned);
  /// Compaction: below, offsets may be missing; below, it has been.
  Offset gaps_below() const { return gaps_below_; }
  void allow_gaps_below(Offset offset) { gaps_below_ = std::max(gaps_below_, offset); }
  Offset cleaned_to() const { return cleaned_to_; }
  void set_cleaned_to(Offset offset) { cleaned_to_ = offset; }

  /// Fills the segment part of a checkpoint.
  void save(PartitionState& state) const;
  /// What a sync that began now will cover, to be handed to mark_synced() when it is done.
  struct SyncPoint {
    Offset segment_base;
    std::uint32_t segment_bytes = 0;
    std::vector<std::filesystem::path>
        files;  // empty when the folder's names alone changed; of closed segments indexes too
    bool folder = false;
    std::vector<SuspectSegment> suspects;       // to be written anew instead
  };
  SyncPoint begin_sync();
  void mark_synced(const SyncPoint& point);
  /// A start took what lies behind `bytes` of segment `base`, and in later ones, without knowing that it was ever synced.
  Result<void> note_unsynced_behind(Offset base, std::uint32_t bytes);
  /// A sync failed that may have covered anything not known to be durable.
  void distrust_unsynced();

  std::filesystem::path folder() const { return context_.logs / partition_.folder(); }

 private:
  Result<void> begin_segment(Offset base);

  StoreContext& context_;
  PartitionId partition_;
  bool loaded_ = false;
  bool must_roll_ = false;
  bool folder_exists_ = false;
  bool folder_changed_ = false;
  Offset end_;
  Offset gaps_below_;
  Offset cleaned_to_;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t replacements_ = 0;
  // What is known of the last segment before the folder was read.
  bool has_segment_ = false;
  Offset last_base_;
  std::uint32_t last_size_ = 0;
  std::optional<MaxTimestamp> last_max_;
  std::vector<std::unique_ptr<Segment>> segments_;
};

}  // namespace wharf::log
