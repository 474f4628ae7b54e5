#pragma once
// The data folder of a node: who may use it, what is in it, and what all shards share of it.
//
//   meta             format version, cluster id, node id
//   lock             held while a process uses the folder
//   reserve          space kept aside for a full disk (log/space_guard.hpp)
//   clean-shutdown   the last stop was clean, and with which checkpoint
//   logs/            segments: one folder per partition
//   wal/             write-ahead logs of all shards
//   checkpoints/     what each partition may rely on
//
// Opened once, before the shards' LogStores (`stores` of them). Each store reads the checkpoints of its partitions, then the
// write-ahead log unless the stop was clean, makes a checkpoint of what it found changed and calls store_recovered(). When it has ended in order, it
// calls store_closed(). Thread-safe; waits for the disk: call it on the work pool.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "log/checkpoints.hpp"
#include "log/data_folder_files.hpp"
#include "log/space_guard.hpp"
#include "log/wal_files.hpp"
#include "log/wal_recovery.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"

namespace wharf::log {

struct DataFolderOptions {
  Uuid new_cluster_id;                 // taken when the folder is new
  NodeId node_id;                      // must be that of an existing folder
  std::uint64_t reserve_bytes = 64u << 20;  // 0: none; else at least a file of the write-ahead log
  WalFilesOptions wal;
  std::uint32_t stores = 1;
};

class DataFolder {
 public:
  using Path = std::filesystem::path;

  /// Creates or validates. Refused with a sentence: kBusy (another process uses it), kUnsupportedVersion (written by a newer
  /// Wharf), kInvalidArgument (another node's; not a data folder), kDamaged (meta), kStorage, kDiskFull (only when new).
  /// Removes the clean-shutdown marker, durably.
  static Result<std::unique_ptr<DataFolder>> open(runtime::FileSystem& files, Path folder, const DataFolderOptions& options,
                                                  runtime::Logger& logger);

  Uuid cluster_id() const { return meta_.cluster_id; }
  NodeId node_id() const { return meta_.node_id; }
  Path logs() const { return folder_ / "logs"; }
  Path wal() const { return folder_ / "wal"; }
  /// The last stop was clean, or the folder is new: the checkpoints hold everything, the write-ahead log nothing.
  bool clean() const { return clean_; }
  /// What the checkpoints said at the start. Null after the last store_recovered().
  std::shared_ptr<const LoadedCheckpoints> loaded() const;

  /// read_wal_files on what the start found; nothing after a clean stop. Logs what is damaged. Each store calls it once, for its own
  /// partitions, before it writes to a write-ahead log; the files are read once, for all of them. Each record has its owner.
  Result<WalReport> read_wal(const std::function<Result<void>(const RecoveredWalRecord&)>& take);
  /// This store's partitions are durable in their segments, or carried, and checkpointed. After the last store the old files of the
  /// write-ahead log are used again. After an error: call it again.
  Result<void> store_recovered();
  /// Some of a store's partitions are durable up to there, or removed (none), and checkpointed. `let_go`: others are
  /// not and may not be for long, so old files that nothing else needs go at once: a start on a full disk leaves none
  /// behind for the next.
  struct Vouched {
    PartitionId partition;
    std::optional<Offset> stored_end;
  };
  void vouch(std::span<const Vouched> vouched, bool let_go);
  /// A checkpoint may say which files of this shard's write-ahead log are not needed any more. Not while a store that has not recovered
  /// needs some: with another number of shards than before, others' records are among them.
  bool takes_floor(ShardIndex shard) const;
  /// Files of the write-ahead log that wait for their next use go, but for one of each store: where the folder is in memory they
  /// are memory. Waits for the disk.
  void drop_free_wal_files() { wal_files_->drop_free(stores_); }
  /// This store is flushed, checkpointed and writes no more. The last one leaves the clean-shutdown marker.
  Result<void> store_closed();

  WalFiles& wal_files() { return *wal_files_; }
  Checkpoints& checkpoints() { return *checkpoints_; }
  SpaceGuard& space() { return space_; }
  const SpaceGuard& space() const { return space_; }

 private:
  DataFolder(runtime::FileSystem& files, Path folder, const DataFolderOptions& options, runtime::Logger& logger);
  Result<void> claim(const DataFolderOptions& options);
  void believe(const std::optional<CleanShutdown>& marker, bool is_new);
  Result<void> read_wal_once();
  void tell(const WalReport& report);
  void adopt(WalReport& report);
  void let_go_of_old_files();

  runtime::FileSystem& files_;
  Path folder_;
  runtime::Logger& logger_;
  std::uint32_t stores_;
  FolderMeta meta_;
  std::unique_ptr<runtime::File> lock_;
  std::unique_ptr<Checkpoints> checkpoints_;
  std::unique_ptr<WalFiles> wal_files_;
  SpaceGuard space_;
  std::vector<std::string> old_wal_files_;    // that are read, by stores that recover
  std::vector<WalContent> old_wal_contents_;  // that are needed, in the order of their sequences
  std::optional<WalReport> wal_report_;       // of the one reading, without the contents
  std::vector<RecoveredWalRecord> wal_records_;  // until each store has taken its own
  std::uint32_t wal_takers_ = 0;
  WalFloors floors_;
  bool clean_ = false;
  mutable std::mutex mutex_;
  std::shared_ptr<const LoadedCheckpoints> loaded_;
  std::optional<WalSequence> first_sequence_;  // of this process
  std::uint32_t recovered_ = 0;
  std::uint32_t closed_ = 0;
};

}  // namespace wharf::log
