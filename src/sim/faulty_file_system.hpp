#pragma once
// A disk that forgets. Files in memory behind runtime::FileSystem, with a model of what is durable:
//   - bytes and size of a file: after its sync_data (pages of 4096, sectors of 512 bytes)
//   - names made, renamed and removed in a folder: after sync_folder of that folder; its parents' names apart
//   - everything: after sync_all
//   - a write through OpenMode::kCreateDirect: when it returns (its file's name is not). Unaligned use fails (kStorage)
// crash() gives the disk that a power loss leaves, drawn from a seed: unsynced pages written, dropped, torn or garbled,
// unsynced sizes and names kept up to a point. A failed sync_data loses its pages for good (fsyncgate): a later sync
// succeeds and does not write them.
//
//   for (std::uint64_t n = 0;; ++n) {
//     FaultyFileSystem disk(seed);
//     disk.crash_at(n);                       // the n-th change happens in part or not at all; then all calls fail, kClosed
//     run_the_scenario(disk);
//     if (!disk.down()) break;                // it ended before its n-th change
//     for (std::uint64_t draw = 0; draw < 20; ++draw) check_recovery(*disk.crash(draw));
//   }
//
// Thread-safe (one lock). Same seed and same calls: same errors, same survivors.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/file.hpp"
#include "sim/stored_file.hpp"
#include "sim/trace.hpp"

namespace wharf::sim {

enum class DiskCall {
  kOpen, kRead, kWrite, kSyncData, kTruncate, kRename, kRemove, kRemoveFolder, kCreateFolders, kList, kSyncFolder, kSyncAll, kLock,
  kNote,  // not a call: FaultyFileSystem::note
};
std::string_view to_string(DiskCall call);

/// One call, as recorded.
struct DiskOperation {
  DiskCall call = DiskCall::kNote;
  std::string path = {};  // or a note's text
  std::string to = {};    // of a rename
  std::uint64_t position = 0;
  std::uint64_t length = 0;
  bool failed = false;
};

/// Seeded errors: one in so many calls of a class fails; 0 is never.
struct DiskErrors {
  std::string path_part = {};  // only calls whose path has it
  std::uint32_t read_one_in = 0;
  std::uint32_t write_one_in = 0;     // a part may have been written
  std::uint32_t sync_one_in = 0;
  std::uint32_t metadata_one_in = 0;  // opens, truncates, names, folders
  ErrorCode code = ErrorCode::kStorage;
  std::uint32_t not_cached_one_in = 0;  // read_cached_at answers kBusy, and the range must be read once by read_at
};

class FaultyFileSystem final : public runtime::FileSystem {
 public:
  static constexpr std::uint64_t kAmple = std::uint64_t{1} << 40;

  explicit FaultyFileSystem(std::uint64_t seed, std::uint64_t capacity_bytes = kAmple);
  ~FaultyFileSystem() override;

  // --- what goes wrong
  /// Calls so far that can fail (all but size, exists, space and drop_cached).
  std::uint64_t operations() const;
  /// Those among them that change the disk or make it durable.
  std::uint64_t changes() const;
  /// The machine dies in change number `change`, counted from 0 at the start.
  void crash_at(std::uint64_t change);
  /// The machine dies now.
  void halt();
  bool down() const;
  /// Operation number `operation`, counted from 0, fails; a write in part (0 to all of its bytes).
  void fail_at(std::uint64_t operation, ErrorCode code = ErrorCode::kStorage);
  void set_errors(const DiskErrors& errors);
  /// Errors injected so far.
  std::uint64_t injected() const;
  /// Writes beyond fail with kDiskFull, after the part that fits. Counted in pages of 4096 bytes.
  void set_capacity(std::uint64_t bytes);

  // --- what is left. This file system is down afterwards; its open files fail, its locks are gone
  /// The disk after a power loss, with an empty cache and no faults planned. May be asked again with other seeds.
  std::unique_ptr<FaultyFileSystem> crash(std::uint64_t seed, const CrashModel& model = {});
  /// The disk after kill -9: the kernel lives, and everything written with it, still unsynced.
  std::unique_ptr<FaultyFileSystem> kill();

  // --- damage, at once and durable. False when `path` is no file or has no such byte
  bool flip_bit(const Path& path, std::uint64_t bit);
  bool truncate_file(const Path& path, std::uint64_t size);
  bool zero_block(const Path& path, std::uint64_t position, std::uint64_t length = kPageBytes);
  bool swap_files(const Path& first, const Path& second);
  bool lose_file(const Path& path);

  // --- what happened
  std::vector<DiskOperation> recorded() const;
  /// A mark among the recorded calls, e.g. "replied": order is then asserted on recorded().
  void note(std::string text);
  /// Every call goes into `trace` (null: none), which outlives the file system; survivors inherit it.
  void set_trace(Trace* trace);

  // --- runtime::FileSystem
  Result<std::unique_ptr<runtime::File>> open(const Path& path, runtime::OpenMode mode) override;
  Result<void> rename(const Path& from, const Path& to) override;
  Result<void> remove(const Path& path) override;
  Result<void> remove_folder(const Path& path) override;
  Result<void> create_folders(const Path& path) override;
  Result<std::vector<runtime::FolderEntry>> list(const Path& folder) override;
  Result<bool> exists(const Path& path) override;
  Result<void> sync_folder(const Path& folder) override;
  Result<void> sync_all(const Path& folder) override;
  Result<runtime::DiskSpace> space(const Path& folder) override;
  Result<std::unique_ptr<runtime::File>> lock(const Path& path) override;

 private:
  class Disk;
  class Session;
  class OpenFile;

  explicit FaultyFileSystem(std::shared_ptr<Session> session);
  Result<std::unique_ptr<runtime::File>> open_locked(const Path& path, runtime::OpenMode mode, bool exclusive);

  std::shared_ptr<Session> session_;
};

}  // namespace wharf::sim
