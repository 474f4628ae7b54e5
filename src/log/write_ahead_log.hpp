#pragma once
// The write-ahead log of one shard: records of many partitions made durable by one write at a time (group commit).
// Whatever is appended while a flush is under way makes up the next one.
//
//   Result<WalPosition> at = wal.append({.partition = id, .leader_epoch = epoch, .base_offset = first, .next_offset =
//   next}, bytes);
//   ...
//   Result<WalPosition> durable = co_await wal.flush();   // everything appended before the call, unless it failed
//
// The payload is copied once, into the blocks that are written. Touched from its shard's loop only; the kernel or the
// work pool waits for the disk.
//
// When a write fails, nothing of it counts as durable and the file is given up: no further write or sync goes to it.
// The records stay here and refusing() tells why; the next flush() writes them to another file. Until one succeeds,
// append() refuses. So a record once appended is acknowledged late or never, but never lost while the process lives,
// and the owner need not take its offsets back. Waiters of the failed flush get the error; whoever calls flush() again
// (at once for another file, then every second or so) heals the log when the disk is back.
//
// Space: at most `max_files` files. When all are full, flush() fails with kBusy until recycle() has freed one; the log
// does not refuse for that, and wants_checkpoint() says so well before.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "log/owned_batches.hpp"
#include "log/wal_buffer.hpp"
#include "log/wal_files.hpp"
#include "log/wal_format.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "runtime/direct_writer.hpp"
#include "runtime/logger.hpp"
#include "runtime/shard.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::log {

/// A place in the shard's log: a record is durable when durable() has reached the position that append() gave for it.
/// Records next to each other may share one.
using WalPosition = StrongNumber<struct WalPositionTag, std::uint64_t>;

struct WriteAheadLogOptions {
  std::uint32_t max_files = 16;
  std::size_t max_buffered_bytes = 64u << 20;  // appended, not durable; from there on append() refuses with kBusy. At
                                               // most half of what max_files take
  std::size_t max_write_bytes = 4u << 20;      // of one write and sync; a larger flush is several
  bool io_uring = true;                        // write without a waiting thread where the kernel lets us
  bool prepare_ahead = true;  // make the first file at once, and the next one before it is needed; else
                              // each at need until prepare_ahead() is called
};

class WriteAheadLog {
 public:
  /// `files` and `logger` outlive it. Await close() before it is destroyed.
  WriteAheadLog(runtime::Shard& shard, WalFiles& files, runtime::Logger& logger, WriteAheadLogOptions options);
  ~WriteAheadLog();
  WriteAheadLog(const WriteAheadLog&) = delete;
  WriteAheadLog& operator=(const WriteAheadLog&) = delete;

  /// Into memory. kStorage and kDiskFull while refusing(), kBusy when the disk does not keep up, kTooLarge above
  /// max_record_bytes(), kClosed.
  Result<WalPosition> append(const WalRecordHeader& header, ByteView payload);
  /// The same. A batch that several partitions take is written with the first of them; for those that come while it is
  /// the newest such batch, only that they have it too (docs/decisions/046).
  Result<WalPosition> append_batches(WalRecordHeader header, const OwnedBatches& batches);
  /// Returns when everything appended before the call is durable, or a write failed. Several tasks may wait.
  runtime::Task<Result<WalPosition>> flush();

  /// From now on the next file is made before it is needed. A start that syncs other things first gets done without it:
  /// a file's zeros go to the same disk.
  void prepare_ahead();

  WalPosition appended() const;  // of the newest record
  WalPosition durable() const;
  std::size_t buffered_bytes() const;
  /// Half of what append() takes before it refuses waits for the disk: whoever can wait should, for room(). Not while
  /// refusing().
  bool is_crowded() const { return !refusing_ && buffered_bytes() >= options_.max_buffered_bytes / 2; }
  /// Notified whenever a write ended, well or not. One task waits.
  runtime::Signal& room() { return room_; }
  std::size_t max_record_bytes() const;
  /// Why the log cannot write. Set by a failed write, cleared by the next that succeeds.
  std::optional<Error> refusing() const { return refusing_; }

  /// Durable, and not yet vouched for by a checkpoint.
  std::uint64_t bytes_since_checkpoint() const;
  /// Less than half of `max_files` is left.
  bool wants_checkpoint() const;
  /// What a checkpoint that vouches for everything up to `upto` must say (WalFloor): files below are not needed any
  /// more. Make that durable, then call recycle(upto). Take `upto` from durable(), in the same turn as what it vouches
  /// for: later records may share a position that is not durable yet.
  WalSequence floor_at(WalPosition upto) const;
  void recycle(WalPosition upto);

  /// Waits for what is under way; does not flush. Waiting flushes return kClosed.
  runtime::Task<void> close();

 private:
  std::uint64_t bytes_beside_a_full_file() const;
  /// A file that holds records which no checkpoint vouches for.
  struct LiveFile {
    WalFile file;
    WalSequence sequence;
    WalSequence previous;
    std::uint32_t previous_blocks = 0;
    std::uint32_t next_block = 0;    // blocks below are durable
    std::uint64_t needed_below = 0;  // no record that begins in it has a higher position
    bool failed = false;
  };

  /// The newest batch that records may repeat.
  struct SharedBatch {
    std::weak_ptr<const void> owner;  // who it is, for as long as anybody has it
    WalRepeat name;
    std::uint64_t retired = 0;  // files given up or full before it
  };

  Result<void> admit(std::size_t payload_bytes) const;
  bool can_repeat(const OwnedBatches& batches) const;
  runtime::Task<Result<void>> write_once();  // one write, and wakes who waits for its end
  runtime::Task<Result<void>> write_end();   // waits for the end of the write under way
  runtime::Task<Result<void>> write_next();  // from the front of the buffer into the current file
  runtime::Task<Result<void>> write_durably(std::vector<ByteView> sealed);
  runtime::Task<Result<void>> open_next_file();  // kBusy: none is left
  void retire_current(bool failed);
  std::unexpected<Error> refuse(const Error& error);
  std::size_t files_held() const { return full_.size() + (current_ ? 1u : 0u) + (spare_ || preparing_ ? 1u : 0u); }
  void prepare_spare();
  runtime::Task<void> make_spare();
  runtime::Task<void> free_files(std::vector<LiveFile> files);

  runtime::Shard& shard_;
  WalFiles& files_;
  runtime::Logger& logger_;
  WriteAheadLogOptions options_;
  WalBuffer buffer_;
  std::uint64_t recycled_ = 0;  // the last checkpoint vouches for everything up to here
  std::optional<LiveFile> current_;
  std::deque<LiveFile> full_;  // oldest first
  SharedBatch shared_;
  std::uint64_t retired_ = 0;  // files that nothing is written to any more
  std::optional<WalFile> spare_;
  WalSequence last_sequence_;  // of the newest file with durable blocks; while none has any, of the first
  std::uint32_t last_blocks_ = 0;
  std::optional<Error> refusing_;
  runtime::DirectWriter writer_;
  bool preparing_ = false;
  bool writing_ = false;
  bool closing_ = false;
  std::vector<runtime::Resume<Result<void>>> waiters_;  // for the end of the write under way
  runtime::Signal spare_ready_;
  runtime::Signal room_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::log
