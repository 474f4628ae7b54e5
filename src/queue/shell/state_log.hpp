#pragma once
// A state log: what its owner decided about messages in other logs, a record for each change on top of those before,
// and now and then a snapshot, which says all and lets those before go. On disk when it is answered.
//
// After a record that could not be written the next one is a snapshot, and its owner is asked for one a second later,
// in case nothing else happens. What a record allows (to trim a log, to remove it) is done once it is kept, not before:
// a start knows nothing else.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cluster/replication/shard_logs.hpp"
#include "runtime/shard.hpp"

namespace wharf::queue {

/// Whose state it is; outlives its log.
class StateOwner {
 public:
  /// What has changed since the last call of either, as a record; empty: nothing.
  virtual std::vector<std::byte> take_change() = 0;
  /// All of it.
  virtual std::vector<std::byte> take_snapshot() = 0;
  /// The disk refuses; told once until it takes something again.
  virtual void state_refused(const Error& why) = 0;
  /// StateLog::write() is to be called, soon: what was refused may be taken now.
  virtual void state_due() = 0;

 protected:
  ~StateOwner() = default;
};

class StateLog {
 public:
  using Answered = std::move_only_function<void(Result<void>)>;
  using Kept = std::move_only_function<void()>;
  struct Surroundings {  // outlives the log
    runtime::Shard& shard;
    cluster::ShardLogs& logs;
    const std::function<LeaderEpoch()>& leader_epoch;
  };

  /// A snapshot is written when the records since the last are more than `least_bytes` (and before that in a log without
  /// segments), and four times as much as that.
  StateLog(Surroundings with, StateOwner& owner, PartitionId partition, std::uint64_t least_bytes);
  StateLog(const StateLog&) = delete;
  StateLog& operator=(const StateLog&) = delete;
  ~StateLog();

  /// New, or found on disk; then it is read by its owner.
  Result<log::PartitionLog*> open();
  PartitionId partition() const { return partition_; }
  /// It never had a record.
  bool is_empty() const { return end_ == Offset(0); }
  /// Its owner reads it, record by record.
  void found(ByteView record) { remember(record); }

  /// What the owner has not said yet, if anything. `answered`: all it has said by now is on disk, or may not be.
  /// `kept`: only if there was something and it is on disk, and only while the log lives.
  void write(Answered answered, Kept kept = {});
  /// The next record is a snapshot: what was read is not what is true.
  void distrust() { lost_ = true; }
  /// The last record of an orderly stop; empty: there is none. A short one that the log ends with already is not
  /// written again: a node with many queues at rest would write as many files at each stop.
  void write_last(std::vector<std::byte> snapshot);
  /// With its files. Nothing is answered or asked any more.
  void remove();

 private:
  struct Entry {
    Offset first;
    bool is_snapshot = false;
  };

  bool has_grown() const;
  void remember(ByteView record);
  void append(std::vector<std::byte> record, bool is_snapshot, Answered answered, Kept kept);
  void committed(const Entry& entry, const Result<void>& outcome, Kept& kept);
  void refused(const Error& why);
  void end();

  Surroundings with_;
  StateOwner& owner_;
  PartitionId partition_;
  std::uint64_t least_bytes_;
  Offset end_;               // with what is on its way to the disk
  std::uint64_t bytes_ = 0;  // since the last snapshot
  std::uint64_t snapshot_bytes_ = 0;
  std::vector<std::byte> last_;  // record, on disk or on its way, if it may be a short snapshot; else empty
  bool lost_ = false;            // a change is missing
  bool refusing_ = false;        // ... which the owner was told
  bool ended_ = false;
  std::optional<runtime::Timers::Handle> retry_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for callbacks that may come later
};

}  // namespace wharf::queue
