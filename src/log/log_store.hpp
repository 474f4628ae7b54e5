#pragma once
// All logs of one shard: opens and recovers them, appends, makes durable, trims, compacts. One store per shard, touched
// from that shard's loop only; what blocks runs on the work pool with state of its own.
//
// An append returns at once. Async: the batch is in the page cache and readable. Sync: it is in memory and on its way
// to the shard's write-ahead log; the high watermark passes it when it is durable:
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
//
// What it is made of, each with a header that says what it does: LogTable, GroupCommit, Checkpointer, LogReads,
// Trimmer, Cleaner, StoreSpace, CondemnedFiles; and StoreRecovery at the start.
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "log/advanced_logs.hpp"
#include "log/checkpointer.hpp"
#include "log/cleaner.hpp"
#include "log/compaction_filter.hpp"
#include "log/condemned_files.hpp"
#include "log/group_commit.hpp"
#include "log/log_config.hpp"
#include "log/log_reads.hpp"
#include "log/log_statistics.hpp"
#include "log/log_table.hpp"
#include "log/partition_log.hpp"
#include "log/store_options.hpp"
#include "log/store_space.hpp"
#include "log/trimmer.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::log {

class LogStore {
 public:
  using Surroundings = StoreSurroundings;

  /// Recovers every partition of the folder that is ours. After a clean stop nothing is scanned; after a crash only
  /// what no checkpoint vouches for. Starts with a full disk.
  static runtime::Task<Result<std::unique_ptr<LogStore>>> open(Surroundings with, LogStoreOptions options);
  /// Flushes, checkpoints and tells the folder that this store ended in order. run() must have ended. Appends fail from
  /// now on. Await it before the store is destroyed, also when run() never began; an error means that the next start
  /// scans.
  runtime::Task<Result<void>> close();
  ~LogStore();

  /// The node has started: files of the write-ahead log are made before they are needed (options.wal.prepare_ahead).
  void prepare_ahead() { commits_.wal().prepare_ahead(); }

  /// Flushes, checkpoints, trims and compacts until `stop`. Run it once, in a scope of the owner's.
  runtime::Task<void> run(std::stop_token stop);

  /// The partition's log: the one recovered from disk, or a new one. Gives it its configuration. kStorage when its
  /// folder could not be read at the start.
  Result<PartitionLog*> create(PartitionId id, std::shared_ptr<const LogConfig> config) {
    return logs_.create(id, std::move(config));
  }
  PartitionLog* find(PartitionId id) { return logs_.find(id); }
  /// Of a partition that find() does not know: kNotFound, or kStorage as create() says it.
  std::unexpected<Error> no_log(PartitionId id) const { return logs_.no_log(id); }
  /// PartitionLog::begin_leading, of all that are here.
  void begin_leading(LeaderEpoch epoch);
  Result<void> reconfigure(PartitionId id, std::shared_ptr<const LogConfig> config);
  /// Forgets the partition and deletes its files (in the background). Pointers to its log are dead. kNotFound.
  Result<void> remove(PartitionId id);
  /// Recovered from disk, and not (yet) claimed by create(). That nobody knows them is no reason to remove them: the
  /// metadata may be what was lost. Whoever knows that one is not needed any more calls remove(); the others stay as
  /// they are.
  std::vector<PartitionId> orphans() const { return logs_.orphans(); }
  /// Those whose folder could not be read at the start: create() says why.
  std::vector<PartitionId> refused() const { return logs_.refused(); }

  /// Assigns offsets, stamps, stores. All batches or none. Errors leave the log as it was:
  /// kNotFound, kCorruptMessage (checksum, or a batch that does not parse), kUnsupportedVersion (not magic 2),
  /// kTooLarge, kInvalidRecord, kInvalidTimestamp, kUnsupportedCompression, kOutOfOrderSequence, kInvalidProducerEpoch,
  /// kFencedEpoch (leader epoch below the log's latest), kStorage, kDiskFull, kBusy (the disk does not keep up),
  /// kClosed.
  Result<Appended> append(PartitionId id, OwnedBatches batches, const AppendContext& context);
  /// A batch of this number was refused on the log's behalf, before append(), which does it by itself.
  void refuse(PartitionId id, const std::optional<MessageNumber>& number);
  /// Looks into a client's records, as append() does where nobody did before: true when that is done. False: it takes
  /// longer than a shard should (much to decompress or compress): await prepare(), and keep the producers' order
  /// meanwhile. Errors are append()'s.
  Result<bool> prepare_now(PartitionId id, OwnedBatches& batches);
  /// The same on the work pool, however long it takes.
  runtime::Task<Result<OwnedBatches>> prepare(PartitionId id, OwnedBatches batches);

  /// A client's batch for this partition goes to the write-ahead log, where so much waits for the disk already that it
  /// should wait for room(), before append() refuses it.
  bool is_crowded(PartitionId id) { return commits_.is_crowded() && goes_to_wal(id); }
  bool goes_to_wal(PartitionId id);
  /// Notified when is_crowded() may be over. One task waits.
  runtime::Signal& room() { return commits_.wal().room(); }

  /// Partitions whose high watermark moved since the last call.
  std::vector<Advanced> take_advanced() { return advanced_.take(); }
  /// Notified when a high watermark moved (by append() too), and when refusing() changes. One task waits.
  runtime::Signal& advanced() { return advanced_.signal(); }
  /// Why appends to sync partitions fail now (GroupCommit::refusing): answer what waits for it.
  std::optional<Error> refusing() const { return commits_.refusing(); }

  StoreStatistics statistics() const;

  LogReads& reads() { return reads_; }
  Trimmer& trimmer() { return trimmer_; }
  Cleaner& cleaner() { return cleaner_; }
  Checkpointer& checkpointer() { return checkpointer_; }

  // What queues ask of their logs.
  runtime::Task<Result<SharedBytes>> read_bytes(PartitionId id, Offset from, std::size_t max_bytes, Offset below) {
    return reads_.read_bytes(id, from, max_bytes, below);
  }
  void trim(PartitionId id, Offset before) { trimmer_.trim(id, before); }
  runtime::Task<Result<void>> drop_gone(PartitionId id, std::shared_ptr<const GoneOffsets> gone) {
    return cleaner_.drop_gone(id, std::move(gone));
  }

 private:
  LogStore(Surroundings with, LogStoreOptions options);

  PrepareOptions prepare_options(Effort effort) const;
  Result<Appended> take(PartitionLog& log, OwnedBatches& batches, const AppendContext& context);
  void stop_parts();
  runtime::Task<Result<void>> tell_closed();

  Surroundings with_;
  LogStoreOptions options_;
  LogTable logs_;
  StoreSpace space_;
  AdvancedLogs advanced_;
  runtime::Signal checkpoint_wanted_;
  GroupCommit commits_;
  CondemnedFiles condemned_;
  Checkpointer checkpointer_;
  LogReads reads_;
  Trimmer trimmer_;
  Cleaner cleaner_;
  Decoders decoders_;                 // of short preparations
  std::vector<BatchHeader> headers_;  // of the append under way; kept for its memory
  bool closed_ = false;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::log
