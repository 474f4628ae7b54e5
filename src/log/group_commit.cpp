#include "log/group_commit.hpp"

namespace wharf::log {

using runtime::Task;

GroupCommit::GroupCommit(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs,
                         AdvancedLogs& advanced, StoreSpace& space, runtime::Signal& wants_checkpoint)
    : with_(with),
      retry_ms_(options.retry_ms),
      logs_(logs),
      advanced_(advanced),
      space_(space),
      wants_checkpoint_(wants_checkpoint),
      wal_(*with.shard, with.folder->wal_files(), *with.logger, options.wal),
      signal_(*with.shard) {}

Result<void> GroupCommit::append(const WalRecordHeader& record, const OwnedBatches& batches) {
  if (std::optional<Error> why = refusing()) return fail(*why);
  Result<WalPosition> position = wal_.append_batches(record, batches);
  if (!position) return fail(position.error());
  due_.push_back({record.partition, record.next_offset, *position});
  signal_.notify();
  return {};
}

void GroupCommit::note_checkpoint(const Result<void>& outcome) {
  bool was_refusing = refusing().has_value();
  checkpoint_failure_ = outcome ? std::nullopt : std::optional(outcome.error());
  if (refusing().has_value() != was_refusing) advanced_.signal().notify();
  if (outcome && no_file_left_) signal_.notify();
}

std::optional<Error> GroupCommit::refusing() const {
  if (std::optional<Error> why = wal_.refusing()) return why;
  return no_file_left_ ? checkpoint_failure_ : std::nullopt;
}

void GroupCommit::settle(WalPosition durable) {
  while (!due_.empty() && due_.front().position <= durable) {
    Due due = due_.front();
    due_.pop_front();
    PartitionLog* log = logs_.find(due.partition);
    if (log != nullptr && log->raise_high_watermark(due.next)) advanced_.add(*log);
  }
  settled_ = durable;
}

void GroupCommit::count_flush(WalPosition durable, MonotonicTime begun) {
  StoreStatistics& statistics = logs_.statistics();
  ++statistics.flushes;
  statistics.flush_bytes.record((durable.value - settled_.value) * kWalBlockBytes);
  auto took = std::chrono::duration_cast<std::chrono::microseconds>(with_.shard->now() - begun);
  statistics.flush_us.record(static_cast<std::uint64_t>(took.count()));
}

Task<void> GroupCommit::run() {
  while (!stopping_) {
    if (due_.empty()) {
      co_await signal_.wait();
      continue;
    }
    MonotonicTime begin = with_.shard->now();
    bool was_refusing = refusing().has_value();
    Result<WalPosition> durable = co_await wal_.flush();
    no_file_left_ = !durable && durable.error().code == ErrorCode::kBusy;
    if (durable) {
      count_flush(*durable, begin);
      settle(*durable);
      space_.tell_waiting();
      if (was_refusing) advanced_.signal().notify();
      logs_.trim_hot_tails();
      continue;
    }
    ++logs_.statistics().failed_flushes;
    settle(wal_.durable());  // a part of it may be: what it filled can be let go of
    advanced_.signal().notify();
    wants_checkpoint_.notify();
    if (durable.error().code == ErrorCode::kDiskFull) {
      std::uint64_t wanted = with_.folder->wal_files().scarce_file_bytes(wal_.buffered_bytes());
      bool made = co_await space_.make_room(wanted, ReserveUse::kCatalogue);
      if (made) continue;
    }
    bool woken = co_await signal_.wait_until(with_.shard->now() + Milliseconds(retry_ms_));
    std::ignore = woken;
  }
}

void GroupCommit::stop() {
  stopping_ = true;
  signal_.notify();
}

Task<Result<void>> GroupCommit::finish() {
  if (due_.empty()) co_return Result<void>();
  Result<WalPosition> durable = co_await wal_.flush();
  if (!durable) co_return fail(durable.error());
  settle(*durable);
  co_return Result<void>();
}

}  // namespace wharf::log
