#pragma once
// What each partition may rely on after a restart, in one file below <data>/checkpoints for all shards: the newest entry of a
// partition counts. A checkpoint appends entries of the partitions that changed; the file is written anew when it has grown to
// twice what is live in it. States are opaque bytes here (log/partition_state.hpp).
//
// Order of a checkpoint: sync the segments, append() here, then WriteAheadLog::recycle(). A crash anywhere leaves each
// partition its old or its new entry, either of which is true of the disk.
//
// A damaged entry costs its partition the entry, but for what can be saved of it, and nobody else anything. Thread-safe; waits
// for the disk: call it on the work pool.
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "log/checkpoint_format.hpp"
#include "log/loaded_checkpoints.hpp"
#include "log/wal_format.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"

namespace wharf::log {

/// An entry to write. No state: the partition is removed.
struct PartitionCheckpoint {
  PartitionId partition;
  std::optional<ByteView> state;
};

/// Files of `shard`'s write-ahead log below `sequence` hold nothing that is needed (WriteAheadLog::floor_at).
struct WalFloor {
  ShardIndex shard;
  WalSequence sequence;
};

/// Names one state of the checkpoint file: what a clean-shutdown marker refers to.
struct CheckpointMark {
  std::uint64_t generation = 0;
  std::uint64_t size = 0;
  friend bool operator==(const CheckpointMark&, const CheckpointMark&) = default;
};

class Checkpoints {
 public:
  using Path = std::filesystem::path;

  struct Opened {
    std::unique_ptr<Checkpoints> checkpoints;
    std::shared_ptr<const LoadedCheckpoints> loaded;
  };
  /// Loads what is there and makes it ready for appends; creates the folder. Works on a full disk. kStorage: the folder or its file
  /// cannot be opened. kUnsupportedVersion.
  /// `known`: a state of the file that is known to have been durable.
  static Result<Opened> open(runtime::FileSystem& files, Path folder, runtime::Logger& logger,
                             std::optional<CheckpointMark> known = {});

  /// Durable when it returns. After an error the entries may count or not; append them again.
  Result<void> append(std::span<const PartitionCheckpoint> entries, std::optional<WalFloor> floor);
  /// Files of any shard below `sequence` are not needed any more.
  Result<void> raise_floor(WalSequence sequence);
  CheckpointMark mark() const;
  /// Partitions that `ours` is true of whose entry could not be read when the file was to be written anew. Each needs
  /// another (append), or is given up. A file that cannot grow waits for them: appends fail. Told once.
  std::vector<PartitionId> take_unreadable(const std::function<bool(const PartitionId&)>& ours);
  /// Nobody has another entry for it: it is lost when the file is written anew.
  void give_up(const PartitionId& partition);
  /// Somebody's is to be told. Does not wait for the disk.
  bool has_unreadable() const { return has_unreadable_; }
  /// Of the entries that count. Does not wait for the disk.
  std::uint64_t live_bytes() const { return live_bytes_; }

 private:
  struct Place {
    std::uint64_t position = 0;
    std::uint32_t bytes = 0;  // of the whole entry
  };
  /// An entry in the buffer that is about to be written.
  struct Added {
    StoredCheckpointKind kind = StoredCheckpointKind::kState;
    PartitionId partition;
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    WalSequence floor = {};
  };

  Checkpoints(runtime::FileSystem& files, Path folder, runtime::Logger& logger);
  Result<std::shared_ptr<const LoadedCheckpoints>> load(const CheckpointMark& known);
  void adopt(const LoadedCheckpoints& loaded);
  void report(const CheckpointDamage& damage);
  Result<void> append_entries(std::span<const StoredCheckpoint> entries);
  Result<void> append_in_place(std::span<const StoredCheckpoint> entries);
  Result<void> write_anew(std::span<const StoredCheckpoint> entries);
  void rescue(std::span<const StoredCheckpoint> newer);
  Result<void> copy_live_entries(std::span<const StoredCheckpoint> newer, std::vector<std::byte>& into,
                                 std::vector<Added>& added);
  Result<void> copy_entry(const PartitionId& partition, Place place, ByteView bytes, std::vector<std::byte>& into,
                          std::vector<Added>& added);
  void encode(const StoredCheckpoint& entry, std::vector<std::byte>& into, std::vector<Added>& added);
  void note(std::span<const Added> added, std::uint64_t begin);
  Path path_of(std::uint64_t generation) const;

  runtime::FileSystem& files_;
  Path folder_;
  runtime::Logger& logger_;
  mutable std::mutex mutex_;
  std::unique_ptr<runtime::File> file_;
  std::uint64_t generation_ = 0;
  std::uint64_t size_ = 0;
  std::atomic<std::uint64_t> live_bytes_ = 0;
  bool write_anew_ = true;  // nothing may be added to the file: it is missing, damaged, torn, or failed
  std::unordered_map<PartitionId, Place> places_;
  WalFloors floors_;
  std::vector<PartitionId> unreadable_;  // that nobody was told of
  std::atomic<bool> has_unreadable_ = false;
  /// Of those that could not be read: another entry, which came with a file that was not written; none: waited for.
  std::map<PartitionId, std::optional<std::vector<std::byte>>> rescued_;
  std::set<PartitionId> given_up_;
};

}  // namespace wharf::log
