#pragma once
// The log of one partition: record batches of format v2 in segments, at offsets that are dense from 0 (compaction
// leaves gaps). Batches are stored byte for byte as received but for base offset and leader epoch, which lie outside
// their checksum.
//
//   log start <= high watermark <= log end.  Readers see [log start, high watermark). These limits only rise.
//
// Belongs to one shard's LogStore (log/log_store.hpp), which appends, flushes, trims and compacts; everyone else on
// that shard reads. A pointer to it stays good until LogStore::remove.
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "log/append_check.hpp"
#include "log/hot_tail.hpp"
#include "log/leader_epochs.hpp"
#include "log/log_config.hpp"
#include "log/log_statistics.hpp"
#include "log/partition_state.hpp"
#include "log/producer_states.hpp"
#include "log/segment_list.hpp"
#include "log/store_context.hpp"
#include "log/time_search.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/stream.hpp"

namespace wharf::log {

struct Appended {
  Offset first;  // the records are [first, next)
  Offset next;
  Timestamp log_append_time = kNoTimestamp;  // set for LogAppendTime topics
  bool duplicate = false;  // of a batch already here: first and next are the original's, nothing was written
};

/// Whole batches, the first of which holds the offset asked for (and may begin below it).
struct ReadResult {
  std::vector<runtime::OutPiece> pieces;  // memory, or ranges of segment files for sendfile
  std::size_t bytes = 0;                  // of all pieces; 0: nothing there yet
  Offset next{-1};                        // behind them; none: -1
  std::uint64_t file_offsets = 0;         // how many the range of a file spans; of pieces in memory the headers tell
};

/// Stored offsets that cannot be served: [first, next) of a batch whose checksum does not match, or of a lost file.
struct DamagedRange {
  Offset first;
  Offset next;
  friend bool operator==(const DamagedRange&, const DamagedRange&) = default;
};

class PartitionLog {
 public:
  PartitionId id() const { return id_; }
  const LogConfig& config() const { return *config_; }

  Offset log_start_offset() const { return log_start_; }
  Offset log_end_offset() const { return log_end_; }             // the next record's offset
  Offset high_watermark() const { return high_watermark_; }      // the first offset that readers do not see
  Offset last_stable_offset() const { return high_watermark_; }  // as long as there are no transactions

  /// At most `max_bytes` of whole batches from the one that holds `from`, all below `below` (pass the high watermark;
  /// what is above it may be read by replication alone). With `at_least_one` the first batch comes even when it is
  /// larger. Empty when from == below, or from is the log end. Does no disk I/O that could wait.
  ///
  /// kOffsetOutOfRange: outside [log start, log end]. kBusy: the bytes are not in memory, or not yet verified since the
  /// start: await LogReads::warm with the same arguments, then read again. kDamaged: `from` lies in a damaged range,
  /// named in the message and in damage(); what is before and behind it can be read. kStorage: the disk.
  Result<ReadResult> read(Offset from, std::size_t max_bytes, Offset below, bool at_least_one);

  /// OffsetForLeaderEpoch; see log/leader_epochs.hpp.
  EpochEnd end_of_epoch(LeaderEpoch epoch, LeaderEpoch current) const { return epochs_.end_of(epoch, current, log_end_); }
  LeaderEpoch latest_epoch() const { return epochs_.latest(); }  // kNoLeaderEpoch in a log that never had a record
  /// Where a message that may come again (model/message_number.hpp) is, or was; none: it has not come.
  std::optional<Appended> kept_as(const MessageNumber& number) const;
  LeaderEpoch epoch_of(Offset offset) const { return epochs_.epoch_of(offset); }

  std::vector<ProducerSummary> producers() const { return producers_.summaries(); }
  std::uint64_t size_bytes() const { return stored_.size_bytes() + unstored_bytes_; }   // of records, also those on their way
  bool has_segments() const { return stored_.has_segments(); }
  std::optional<std::size_t> segments() const { return stored_.known_count(); }  // none: nobody asked since the start
  std::uint64_t unstored_bytes() const { return unstored_bytes_; }  // of those on their way to a segment
  std::vector<DamagedRange> damage() const;                         // known so far
  std::optional<Error> refusing() const { return refusing_; }       // why the last append failed at the disk
  const PartitionStatistics& statistics() const { return statistics_; }

  // --- The store's part: appends, flushes, trims. `context` outlives the log.
  PartitionLog(StoreContext& context, PartitionId id, std::shared_ptr<const LogConfig> config);
  PartitionLog(StoreContext& context, PartitionState state, std::shared_ptr<const LogConfig> config);
  PartitionLog(const PartitionLog&) = delete;
  PartitionLog& operator=(const PartitionLog&) = delete;
  ~PartitionLog() { context_.unstored_bytes -= unstored_bytes_; }

  void set_config(std::shared_ptr<const LogConfig> config) {
    config_ = std::move(config);
    next_retention_check.reset();  // that was by the old one
    if (!config_->cleanup_compact) failed_compaction.reset();
  }
  /// It is led in `epoch` from now on, so no record has a higher one: where a header says so, it was misread (the epoch is
  /// under no checksum). That is told, and forgotten.
  void begin_leading(LeaderEpoch epoch);
  /// How appends are made durable now; the next append follows the configuration.
  Flush flush() const { return flush_; }

  /// First half of an append: checks `batches` and gives them their offsets. Nothing is taken yet. `headers` come out
  /// as stamped.
  Result<Appended> stamp(OwnedBatches& batches, const AppendContext& context, std::vector<BatchHeader>& headers);
  /// Second half, unless they are duplicates. Async: the records are in the page cache and below the high watermark, or
  /// an error says why not. Sync: they are in the hot tail, and in the write-ahead log by the caller's doing; never
  /// fails.
  Result<void> commit(const OwnedBatches& batches, const AppendContext& context, std::span<const BatchHeader> headers);
  /// A record of the write-ahead log, at a start: what is below the log end is here already; a gap stays a gap.
  Result<void> replay(const OwnedBatches& batches, LeaderEpoch epoch, Timestamp now);
  /// While the partition starts: offsets up to `next` are gone, and are not given again. kStorage.
  Result<void> pass_over_lost(Offset next);
  /// Everything below is durable or committed. True when it rose.
  bool raise_high_watermark(Offset offset);
  /// Moves records below the high watermark from the hot tail to segments, about `max_bytes`; true while some are left.
  Result<bool> write_behind(std::size_t max_bytes);
  Offset stored_end() const { return stored_.end(); }
  /// It is so little that the next checkpoint may carry it, in place of write_behind() (LogConfig::carried_bytes). kStorage.
  Result<bool> may_be_carried();
  bool raise_log_start(Offset offset);
  /// What a checkpoint says when everything stored now is durable.
  PartitionState state() const;
  /// The same, with what is readable and in no segment.
  PartitionState state_with_carried();

  SegmentList& stored() { return stored_; }
  HotTail* tail() { return tail_.get(); }
  ProducerStates& producer_states() { return producers_; }
  LeaderEpochs& epochs() { return epochs_; }
  /// In which of the store's lists it stands.
  struct Listed {
    bool advanced = false;
    bool dirty = false;
  };
  Listed& listed() { return listed_; }
  /// Nothing expires by time before; none: look.
  std::optional<Timestamp> next_retention_check;
  std::uint64_t batches_at_last_look = 0;
  /// Of the last pass of compaction, when it failed.
  struct FailedCompaction {
    Error reason;
    MonotonicTime not_again_before;
  };
  std::optional<FailedCompaction> failed_compaction;
  /// Remembers and logs it, once.
  void note_damage(Segment& segment, const DamagedSpan& span);
  void note_lost(DamagedRange range);

 private:
  Result<std::optional<Appended>> check_sequences(std::span<const BatchHeader> headers) const;
  Result<void> follow_flush_setting();
  struct Unstored {
    std::vector<ByteView> parts;
    std::vector<AppendedBatch> batches;
    std::size_t bytes = 0;
  };
  Unstored gather_unstored(std::size_t max_bytes);
  Result<void> pass_over_trimmed();
  void count_unstored(std::int64_t bytes);
  Result<void> store(const OwnedBatches& batches, std::span<const BatchHeader> headers);
  void keep_in_tail(const OwnedBatches& batches, Offset first, Offset next);
  Result<ReadResult> read_stored(Offset from, std::size_t max_bytes, Offset below, bool at_least_one);
  std::unexpected<Error> damaged(DamagedRange range) const;

  StoreContext& context_;
  PartitionId id_;
  std::shared_ptr<const LogConfig> config_;
  Flush flush_;
  Offset log_start_;
  Offset log_end_;
  Offset high_watermark_;
  std::uint64_t unstored_bytes_ = 0;  // in the hot tail, not in a segment
  SegmentList stored_;
  std::unique_ptr<HotTail> tail_;  // none: empty
  LeaderEpochs epochs_;
  ProducerStates producers_;
  std::vector<DamagedRange> lost_;
  std::optional<Error> refusing_;
  PartitionStatistics statistics_;
  Listed listed_;
};

}  // namespace wharf::log
