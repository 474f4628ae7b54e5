#pragma once
// Writes of one shard to files opened with OpenMode::kCreateDirect: durable when they end. The shard hands them to the
// kernel and is told of their end (io_uring), so that no thread waits and none is woken; where the kernel has no
// io_uring or forbids it, as containers often do, and for files of memory, the work pool writes.
// docs/decisions/033-io-uring.md has the measurements.
#include <cstdint>
#include <functional>
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
  /// `ring` false: never tries io_uring. `refuses`: when the kernel is to be taken to refuse a write, for tests.
  DirectWriter(Shard& shard, bool ring, std::function<bool()> refuses = {});
  ~DirectWriter();
  DirectWriter(const DirectWriter&) = delete;
  DirectWriter& operator=(const DirectWriter&) = delete;

  /// As File::write_at. What `parts` show stays until it ends. One write at a time; await it before the writer is
  /// destroyed.
  Task<Result<void>> write(std::shared_ptr<File> file, std::uint64_t position, std::vector<ByteView> parts);

 private:
  class Ring;

  Shard& shard_;
  bool wants_ring_;
  std::function<bool()> refuses_;
  std::unique_ptr<Ring> ring_;  // made by the first write, on the shard's thread, which alone may submit to it
};

/// Whether this process may use io_uring: for `wharf doctor`.
bool has_io_uring();

}  // namespace wharf::runtime
