#pragma once
// All logs of one shard: opens and recovers them, appends, makes durable, trims, compacts. One store per shard, touched from
// that shard's loop only; what blocks runs on the work pool with state of its own.
//
// An append returns at once. Async: the batch is in the page cache and readable. Sync: it is in memory and on its way to the
// shard's write-ahead log; the high watermark passes it when it is durable, and advanced() is notified:
//
//   Result<Appended> appended = store.append(id, std::move(batches), context);
//   ...answer acks=0 and acks=1 now; park acks=all until high_watermark() >= appended->next
//
//   while (true) {
//     co_await store.advanced().wait();
//     for (const Advanced& moved : store.take_advanced()) wake(moved.partition, moved.high_watermark);
//   }
//
// When the disk is full or fails, appends return kDiskFull or kStorage, reads go on, and the store heals by itself.
//
// On disk, below the folder given (docs/formats.md): logs/<topic id>-<partition>/, wal/, checkpoints/, clean-shutdown.
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "log/log_config.hpp"
#include "log/log_statistics.hpp"
#include "log/partition_log.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"
#include "runtime/shard.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

struct LogStoreOptions {
  std::size_t hot_tail_bytes = 32u << 20;            // newest batches kept in memory, all partitions together
  std::size_t open_files = 1024;                     // descriptors of segments and indexes
  std::uint64_t checkpoint_wal_bytes = 256u << 20;   // a checkpoint begins at the latest when the write-ahead log holds this
  std::int64_t checkpoint_interval_ms = 10'000;
  std::int64_t retention_check_interval_ms = 300'000;
  std::int64_t producer_id_expiration_ms = 86'400'000;
  std::size_t cleaner_map_bytes = 16u << 20;         // memory for compaction's offset map
  std::int64_t cleaner_backoff_ms = 15'000;          // between looks for dirty partitions, and after a failed pass
  std::uint64_t cleaner_bytes_per_slice = 4u << 20;
  /// Which partitions found on disk are this shard's. Empty: all.
  std::function<bool(const PartitionId&)> owns;
};

/// Filled while open() recovers; any thread may read it.
struct RecoveryProgress {
  std::atomic<std::uint64_t> partitions_done = 0;
  std::atomic<std::uint64_t> partitions_total = 0;
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
    RecoveryProgress* progress = nullptr;    // may be null
  };

  /// Recovers every partition below `folder` that is ours. After a clean stop nothing is scanned; after a crash only what
  /// no checkpoint vouches for. Starts with a full disk.
  static runtime::Task<Result<std::unique_ptr<LogStore>>> open(Surroundings with, LogStoreOptions options,
                                                               std::filesystem::path folder);
  /// Flushes, checkpoints and leaves the clean-shutdown marker. Stop run() first. Appends fail from now on.
  runtime::Task<Result<void>> close();
  ~LogStore();

  /// Flushes, checkpoints, trims and compacts until `stop`. Run it once, in a scope of the owner's.
  runtime::Task<void> run(std::stop_token stop);

  /// The partition's log: the one recovered from disk, or a new one. Gives it its configuration.
  Result<PartitionLog*> create(PartitionId id, std::shared_ptr<const LogConfig> config);
  PartitionLog* find(PartitionId id);
  Result<void> reconfigure(PartitionId id, std::shared_ptr<const LogConfig> config);
  /// Forgets the partition and deletes its files (in the background). Pointers to its log are dead.
  Result<void> remove(PartitionId id);
  /// Recovered from disk, and not (yet) claimed by create(): what remove() may sweep when the catalogue knows no such topic.
  std::vector<PartitionId> orphans() const;

  /// Assigns offsets, stamps, stores. All batches or none. Errors leave the log as it was:
  /// kNotFound, kCorruptMessage (checksum, or a batch that does not parse), kUnsupportedVersion (not magic 2), kTooLarge,
  /// kInvalidRecord, kInvalidTimestamp, kUnsupportedCompression, kOutOfOrderSequence, kDuplicateSequence,
  /// kInvalidProducerEpoch, kFencedEpoch (leader epoch below the log's latest), kStorage, kDiskFull.
  Result<Appended> append(PartitionId id, OwnedBatches batches, const AppendContext& context);

  /// Partitions whose high watermark moved since the last call; call it after append() and whenever advanced() wakes.
  std::vector<Advanced> take_advanced();
  /// Notified when a flush moved a high watermark, and when refusing() changes. One task waits.
  runtime::Signal& advanced();
  /// Why appends to sync partitions fail now (the write-ahead log cannot be written): answer what waits for it.
  std::optional<Error> refusing() const;

  /// Brings what PartitionLog::read found kBusy into memory and verifies it. Then read again.
  runtime::Task<Result<void>> warm(PartitionId id, Offset from, std::size_t max_bytes);
  /// As read(), copied into memory of the caller's, waiting where needed: for who must look into records.
  runtime::Task<Result<SharedBytes>> read_bytes(PartitionId id, Offset from, std::size_t max_bytes, Offset below);

  /// ListOffsets by time: the first record below the high watermark at or after `time`; none: no value.
  runtime::Task<Result<std::optional<TimestampedOffset>>> first_at_or_after(PartitionId id, Timestamp time);
  /// ListOffsets -3: the record with the largest timestamp; none in an empty log.
  runtime::Task<Result<std::optional<TimestampedOffset>>> max_timestamp(PartitionId id);

  /// DeleteRecords: raises the log start to `before` (-1: the high watermark) and gives the new one. kOffsetOutOfRange above the
  /// high watermark. kPolicyViolation where the cleanup policy is not "delete".
  Result<Offset> delete_records(PartitionId id, Offset before);

  StoreStatistics statistics() const;
};

}  // namespace wharf::log
