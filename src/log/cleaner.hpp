#pragma once
// Writes closed segments anew without what nobody needs: older values of a key where the cleanup policy is "compact",
// messages that a queue has settled. Offsets stay. A pass runs in slices on the work pool; segments are exchanged
// between two turns, when a checkpoint knows that offsets may be missing there.
#include <memory>
#include <optional>
#include <vector>

#include "log/checkpointer.hpp"
#include "log/compaction.hpp"
#include "log/compaction_filter.hpp"
#include "log/condemned_files.hpp"
#include "log/log_reads.hpp"
#include "log/log_table.hpp"
#include "log/store_options.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class Cleaner {
 public:
  /// All of it outlives this.
  Cleaner(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs, LogReads& reads,
          Checkpointer& checkpointer, CondemnedFiles& condemned);

  /// Compacts the dirtiest partitions, until stop().
  runtime::Task<void> run();
  /// Passes under way end with kClosed.
  void stop();
  /// Now, if the partition is dirty enough. run() does it by itself.
  runtime::Task<Result<void>> compact(PartitionId id);
  /// Writes closed segments anew of which most is `gone`, without it. One old message that is still needed must not
  /// keep gigabytes. The owner has noted durably that it needs none of them.
  runtime::Task<Result<void>> drop_gone(PartitionId id, std::shared_ptr<const GoneOffsets> gone);

 private:
  struct Cleanable {  // what a pass would read
    PartitionId partition;
    double dirty_ratio = 0;
    std::vector<Offset> bases;
    std::shared_ptr<const GoneOffsets> gone;  // of a queue's log
    bool overdue = false;
    bool has_dirty = false;
  };

  runtime::Task<Result<std::optional<Cleanable>>> find_cleanable(PartitionId id);
  runtime::Task<std::vector<Cleanable>> find_dirty();
  runtime::Task<Result<void>> run_pass(Cleanable cleanable);
  void note_outcome(const PartitionId& id, const Result<void>& outcome);
  Result<bool> swap_in(PartitionLog& log, CompactedGroup group);

  StoreSurroundings with_;
  const LogStoreOptions& options_;
  LogTable& logs_;
  LogReads& reads_;
  Checkpointer& checkpointer_;
  CondemnedFiles& condemned_;
  HashSecret hash_secret_{};
  bool stopping_ = false;
  runtime::Signal stop_signal_;
};

}  // namespace wharf::log
