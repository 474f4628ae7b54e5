#pragma once
// Insides of FaultyFileSystem: the disk, and one machine's use of it with its plan of faults.
#include <mutex>
#include <optional>
#include <set>

#include "sim/faulty_file_system.hpp"
#include "sim/random.hpp"
#include "sim/stored_names.hpp"

namespace wharf::sim {

/// What outlives a process. Guarded by `mutex`, as are the sessions that use it.
class FaultyFileSystem::Disk {
 public:
  std::mutex mutex;
  StoredNames names;
  std::uint64_t sequence = 0;  // of the last change
  std::uint64_t capacity_pages = 0;
  std::uint64_t used_pages = 0;

  std::uint64_t pages_left() const { return capacity_pages > used_pages ? capacity_pages - used_pages : 0; }
  /// Runs `change` on `file` and keeps the count of used pages.
  template <class Change>
  void resize(StoredFile& file, Change change) {
    used_pages -= file.allocated_pages();
    change();
    used_pages += file.allocated_pages();
  }
  void unname(const StoredNode& node);
  void release_if_unused(const StoredFile& file) {
    if (!file.named && file.handles == 0) used_pages -= file.allocated_pages();
  }
};

class FaultyFileSystem::Session {
 public:
  Session(std::uint64_t seed, std::shared_ptr<Disk> used_disk) : disk(std::move(used_disk)), random(seed, "disk") {}

  enum class Class { kRead, kWrite, kSync, kMetadata };
  enum class Fate { kDown, kGo, kFail, kDieInside };
  struct Verdict {
    Fate fate;
    ErrorCode code;

    bool go() const { return fate == Fate::kGo; }
    /// What the caller gets when it does not go.
    std::unexpected<Error> failure(const DiskOperation& operation) const;
  };
  /// Counts and records a call, and draws what becomes of it. With the disk's mutex held.
  Verdict begin(const DiskOperation& operation, Class kind, bool changes);
  /// The call just begun failed for a reason of its own.
  std::unexpected<Error> refuse(ErrorCode code, std::string sentence);
  std::unexpected<Error> down_error() const { return fail(ErrorCode::kClosed, "the machine is down"); }

  std::shared_ptr<Disk> disk;
  SeededRandom random;
  bool down = false;
  std::uint64_t operations = 0;
  std::uint64_t changes = 0;
  std::uint64_t injected = 0;
  std::optional<std::uint64_t> crash_at;
  std::optional<std::uint64_t> fail_at;
  ErrorCode fail_code = ErrorCode::kStorage;
  DiskErrors errors;
  std::vector<DiskOperation> recorded;
  std::set<const StoredFile*> locked;  // looked up only
  Trace* trace = nullptr;
};

/// A file of a session. Its calls fail once the session is down.
class FaultyFileSystem::OpenFile final : public runtime::File {
 public:
  OpenFile(std::shared_ptr<Session> session, std::shared_ptr<StoredFile> file, std::string path, runtime::OpenMode mode,
           bool exclusive);
  ~OpenFile() override;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  using File::write_at;
  Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) override;
  Result<std::size_t> read_cached_at(std::uint64_t position, MutableBytes into) override;
  Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) override;
  Result<void> sync_data() override;
  Result<std::uint64_t> size() override;
  Result<void> truncate(std::uint64_t size) override;
  void drop_cached(std::uint64_t position, std::uint64_t length) override;

 private:
  bool direct() const { return mode_ == runtime::OpenMode::kCreateDirect; }
  static bool aligned(std::uint64_t position, ByteView bytes);
  /// Writes the first `length` bytes of `parts` as far as there is space; false when there was not.
  bool put(std::uint64_t position, std::span<const ByteView> parts, std::uint64_t length, SeededRandom* torn);

  std::shared_ptr<Session> session_;
  std::shared_ptr<StoredFile> file_;
  std::string path_;
  runtime::OpenMode mode_;
  bool exclusive_;
};

}  // namespace wharf::sim
