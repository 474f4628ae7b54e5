#pragma once
// One pass of compaction over a partition's closed segments (log/compaction_filter.hpp has the rules): reads the dirty part to learn
// the newest offset of each key (of a queue's log, whose owner says what is gone, nothing), then writes the segments anew, several
// small ones together, without what is superseded.
//
// Goes in steps of bounded size; each may run on another thread of the work pool. Crash-safe: output has names of its own
// (.cleaned), is synced, and only then gets the name (.swap) that makes a start finish the exchange.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "log/compaction_filter.hpp"
#include "log/index_builder.hpp"
#include "log/key_offsets.hpp"
#include "log/segment.hpp"
#include "log/segment_scan.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

struct CompactionSource {
  Offset base;
  Offset end;
  std::uint32_t bytes = 0;
  bool may_have_gaps = false;
  bool stays = false;           // not written anew
  std::vector<DamagedSpan> damage;
};

struct CompactionInput {
  std::filesystem::path folder;
  std::vector<CompactionSource> segments;  // in order, from the log's first; none of them grows
  Offset dirty_from;                       // below, earlier passes have been
  CompactionRules rules;                   // map_end is found by the pass
  std::size_t map_bytes = 0;
  HashSecret secret{};
  std::int32_t segment_bytes = 0;
  std::uint32_t index_interval_bytes = 0;
};

/// Output that waits to take its sources' place.
struct CompactedGroup {
  std::vector<Offset> sources;  // bases; the output has the first one's
  std::uint32_t bytes = 0;
  Offset end;
  MaxTimestamp max;
};

class Compaction {
 public:
  /// `files` outlives it.
  Compaction(runtime::FileSystem& files, CompactionInput input);

  enum class Progress : std::uint8_t {
    kMore,
    kMapped,      // once: the dirty part is known up to cleaned_to(). Nothing was written yet
    kGroupReady,  // take_group()
    kDone,
  };
  /// Reads about `max_bytes`. An error ends the pass; what it wrote and did not hand over is removed, or is at the next
  /// start or pass.
  Result<Progress> step(std::uint64_t max_bytes);
  CompactedGroup take_group() { return *std::exchange(ready_, std::nullopt); }
  /// The pass goes no further: removes the output under way.
  void abandon();

  Offset cleaned_to() const { return input_.rules.map_end; }
  /// The end of the last segment that is written anew.
  Offset cleaned_to_end() const;
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  Result<Progress> map_some(std::uint64_t max_bytes);
  Progress begin_cleaning();
  Result<bool> map_batch(const BatchView& batch);
  void form_groups();
  Result<Progress> clean_some(std::uint64_t max_bytes);
  Result<void> remove_leftovers();
  Result<void> begin_group();
  Result<void> take_batch(const ScannedPlace& place, bool is_last);
  Result<void> write_out();
  Result<Progress> finish_group();
  Result<void> open_scan(std::size_t segment);
  void abandon_group();
  std::filesystem::path output(std::string_view suffix) const;

  struct Group {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  runtime::FileSystem& files_;
  CompactionInput input_;
  KeyOffsets newest_;
  std::optional<CompactionFilter> filter_;
  std::uint64_t bytes_read_ = 0;
  bool mapped_ = false;
  std::size_t segment_ = 0;                // of the scan
  std::optional<SegmentScan> scan_;
  std::vector<bool> stays_;                // by segment: damaged, or not asked for
  std::vector<Group> groups_;
  std::size_t group_ = 0;
  std::unique_ptr<runtime::File> out_;
  std::uint64_t out_bytes_ = 0;            // in the file
  std::vector<std::byte> buffer_;          // ... and on their way
  std::optional<IndexBuilder> index_;
  std::optional<CompactedGroup> ready_;
  bool has_removed_leftovers_ = false;
};

}  // namespace wharf::log
