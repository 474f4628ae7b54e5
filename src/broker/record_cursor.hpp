#pragma once
// The records of a partition one after the other, for doors that look into them: read as far ahead as one read goes,
// opened, and given out in portions. Waits where there are none yet, and is woken by the append.
//
//   RecordCursor cursor(read, here, partition, from, 64 << 10);
//   Result<std::vector<CursorRecord>> some = co_await cursor.next(stop);     // empty: asked to stop
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "broker/read.hpp"
#include "model/record.hpp"

namespace wharf::broker {

struct CursorRecord {
  std::shared_ptr<const void> owner;  // of the record's views
  Record record;
};

class RecordCursor {
 public:
  /// `read` and `here` outlive it. Offsets that retention has taken are passed over. `read_bytes`: of batches at a
  /// time, and what a reader that is slow holds of the log's memory; one batch may be larger.
  RecordCursor(Read& read, runtime::Shard& here, PartitionId partition, Offset from, std::size_t read_bytes)
      : read_(read), here_(here), partition_(partition), next_(from), read_bytes_(read_bytes) {}

  /// One read's records from where it stands; at least one, unless `stop` was asked for. Batches of the broker's own
  /// (control) are passed over, as are those that cannot be opened: nobody should be stuck behind them. Decompressing
  /// and reading from the disk happen on the work pool. kNotFound: the partition is gone; kDamaged, kStorage.
  runtime::Task<Result<std::vector<CursorRecord>>> next(std::stop_token stop);
  /// The same of what is there, without waiting: empty where nothing is, or where one read had only batches that are
  /// passed over; position() tells which.
  runtime::Task<Result<std::vector<CursorRecord>>> available();
  /// Waits for some until `deadline`: empty where none came.
  runtime::Task<Result<std::vector<CursorRecord>>> next_by(MonotonicTime deadline);
  /// Until there is something at position(), `deadline`, or `stop` is asked for; takes nothing.
  runtime::Task<void> wait(MonotonicTime deadline, std::stop_token stop);
  /// After kDamaged: what is damaged is passed over. False: nobody knows how far that reaches.
  bool pass_over_damage();
  /// The next record it gives has this offset, or a higher one.
  Offset position() const { return next_; }

 private:
  runtime::Task<Result<std::vector<CursorRecord>>> read(ReadLimits limits);
  runtime::Task<Result<void>> pass_over_what_is_gone();

  Read& read_;
  runtime::Shard& here_;
  PartitionId partition_;
  Offset next_;
  std::optional<Offset> behind_damage_;  // found by the last read
  std::size_t read_bytes_;
};

}  // namespace wharf::broker
