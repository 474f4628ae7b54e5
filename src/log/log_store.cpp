#include "log/log_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "log/storage_error.hpp"

namespace wharf::log {

using runtime::Task;

LogStore::LogStore(Surroundings with, LogStoreOptions options)
    : with_(with), options_(std::move(options)),
      context_(*with.files, *with.logger, with.folder->logs(), options_.open_files),
      wal_(*with.shard, with.folder->wal_files(), *with.logger, options_.wal), advanced_signal_(*with.shard),
      flush_signal_(*with.shard), checkpoint_signal_(*with.shard), housekeeping_signal_(*with.shard),
      compaction_signal_(*with.shard), checkpoint_ended_(*with.shard), space_signal_(*with.shard), tasks_(*with.shard) {
  if (with_.random != nullptr) with_.random->fill(hash_secret_);
}

LogStore::~LogStore() = default;

PartitionLog* LogStore::find(PartitionId id) {
  auto found = partitions_.find(id);
  return found == partitions_.end() ? nullptr : found->second.get();
}

Result<PartitionLog*> LogStore::create(PartitionId id, std::shared_ptr<const LogConfig> config) {
  if (auto unreadable = unreadable_.find(id); unreadable != unreadable_.end()) return fail(unreadable->second);
  orphans_.erase(id);
  auto [entry, is_new] = partitions_.try_emplace(id);
  if (is_new) {
    entry->second = std::make_unique<PartitionLog>(context_, id, std::move(config));
  } else {
    entry->second->set_config(std::move(config));
  }
  return entry->second.get();
}

Result<void> LogStore::reconfigure(PartitionId id, std::shared_ptr<const LogConfig> config) {
  PartitionLog* log = find(id);
  if (log == nullptr) return fail(ErrorCode::kNotFound, fmt::format("partition {} has no log here", id.folder()));
  log->set_config(std::move(config));
  return {};
}

Result<void> LogStore::remove(PartitionId id) {
  bool known = partitions_.erase(id) > 0 || unreadable_.erase(id) > 0;
  if (!known) return fail(ErrorCode::kNotFound, fmt::format("partition {} has no log here", id.folder()));
  orphans_.erase(id);
  tell_waiting();
  removed_.push_back(id);
  deletions_.push_back({context_.logs / id.folder(), std::nullopt, with_.shard->now(), false});
  housekeeping_signal_.notify();
  return {};
}

std::vector<PartitionId> LogStore::orphans() const { return {orphans_.begin(), orphans_.end()}; }

Result<Appended> LogStore::append(PartitionId id, OwnedBatches batches, const AppendContext& context) {
  PartitionLog* log = find(id);
  if (log == nullptr) return fail(ErrorCode::kNotFound, fmt::format("partition {} has no log here", id.folder()));
  if (closed_) return fail(ErrorCode::kClosed, "the log store is closing");
  if (!takes_records(id, context.from_client)) return fail(ErrorCode::kDiskFull, "the disk is full");
  if (context.from_client && !batches.prepared) {
    Result<void> prepared = prepare_batches(batches, log->config(), prepare_options(Effort::kAny), decoders_);
    if (!prepared) return fail(prepared.error());
  }
  Result<Appended> appended = log->stamp(batches, context, headers_);
  if (!appended || appended->duplicate) return appended;
  if (log->flush() == Flush::kSync) {
    WalRecordHeader record{id, context.leader_epoch, appended->first, appended->next};
    Result<WalPosition> position = wal_.append(record, batches.bytes);
    if (!position) return fail(position.error());
    due_.push_back({id, appended->next, *position});
    flush_signal_.notify();
  }
  if (Result<void> committed = log->commit(batches, context, headers_); !committed) {
    if (committed.error().code == ErrorCode::kDiskFull) with_.folder->space().note_full();
    return fail(committed.error());
  }
  appended_since_checkpoint_ += batches.bytes.size();
  if (appended_since_checkpoint_ >= options_.checkpoint_bytes || wal_.wants_checkpoint()) checkpoint_signal_.notify();
  list_dirty(*log);
  if (log->flush() == Flush::kAsync) list_advanced(*log);
  trim_hot_tails();
  return appended;
}

PrepareOptions LogStore::prepare_options(Effort effort) const {
  return {.effort = effort, .verify_compressed = options_.verify_compressed_records};
}

Result<bool> LogStore::prepare_now(PartitionId id, OwnedBatches& batches) {
  PartitionLog* log = find(id);
  if (log == nullptr) return fail(ErrorCode::kNotFound, fmt::format("partition {} has no log here", id.folder()));
  Result<void> prepared = prepare_batches(batches, log->config(), prepare_options(Effort::kShort), decoders_);
  if (prepared) return true;
  if (prepared.error().code == ErrorCode::kBusy) return false;
  return fail(prepared.error());
}

Task<Result<OwnedBatches>> LogStore::prepare(PartitionId id, OwnedBatches batches) {
  PartitionLog* log = find(id);
  if (log == nullptr) co_return fail(ErrorCode::kNotFound, fmt::format("partition {} has no log here", id.folder()));
  auto work = [batches = std::move(batches), config = log->config(), options = prepare_options(Effort::kAny)]() mutable {
    Decoders decoders;
    Result<void> prepared = prepare_batches(batches, config, options, decoders);
    return prepared ? Result<OwnedBatches>(std::move(batches)) : fail(prepared.error());
  };
  Result<OwnedBatches> prepared = co_await runtime::run_blocking(*with_.shard, std::move(work));
  co_return prepared;
}

void LogStore::list_advanced(PartitionLog& log) {
  if (!log.listed().advanced) {
    log.listed().advanced = true;
    advanced_.push_back(log.id());
  }
  advanced_signal_.notify();
}

void LogStore::list_dirty(PartitionLog& log) {
  if (log.listed().dirty) return;
  log.listed().dirty = true;
  dirty_.push_back(log.id());
}

std::vector<Advanced> LogStore::take_advanced() {
  std::vector<Advanced> taken;
  taken.reserve(advanced_.size());
  for (const PartitionId& id : advanced_) {
    PartitionLog* log = find(id);
    if (log == nullptr || !log->listed().advanced) continue;
    log->listed().advanced = false;
    taken.push_back({id, log->high_watermark()});
  }
  advanced_.clear();
  return taken;
}

/// Drops the oldest blocks beyond the budget. What is not in a segment yet is written there first, what is not durable yet
/// stays; a little at a time.
void LogStore::trim_hot_tails() {
  constexpr int kMostBlocks = 16;
  constexpr std::size_t kWriteBytes = 256u << 10;  // 10 KiB cost 5.4 us written alone, 1.6 us in a write of this size
  HotTailBudget& hot = context_.hot;
  bool many_gone = hot.blocks.size() > 1024 && hot.blocks.size() > 4 * hot.live_blocks;
  for (int i = 0; i < kMostBlocks && !hot.blocks.empty(); ++i) {
    HotTailBudget::Block block = hot.blocks.front();
    PartitionLog* log = find(block.partition);
    HotTail* tail = log == nullptr ? nullptr : log->tail();
    bool is_live = tail != nullptr && !tail->empty() && tail->oldest_serial() <= block.serial;
    if (is_live) {
      if (hot.used_bytes <= options_.hot_tail_bytes) return;
      if (tail->oldest_block_next() > log->stored_end()) {
        if (tail->oldest_block_next() > log->high_watermark()) return;
        Result<bool> written = log->write_behind(kWriteBytes);
        if (!written) return;
      }
      tail->drop_oldest_block();
    } else if (hot.used_bytes <= options_.hot_tail_bytes && !many_gone) {
      return;
    }
    hot.blocks.pop_front();
  }
}

void LogStore::settle(WalPosition durable) {
  while (!due_.empty() && due_.front().position <= durable) {
    DueFlush due = due_.front();
    due_.pop_front();
    PartitionLog* log = find(due.partition);
    if (log != nullptr && log->raise_high_watermark(due.next)) list_advanced(*log);
  }
  settled_ = durable;
}

Task<void> LogStore::flush_loop() {
  while (!stopping_) {
    if (due_.empty()) {
      co_await flush_signal_.wait();
      continue;
    }
    MonotonicTime begin = with_.shard->now();
    bool was_refusing = refusing().has_value();
    Result<WalPosition> durable = co_await wal_.flush();
    if (durable) {
      std::uint64_t blocks = durable->value - settled_.value;
      settle(*durable);
      ++context_.statistics.flushes;
      tell_waiting();
      context_.statistics.flush_bytes.record(blocks * kWalBlockBytes);
      auto took = std::chrono::duration_cast<std::chrono::microseconds>(with_.shard->now() - begin);
      context_.statistics.flush_us.record(static_cast<std::uint64_t>(took.count()));
      if (was_refusing) advanced_signal_.notify();
      trim_hot_tails();
      continue;
    }
    ++context_.statistics.failed_flushes;
    advanced_signal_.notify();
    checkpoint_signal_.notify();  // when all files are full, this frees some
    if (durable.error().code == ErrorCode::kDiskFull) {
      std::uint64_t wanted = with_.folder->wal_files().scarce_file_bytes(wal_.buffered_bytes());
      bool made = co_await make_room(wanted, ReserveUse::kCatalogue);
      if (made) continue;
    }
    bool woken = co_await flush_signal_.wait_until(with_.shard->now() + Milliseconds(options_.retry_ms));
    std::ignore = woken;
  }
}

Task<void> LogStore::next_turn() {
  auto resume_later = [shard = with_.shard](runtime::Resume<bool> resume) {
    shard->post([resume = std::move(resume)]() mutable { std::move(resume)(true); });
  };
  [[maybe_unused]] bool resumed = co_await runtime::suspend<bool>(std::move(resume_later));
}

Task<void> LogStore::run(std::stop_token stop) {
  tasks_.spawn("log-flush", flush_loop());
  tasks_.spawn("log-checkpoint", checkpoint_loop());
  tasks_.spawn("log-housekeeping", housekeeping_loop());
  tasks_.spawn("log-space", space_loop());
  if (options_.compact) tasks_.spawn("log-compaction", compaction_loop());
  runtime::Signal stopped(*with_.shard);
  {
    // From whichever thread asks.
    std::stop_callback ask(stop, [shard = with_.shard, signal = &stopped] { shard->post([signal] { signal->notify(); }); });
    co_await stopped.wait();
  }
  stopping_ = true;
  flush_signal_.notify();
  checkpoint_signal_.notify();
  housekeeping_signal_.notify();
  compaction_signal_.notify();
  space_signal_.notify();
  co_await tasks_.close();
}

Task<Result<void>> LogStore::close() {
  closed_ = true;
  Result<void> outcome;
  if (!due_.empty()) {
    Result<WalPosition> durable = co_await wal_.flush();
    if (durable) settle(*durable);
    if (!durable) outcome = fail(durable.error());
  }
  if (outcome) outcome = co_await checkpoint_now(true);
  for (const auto& [id, log] : partitions_) std::ignore = log->stored().write_indexes(true);
  co_await carry_out_deletions(true);
  co_await wal_.close();
  while (outcome) {
    auto work = [folder = with_.folder] { return folder->store_closed(); };
    Result<void> told = co_await runtime::run_blocking(*with_.shard, std::move(work));
    if (told) break;
    bool made = false;
    if (told.error().code == ErrorCode::kDiskFull) made = co_await make_room(0, ReserveUse::kCatalogue);
    if (!made) outcome = told;
  }
  co_return outcome;
}

StoreStatistics LogStore::statistics() const {
  StoreStatistics statistics = context_.statistics;
  statistics.partitions = partitions_.size();
  statistics.hot_tail_bytes = context_.hot.used_bytes;
  statistics.open_files = context_.cache.open_files();
  statistics.wal_bytes = wal_.bytes_since_checkpoint();
  statistics.wal_buffered_bytes = wal_.buffered_bytes();
  statistics.refusing = refusing();
  return statistics;
}

}  // namespace wharf::log
