#pragma once
// The store's checkpoints: write behind, sync, say what may be relied on, recycle the write-ahead log. Asked for by
// time, by bytes appended, and by whoever needs one.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "log/condemned_files.hpp"
#include "log/group_commit.hpp"
#include "log/log_table.hpp"
#include "log/store_options.hpp"
#include "log/store_space.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class Checkpointer {
 public:
  /// All of it outlives this. `wanted` is notified by whoever wants a checkpoint soon.
  Checkpointer(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs, StoreSpace& space,
               GroupCommit& commits, CondemnedFiles& condemned, runtime::Signal& wanted);

  /// It changed since its last checkpoint.
  void note_dirty(PartitionLog& log);
  void note_removed(const PartitionId& id) { removed_.push_back(id); }
  void note_appended(std::size_t bytes);
  bool has_dirty() const { return !dirty_.empty() || logs_.has_changed(); }
  /// Soon.
  void ask() { wanted_.notify(); }

  /// Until stop().
  runtime::Task<void> run();
  void stop();
  /// Now. kBusy: one is under way; kDiskFull, kStorage: of it, or of a partition that is left out. `closing`: the last
  /// one.
  runtime::Task<Result<void>> write(bool closing);
  /// One that began after now, with the partition, which is noted as dirty, in it.
  runtime::Task<Result<void>> write_with(PartitionId id);
  /// The first one, of a start that had to look into partitions: with it the data folder is told that this store
  /// recovered.
  runtime::Task<void> recovered(bool after_crash);

 private:
  struct Work;  // what a checkpoint under way has gathered

  enum class Records : std::uint8_t { kInSegments, kCarried };  // where a checkpoint says they are
  void gather(PartitionLog& log, Work& work, Records records, bool closing);
  void note_again(const std::vector<PartitionId>& ids);
  bool may_carry(PartitionLog& log, const Work& work) const;
  runtime::Task<void> gather_all(Work* work, bool closing);
  runtime::Task<Result<bool>> write_some_behind(PartitionId id, std::size_t max_bytes);
  /// `was_asked`: set when entries of ours were asked for again (Checkpoints::take_unreadable).
  runtime::Task<Result<void>> write_once(bool closing, bool* was_asked);
  runtime::Task<void> end_of_write();
  bool has_news() const;
  runtime::Task<bool> write_and_tell();
  runtime::Task<void> pause_after_failure();
  runtime::Task<Result<void>> carry_out(Work* work);
  void take_back(const Work& work);
  void finish(const Work& work);
  void tell_of(const Result<void>& done);

  StoreSurroundings with_;
  const LogStoreOptions& options_;
  LogTable& logs_;
  StoreSpace& space_;
  GroupCommit& commits_;
  CondemnedFiles& condemned_;
  runtime::Signal& wanted_;
  std::vector<PartitionId> dirty_;
  std::vector<PartitionId> removed_;
  std::uint64_t appended_bytes_ = 0;  // since the last one
  std::optional<ErrorCode> told_failure_;
  bool writing_ = false;
  bool needs_full_sync_ = false;
  bool recovered_untold_ = false;  // the folder has not been told that this store recovered
  bool floor_untold_ = false;      // nor which files of the write-ahead log it needs no more (DataFolder::takes_floor)
  bool stopping_ = false;
  std::vector<runtime::Resume<bool>> waiting_;  // for the end of the one under way: passes over any number of logs
};

}  // namespace wharf::log
