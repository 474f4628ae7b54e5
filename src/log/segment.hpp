#pragma once
// One segment of a partition: `<base offset, 20 digits>.log` with the batches one after the other, `.index` and `.timeindex`
// beside it, all three in Kafka's own layout. Grows at its end only; a position is a byte of the .log file.
//
// size() is what counts: bytes of the file behind it (a write that failed half-way) are cut before the next append.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/file_cache.hpp"
#include "log/index_builder.hpp"
#include "log/interval_set.hpp"
#include "log/log_config.hpp"
#include "log/sparse_index.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::log {

inline constexpr const char* kLogSuffix = ".log";
inline constexpr const char* kIndexSuffix = ".index";
inline constexpr const char* kTimeIndexSuffix = ".timeindex";
inline constexpr const char* kDeletedSuffix = ".deleted";  // behind one of the others: waits for its removal
inline constexpr const char* kCleanedSuffix = ".cleaned";  // ... compaction's unfinished output
inline constexpr const char* kSwapSuffix = ".swap";        // ... finished output that takes its sources' place
inline constexpr const char* kRewrittenSuffix = ".rewritten";  // ... a copy after a failed sync, unfinished

/// `00000000000000000042.log`
std::string segment_file_name(Offset base, std::string_view suffix);

/// Bytes of a segment that no batch can be read from, and the offsets that are missing because of it.
struct DamagedSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  Offset first;
  Offset next;
  friend bool operator==(const DamagedSpan&, const DamagedSpan&) = default;
};

/// What is needed to read a segment, also on another thread while it grows.
struct SegmentView {
  Offset base;
  Offset end;  // the offset behind its last record
  std::uint32_t size = 0;
  bool may_have_gaps = false;  // was compacted: offsets rise, but not one by one
  std::shared_ptr<runtime::File> log;
  OffsetIndexView offsets;
  TimeIndexView times;
  std::vector<DamagedSpan> damage;
};

/// A batch on its way into a segment, what of its header the indexes need.
struct AppendedBatch {
  std::uint32_t bytes = 0;
  Offset last;
  Timestamp max_timestamp;
};

class Segment {
 public:
  /// `folder` is the partition's and outlives the segment. An existing segment has `size` bytes that count.
  Segment(FileCache& cache, const std::filesystem::path& logs, PartitionId partition, Offset base, std::uint32_t size);

  Offset base() const { return base_; }
  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Makes the .log file. Whatever of that name was there is emptied.
  Result<void> create();

  /// Writes `parts`, which are `batches` one after the other, at the end. After an error nothing of them counts.
  Result<void> append(std::span<const ByteView> parts, std::span<const AppendedBatch> batches, const LogConfig& config);
  /// Whether a batch of `bytes` with these offsets and timestamp must go to a new segment, by Kafka's rules but for the
  /// age of a segment that nothing comes to (see retention.hpp).
  Result<bool> must_roll_before(std::uint32_t bytes, Offset last, Timestamp max_timestamp, const LogConfig& config);

  /// Adds the closing entry of the time index and writes out both indexes: before the segment becomes read-only, and at a
  /// clean stop.
  Result<void> seal();
  Result<void> write_indexes();
  /// For a checkpoint: nothing while what there is tells less than the two files cost.
  Result<void> write_indexes_if_worth_it();
  /// Nothing for seal() to do.
  bool is_sealed() const;
  /// Indexes of the first `indexed_bytes` take the place of the old ones; entries of later batches stay.
  void replace_indexes(const IndexBuilder& built, std::uint32_t indexed_bytes);

  /// Of the first batch; the age of the segment counts from there. None when it is empty.
  Result<std::optional<Timestamp>> first_timestamp();
  /// As a checkpoint remembered it.
  void restore_max_timestamp(MaxTimestamp max) { max_ = max; }
  /// None yet when nobody needed it since the start, or when the time index does not tell: it may be what was lost.
  std::optional<MaxTimestamp> known_max_timestamp() const { return max_; }
  /// The file is longer than size(): cut it before the next append.
  void set_tail_uncut() { tail_uncut_ = true; }

  Result<SegmentView> view(Offset end, bool may_have_gaps);
  Result<std::shared_ptr<runtime::File>> log_file(runtime::OpenMode mode = runtime::OpenMode::kReadWrite);
  void close_files();

  /// What retention saw of a segment whose timestamps tell no age: they lie in the future, or are none
  /// (log/retention.hpp). When it saw it first, when the segment had last grown since, and to what size.
  struct Noticed {
    Timestamp first;
    Timestamp grown;
    std::uint32_t size = 0;
  };
  std::optional<Noticed> noticed;

  /// A cold range was read. What a reader that catches up has left behind goes out of the page cache, the newest data stay.
  void note_cold_read(Interval range);

  IntervalSet& verified() { return verified_; }
  const IntervalSet& verified() const { return verified_; }
  std::vector<DamagedSpan>& damage() { return damage_; }
  const std::vector<DamagedSpan>& damage() const { return damage_; }

  /// How far the files were synced; the rest is at the mercy of the page cache.
  std::uint32_t synced_size() const { return synced_size_; }
  void set_synced(std::uint32_t size) { synced_size_ = size; }
  /// Entries were written to the indexes, or may have been before the start, that are at its mercy. It matters once the
  /// segment is closed: a start looks into the one that grows.
  bool indexes_unsynced = false;
  /// A sync failed: what is behind synced_size() may be on disk or not, and no further sync of this file would tell. It is to
  /// be written anew (log/segment_rewrite.hpp) and grows no more.
  bool suspect = false;

  std::filesystem::path path(std::string_view suffix) const;

 private:
  Result<void> open_indexes();
  void close_indexes();
  Result<std::shared_ptr<runtime::File>> index_file();
  Result<std::shared_ptr<runtime::File>> time_index_file();
  Result<void> cut_tail(runtime::File& file);
  void index(const AppendedBatch& batch, std::uint32_t position, const LogConfig& config);
  bool add_time_entry();

  const std::filesystem::path& logs_;
  PartitionId partition_;
  Offset base_;
  std::uint32_t size_;
  std::uint32_t synced_size_;
  std::uint32_t bytes_since_index_ = 0;
  bool indexes_open_ = false;
  bool tail_uncut_ = false;
  std::optional<Timestamp> first_timestamp_;
  std::optional<MaxTimestamp> max_;
  Timestamp last_indexed_timestamp_ = kNoTimestamp;
  MaxTimestamp last_entry_;  // of the time index, as its file has it: nobody has compared it with the batches
  SparseIndex<OffsetEntry> offsets_;
  SparseIndex<TimeEntry> times_;
  IntervalSet verified_;
  std::vector<DamagedSpan> damage_;
  Interval cold_;           // the last two cold ranges
  Interval cold_before_;
  CachedFile log_;
  CachedFile index_;
  CachedFile time_index_;
};

}  // namespace wharf::log
