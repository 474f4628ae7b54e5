#include "log/log_store.hpp"

#include "log/store_recovery.hpp"

namespace wharf::log {

using runtime::Task;

LogStore::LogStore(Surroundings with, LogStoreOptions options)
    : with_(with),
      options_(std::move(options)),
      logs_(with_, options_),
      space_(with_, options_, logs_.context()),
      advanced_(*with.shard, logs_),
      checkpoint_wanted_(*with.shard),
      commits_(with_, options_, logs_, advanced_, space_, checkpoint_wanted_),
      condemned_(with_),
      checkpointer_(with_, options_, logs_, space_, commits_, condemned_, checkpoint_wanted_),
      reads_(*with.shard, logs_),
      trimmer_(with_, options_, logs_, reads_, checkpointer_),
      cleaner_(with_, options_, logs_, reads_, checkpointer_, condemned_),
      tasks_(*with.shard) {}

LogStore::~LogStore() = default;

Task<Result<std::unique_ptr<LogStore>>> LogStore::open(Surroundings with, LogStoreOptions options) {
  std::unique_ptr<LogStore> store(new LogStore(with, std::move(options)));
  StoreRecovery recovery(with, store->options_, store->logs_, store->checkpointer_);
  Result<void> recovered = co_await recovery.run();
  if (!recovered) {
    co_await store->commits_.wal().close();
    co_return fail(recovered.error());
  }
  co_return std::move(store);
}

void LogStore::begin_leading(LeaderEpoch epoch) {
  logs_.for_each([epoch](PartitionLog& log) { log.begin_leading(epoch); });
}

Result<void> LogStore::reconfigure(PartitionId id, std::shared_ptr<const LogConfig> config) {
  PartitionLog* log = find(id);
  if (log == nullptr) return logs_.no_log(id);
  log->set_config(std::move(config));
  return {};
}

Result<void> LogStore::remove(PartitionId id) {
  if (!logs_.remove(id)) return logs_.no_log(id);
  space_.tell_waiting();
  checkpointer_.note_removed(id);
  condemned_.add_folder(logs_.context().logs / id.folder());
  return {};
}

Result<Appended> LogStore::append(PartitionId id, OwnedBatches batches, const AppendContext& context) {
  PartitionLog* log = find(id);
  if (log == nullptr) return logs_.no_log(id);
  Result<Appended> appended = take(*log, batches, context);
  if (!appended) refuse(id, batches.number());
  return appended;
}

void LogStore::refuse(PartitionId id, const std::optional<MessageNumber>& number) {
  PartitionLog* log = number ? find(id) : nullptr;
  if (log != nullptr) log->producer_states().refuse(*number, with_.shard->clock().wall_now());
}

Result<Appended> LogStore::take(PartitionLog& log, OwnedBatches& batches, const AppendContext& context) {
  if (closed_) return fail(ErrorCode::kClosed, "the log store is closing");
  if (!space_.takes_records(log.id(), context.from_client)) return fail(ErrorCode::kDiskFull, "the disk is full");
  if (context.from_client && !batches.prepared) {
    Result<void> prepared = prepare_batches(batches, log.config(), prepare_options(Effort::kAny), decoders_);
    if (!prepared) return fail(prepared.error());
  }
  Offset was_readable = log.high_watermark();
  Result<Appended> appended = log.stamp(batches, context, headers_);
  // A topic that becomes async shows what waits for the disk, whatever comes of this append.
  if (log.high_watermark() > was_readable) advanced_.add(log);
  if (!appended || appended->duplicate) return appended;
  if (log.flush() == Flush::kSync) {
    WalRecordHeader record{log.id(), context.leader_epoch, appended->first, appended->next};
    if (Result<void> taken = commits_.append(record, batches); !taken) return fail(taken.error());
  }
  if (Result<void> committed = log.commit(batches, context, headers_); !committed) {
    if (committed.error().code == ErrorCode::kDiskFull) space_.note_full();
    return fail(committed.error());
  }
  checkpointer_.note_appended(batches.bytes.size());
  checkpointer_.note_dirty(log);
  if (log.flush() == Flush::kAsync) advanced_.add(log);
  logs_.trim_hot_tails();
  return appended;
}

PrepareOptions LogStore::prepare_options(Effort effort) const {
  return {.effort = effort, .verify_compressed = options_.verify_compressed_records};
}

Result<bool> LogStore::prepare_now(PartitionId id, OwnedBatches& batches) {
  PartitionLog* log = find(id);
  if (log == nullptr) return logs_.no_log(id);
  Result<void> prepared = prepare_batches(batches, log->config(), prepare_options(Effort::kShort), decoders_);
  if (prepared) return true;
  if (prepared.error().code == ErrorCode::kBusy) return false;
  return fail(prepared.error());
}

bool LogStore::goes_to_wal(PartitionId id) {
  PartitionLog* log = find(id);
  return log != nullptr && log->config().flush == Flush::kSync;
}

Task<Result<OwnedBatches>> LogStore::prepare(PartitionId id, OwnedBatches batches) {
  PartitionLog* log = find(id);
  if (log == nullptr) co_return logs_.no_log(id);
  auto work = [batches = std::move(batches), config = log->config(),
               options = prepare_options(Effort::kAny)]() mutable {
    Decoders decoders;
    Result<void> prepared = prepare_batches(batches, config, options, decoders);
    return prepared ? Result<OwnedBatches>(std::move(batches)) : fail(prepared.error());
  };
  Result<OwnedBatches> prepared = co_await runtime::run_blocking(*with_.shard, std::move(work));
  co_return prepared;
}

Task<void> LogStore::run(std::stop_token stop) {
  tasks_.spawn("log-flush", commits_.run());
  tasks_.spawn("log-checkpoint", checkpointer_.run());
  tasks_.spawn("log-retention", trimmer_.run());
  tasks_.spawn("log-condemned", condemned_.run());
  tasks_.spawn("log-space", space_.run());
  if (options_.compact) tasks_.spawn("log-compaction", cleaner_.run());
  runtime::Signal stopped(*with_.shard);
  {
    // From whichever thread asks.
    std::stop_callback ask(stop,
                           [shard = with_.shard, signal = &stopped] { shard->post([signal] { signal->notify(); }); });
    co_await stopped.wait();
  }
  stop_parts();
  co_await tasks_.close();
}

void LogStore::stop_parts() {
  commits_.stop();
  checkpointer_.stop();
  trimmer_.stop();
  condemned_.stop();
  space_.stop();
  cleaner_.stop();
}

Task<Result<void>> LogStore::close() {
  closed_ = true;
  stop_parts();  // run() may never have begun
  Result<void> outcome = co_await commits_.finish();
  if (!outcome && outcome.error().code == ErrorCode::kBusy) {  // no file is left: a checkpoint frees some
    outcome = co_await checkpointer_.write(false);
    if (outcome) outcome = co_await commits_.finish();
  }
  if (outcome) outcome = co_await checkpointer_.write(true);
  logs_.for_each([](PartitionLog& log) { std::ignore = log.stored().write_indexes(true); });
  co_await condemned_.remove_all();
  co_await commits_.wal().close();
  if (outcome) outcome = co_await tell_closed();
  co_return outcome;
}

Task<Result<void>> LogStore::tell_closed() {
  while (true) {
    auto work = [folder = with_.folder] { return folder->store_closed(); };
    Result<void> told = co_await runtime::run_blocking(*with_.shard, std::move(work));
    if (told || told.error().code != ErrorCode::kDiskFull) co_return told;
    bool made = co_await space_.make_room(0, ReserveUse::kCatalogue);
    if (!made) co_return told;
  }
}

StoreStatistics LogStore::statistics() const {
  StoreStatistics statistics = logs_.context().statistics;
  statistics.partitions = logs_.size();
  statistics.hot_tail_bytes = logs_.context().hot.used_bytes;
  statistics.hot_tail_blocks = logs_.context().hot.blocks.size();
  statistics.open_files = logs_.context().cache.open_files();
  statistics.wal_bytes = commits_.wal().bytes_since_checkpoint();
  statistics.wal_buffered_bytes = commits_.wal().buffered_bytes();
  statistics.refusing = refusing();
  return statistics;
}

}  // namespace wharf::log
