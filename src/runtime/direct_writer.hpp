#pragma once
// Writes of one shard to files opened with OpenMode::kCreateDirect: durable when they end. The shard hands them to the
// kernel and is told of their end (io_uring), so that no thread waits and none is woken; where the kernel has no
// io_uring or forbids it, as containers often do, and for files of memory, the work pool writes.
// docs/decisions/033-io-uring.md has the measurements.
#include <cstdint>
#include <memory>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "runtime/file.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::runtime {

class DirectWriter {
 public:
  /// `ring` false: never tries io_uring.
  DirectWriter(Shard& shard, bool ring);
  ~DirectWriter();
  DirectWriter(const DirectWriter&) = delete;
  DirectWriter& operator=(const DirectWriter&) = delete;

  /// As File::write_at. What `parts` show stays until it ends. One write at a time; await it before the writer is
  /// destroyed.
  Task<Result<void>> write(std::shared_ptr<File> file, std::uint64_t position, std::vector<ByteView> parts);

 private:
  class Ring;

  /// That of the thread that runs the shard now; null where there is none to be had.
  Ring* ring();

  Shard& shard_;
  bool wants_ring_;
  std::vector<std::unique_ptr<Ring>> rings_;  // only the thread that made one may use it; two threads may run a shard
};

/// Whether this process may use io_uring: for `wharf doctor`.
bool has_io_uring();

}  // namespace wharf::runtime
