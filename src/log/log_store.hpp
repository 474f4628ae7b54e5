#pragma once
// All logs of one shard: opens and recovers them, appends, makes durable, trims, compacts. One store per shard, touched from
// that shard's loop only; what blocks runs on the work pool with state of its own.
//
// An append returns at once. Async: the batch is in the page cache and readable. Sync: it is in memory and on its way to the
// shard's write-ahead log; the high watermark passes it when it is durable:
//
//   Result<Appended> appended = store.append(id, std::move(batches), context);
//   ...answer who waits for nothing now, others once high_watermark() >= appended->next...
//
//   while (true) {
//     co_await store.advanced().wait();
//     for (const Advanced& moved : store.take_advanced()) wake(moved.partition, moved.high_watermark);
//   }
//
// When the disk is full or fails, appends return kDiskFull or kStorage, reads go on, and the store heals by itself.
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "log/compaction.hpp"
#include "log/data_folder.hpp"
#include "log/log_config.hpp"
#include "log/compaction_filter.hpp"
#include "log/log_statistics.hpp"
#include "log/partition_log.hpp"
#include "log/recovery.hpp"
#include "log/recovery_progress.hpp"
#include "log/segment_verify.hpp"
#include "log/store_context.hpp"
#include "log/write_ahead_log.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::log {

struct LogStoreOptions {
  std::size_t hot_tail_bytes = 24u << 20;            // newest batches kept in memory, all partitions together
  std::size_t open_files = 4096;                     // descriptors of segments and indexes; fewer than active partitions cost CPU
  std::int64_t checkpoint_interval_ms = 10'000;
  std::uint64_t checkpoint_bytes = 256u << 20;       // ... or after so many bytes appended
  std::int64_t retention_check_interval_ms = 300'000;
  std::int64_t producer_id_expiration_ms = 86'400'000;
  std::int64_t retry_ms = 1'000;                     // after a write-ahead log or a checkpoint could not be written
  bool verify_compressed_records = true;             // log.verify.compressed.records
  bool compact = true;                               // log.cleaner.enable
  std::size_t cleaner_map_bytes = 16u << 20;         // memory for compaction's offset map
  std::int64_t cleaner_backoff_ms = 15'000;          // between looks for dirty partitions, and after a failed pass
  std::uint32_t recovery_tasks = 4;                  // partitions that are scanned at the same time
  WriteAheadLogOptions wal;
  /// Which partitions found on disk are this shard's. Empty: all.
  std::function<bool(const PartitionId&)> owns;
  /// Whose records are taken while anything at all can be written, at the cost of all of the reserve: the catalogue's.
  /// Empty: none.
  std::function<bool(const PartitionId&)> precedes;
};

struct Advanced {
  PartitionId partition;
  Offset high_watermark;
};

class LogStore {
 public:
  struct Surroundings {                      // all outlive the store
    runtime::Shard* shard = nullptr;
    runtime::FileSystem* files = nullptr;
    runtime::Logger* logger = nullptr;
    DataFolder* folder = nullptr;
    RecoveryProgress* progress = nullptr;    // may be null
    runtime::Random* random = nullptr;       // null: tests; compaction's hashes are then known to everybody
  };

  /// Recovers every partition of the folder that is ours. After a clean stop nothing is scanned; after a crash only what
  /// no checkpoint vouches for. Starts with a full disk.
  static runtime::Task<Result<std::unique_ptr<LogStore>>> open(Surroundings with, LogStoreOptions options);
  /// Flushes, checkpoints and tells the folder that this store ended in order. run() must have ended. Appends fail from now
  /// on. Await it before the store is destroyed, also when run() never began; an error means that the next start scans.
  runtime::Task<Result<void>> close();
  ~LogStore();

  /// The node has started: files of the write-ahead log are made before they are needed (options.wal.prepare_ahead).
  void prepare_ahead() { wal_.prepare_ahead(); }

  /// Flushes, checkpoints, trims and compacts until `stop`. Run it once, in a scope of the owner's.
  runtime::Task<void> run(std::stop_token stop);

  /// The partition's log: the one recovered from disk, or a new one. Gives it its configuration. kStorage when its folder
  /// could not be read at the start.
  Result<PartitionLog*> create(PartitionId id, std::shared_ptr<const LogConfig> config);
  PartitionLog* find(PartitionId id);
  Result<void> reconfigure(PartitionId id, std::shared_ptr<const LogConfig> config);
  /// Forgets the partition and deletes its files (in the background). Pointers to its log are dead. kNotFound.
  Result<void> remove(PartitionId id);
  /// Recovered from disk, and not (yet) claimed by create(). That nobody knows them is no reason to remove them: the metadata
  /// may be what was lost. Whoever knows that one is not needed any more calls remove(); the others stay as they are.
  std::vector<PartitionId> orphans() const;

  /// Assigns offsets, stamps, stores. All batches or none. Errors leave the log as it was:
  /// kNotFound, kCorruptMessage (checksum, or a batch that does not parse), kUnsupportedVersion (not magic 2), kTooLarge,
  /// kInvalidRecord, kInvalidTimestamp, kUnsupportedCompression, kOutOfOrderSequence, kInvalidProducerEpoch, kFencedEpoch
  /// (leader epoch below the log's latest), kStorage, kDiskFull, kBusy (the disk does not keep up), kClosed.
  Result<Appended> append(PartitionId id, OwnedBatches batches, const AppendContext& context);
  /// Looks into a client's records, as append() does where nobody did before: true when that is done. False: it takes longer
  /// than a shard should (much to decompress or compress): await prepare(), and keep the producers' order meanwhile. Errors
  /// are append()'s.
  Result<bool> prepare_now(PartitionId id, OwnedBatches& batches);
  /// The same on the work pool, however long it takes.
  runtime::Task<Result<OwnedBatches>> prepare(PartitionId id, OwnedBatches batches);

  /// Partitions whose high watermark moved since the last call.
  std::vector<Advanced> take_advanced();
  /// Notified when a high watermark moved (by append() too), and when refusing() changes. One task waits.
  runtime::Signal& advanced() { return advanced_signal_; }
  /// Why appends to sync partitions fail now (the write-ahead log cannot be written): answer what waits for it.
  std::optional<Error> refusing() const { return wal_.refusing(); }

  /// Brings what PartitionLog::read found kBusy into memory and verifies it. Then read again.
  runtime::Task<Result<void>> warm(PartitionId id, Offset from, std::size_t max_bytes);
  /// As read(), copied into memory of the caller's, waiting where needed: for who must look into records.
  runtime::Task<Result<SharedBytes>> read_bytes(PartitionId id, Offset from, std::size_t max_bytes, Offset below);

  /// ListOffsets by time: the first record below the high watermark at or after `time`; none: no value.
  runtime::Task<Result<std::optional<TimestampedOffset>>> first_at_or_after(PartitionId id, Timestamp time);
  /// ListOffsets -3: the record with the largest timestamp; none in an empty log.
  runtime::Task<Result<std::optional<TimestampedOffset>>> max_timestamp(PartitionId id);

  /// DeleteRecords: raises the log start to `before` (-1: the high watermark) and gives the new one. kOffsetOutOfRange outside
  /// of [log start, high watermark] (below: answers the log start). kPolicyViolation where the cleanup policy is not "delete".
  Result<Offset> delete_records(PartitionId id, Offset before);

  /// What is below `before` is not needed any more, says the owner of a queue: it will say so again after a crash, so
  /// nothing is written for it.
  void trim(PartitionId id, Offset before);

  /// Writes closed segments anew of which most is `gone`, without it; offsets stay. One old message that is still needed must
  /// not keep gigabytes. The owner has noted durably that it needs none of them.
  runtime::Task<Result<void>> drop_gone(PartitionId id, std::shared_ptr<const GoneOffsets> gone);

  StoreStatistics statistics() const;

  /// Writes behind, syncs, and records what may be relied on; then the write-ahead log is recycled. run() does it by itself.
  runtime::Task<Result<void>> checkpoint();
  /// Retention, and compaction if the partition is dirty enough, now. run() does it by itself.
  runtime::Task<Result<void>> apply_retention(PartitionId id);
  runtime::Task<Result<void>> compact(PartitionId id);

 private:
  using Partitions = std::unordered_map<PartitionId, std::unique_ptr<PartitionLog>>;
  struct Found;         // of a start: what is known of a partition before it is recovered
  struct DueFlush {     // an append that waits for the write-ahead log
    PartitionId partition;
    Offset next;
    WalPosition position;
  };
  struct Deletion {     // files whose time has come, or will
    std::filesystem::path folder;
    std::optional<Offset> segment;  // none: the folder with all in it
    MonotonicTime due;
    bool renamed = false;
  };
  struct Cleanable {    // what a pass of compaction would read
    PartitionId partition;
    double dirty_ratio = 0;
    std::vector<Offset> bases;
    std::shared_ptr<const GoneOffsets> gone;  // of a queue's log
    bool overdue = false;
    bool has_dirty = false;
  };
  struct Checkpointing;  // what a checkpoint under way has gathered

  LogStore(Surroundings with, LogStoreOptions options);

  runtime::Task<Result<void>> recover();
  Result<void> gather(std::vector<Found>& found);
  runtime::Task<void> recover_some(std::vector<Found>* found, std::size_t* next);
  void adopt(Found& found, Result<RecoveredPartition> recovered);

  PrepareOptions prepare_options(Effort effort) const;
  runtime::Task<void> flush_loop();
  runtime::Task<void> checkpoint_loop();
  void tell_of_checkpoint(const Result<void>& done);
  runtime::Task<void> space_loop();
  runtime::Task<bool> make_room(std::uint64_t bytes, ReserveUse use);
  bool precedes(const PartitionId& id) const { return options_.precedes && options_.precedes(id); }
  bool takes_records(const PartitionId& id, bool from_client) const;
  void tell_waiting();
  void settle(WalPosition durable);
  void list_advanced(PartitionLog& log);
  void rest_if_idle(PartitionLog& log);
  void list_dirty(PartitionLog& log);
  void trim_hot_tails();
  void gather_checkpoint(PartitionLog& log, Checkpointing& work, bool closing);
  runtime::Task<void> gather_all(Checkpointing* work, bool closing);
  runtime::Task<Result<bool>> write_some_behind(PartitionId id, std::size_t max_bytes);
  runtime::Task<Result<void>> checkpoint_now(bool closing);
  runtime::Task<Result<void>> checkpoint_once(bool closing);
  runtime::Task<Result<void>> write_checkpoint(Checkpointing* work);
  void give_back(const Checkpointing& work);
  void finish_checkpoint(const Checkpointing& work);
  runtime::Task<void> next_turn();
  runtime::Task<void> housekeeping_loop();
  runtime::Task<void> carry_out_deletions(bool all);
  runtime::Task<Result<MaxTimestamp>> fetch_max_timestamp(PartitionId id, Offset segment_base);
  runtime::Task<void> compaction_loop();
  runtime::Task<Result<std::optional<Cleanable>>> find_cleanable(PartitionId id);
  runtime::Task<Result<void>> run_pass(Cleanable cleanable);
  runtime::Task<Result<void>> checkpoint_with(PartitionId id);
  Result<void> swap_in(PartitionLog& log, CompactedGroup group);
  std::optional<TimestampedOffset> find_in_tail(PartitionLog& log, Timestamp time) const;
  void merge(PartitionLog& log, Offset segment_base, const VerifiedRange& range);

  Surroundings with_;
  LogStoreOptions options_;
  StoreContext context_;
  Partitions partitions_;
  std::map<PartitionId, Error> unreadable_;
  std::set<PartitionId> orphans_;
  WriteAheadLog wal_;
  WalPosition settled_;               // high watermarks are up to this
  std::deque<DueFlush> due_;
  std::vector<PartitionId> advanced_;
  std::vector<PartitionId> dirty_;    // changed since their last checkpoint
  std::vector<PartitionId> removed_;  // ... or gone
  std::deque<Deletion> deletions_;
  std::shared_ptr<const LogConfig> unclaimed_config_ = std::make_shared<LogConfig>();
  Decoders decoders_;                 // of short preparations
  std::vector<BatchHeader> headers_;  // of the append under way; kept for its memory
  std::uint64_t appended_since_checkpoint_ = 0;
  HashSecret hash_secret_{};
  bool checkpointing_ = false;
  std::optional<ErrorCode> checkpoint_failure_;  // that was told
  bool needs_full_sync_ = false;
  bool recovered_untold_ = false;     // the folder has not been told that this store recovered
  bool closed_ = false;
  bool stopping_ = false;
  runtime::Signal advanced_signal_;
  runtime::Signal flush_signal_;
  runtime::Signal checkpoint_signal_;
  runtime::Signal housekeeping_signal_;
  runtime::Signal compaction_signal_;
  runtime::Signal checkpoint_ended_;
  runtime::Signal space_signal_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::log
