#pragma once
// What raises the start of a store's logs: retention, whose rounds also let go of memory that idle partitions hold and
// of producers that are gone; DeleteRecords; a queue that is done with messages. The files go once a checkpoint says
// so.
#include "log/checkpointer.hpp"
#include "log/log_reads.hpp"
#include "log/log_table.hpp"
#include "log/store_options.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class Trimmer {
 public:
  /// All of it outlives this.
  Trimmer(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs, LogReads& reads,
          Checkpointer& checkpointer)
      : with_(with),
        options_(options),
        logs_(logs),
        reads_(reads),
        checkpointer_(checkpointer),
        stop_signal_(*with.shard) {}

  /// Rounds, until stop().
  runtime::Task<void> run();
  void stop();
  /// Now. The rounds do it by themselves.
  runtime::Task<Result<void>> apply_retention(PartitionId id);

  /// DeleteRecords: raises the log start to `before` (-1: the high watermark) and gives the new one. kOffsetOutOfRange
  /// outside of [log start, high watermark] (below: answers the log start). kPolicyViolation where the cleanup policy
  /// is not "delete".
  Result<Offset> delete_records(PartitionId id, Offset before);
  /// What is below `before` is not needed any more, says the owner of a queue: it will say so again after a crash, so
  /// nothing is written for it.
  void trim(PartitionId id, Offset before);

 private:
  runtime::Task<void> look_at_all();

  StoreSurroundings with_;
  const LogStoreOptions& options_;
  LogTable& logs_;
  LogReads& reads_;
  Checkpointer& checkpointer_;
  bool stopping_ = false;
  runtime::Signal stop_signal_;
};

}  // namespace wharf::log
