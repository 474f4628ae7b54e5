#pragma once
// Appends that count when they are on disk: they go to the shard's write-ahead log, one flush serves all that wait, and
// then the high watermarks pass them.
#include <cstdint>
#include <deque>
#include <optional>

#include "log/advanced_logs.hpp"
#include "log/log_table.hpp"
#include "log/store_options.hpp"
#include "log/store_space.hpp"
#include "log/write_ahead_log.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class GroupCommit {
 public:
  /// All of it outlives this. `wants_checkpoint` is notified when no file of the write-ahead log may be left: a
  /// checkpoint frees some.
  GroupCommit(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs, AdvancedLogs& advanced,
              StoreSpace& space, runtime::Signal& wants_checkpoint);

  /// Into memory, and on its way: `record.next_offset` is the partition's high watermark when it is durable.
  /// WriteAheadLog's errors; refusing().
  Result<void> append(const WalRecordHeader& record, const OwnedBatches& batches);
  /// Flushes what comes, until stop().
  runtime::Task<void> run();
  void stop();
  /// Flushes what is left. run() has ended, nothing is appended any more.
  runtime::Task<Result<void>> finish();

  /// What became of a checkpoint: after one that failed there may be no file to go on with.
  void note_checkpoint(const Result<void>& outcome);
  /// Why nothing becomes durable now, and appends are refused: the disk refused the last write, or every file is full
  /// and the last checkpoint, which would free one, failed.
  std::optional<Error> refusing() const;
  /// So much waits that who can wait should. Not while refusing().
  bool is_crowded() const { return !refusing() && wal_.is_crowded(); }

  /// High watermarks are up to this.
  WalPosition settled() const { return settled_; }
  WriteAheadLog& wal() { return wal_; }
  const WriteAheadLog& wal() const { return wal_; }

 private:
  struct Due {  // an append that waits for the disk
    PartitionId partition;
    Offset next;
    WalPosition position;
  };

  void settle(WalPosition durable);
  void count_flush(WalPosition durable, MonotonicTime begun);

  StoreSurroundings with_;
  std::int64_t retry_ms_;
  LogTable& logs_;
  AdvancedLogs& advanced_;
  StoreSpace& space_;
  runtime::Signal& wants_checkpoint_;
  WriteAheadLog wal_;
  WalPosition settled_;
  std::deque<Due> due_;
  bool no_file_left_ = false;                // the last flush found none
  std::optional<Error> checkpoint_failure_;  // of the last one
  bool stopping_ = false;
  runtime::Signal signal_;
};

}  // namespace wharf::log
