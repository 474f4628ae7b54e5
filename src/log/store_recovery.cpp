#include "log/store_recovery.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "log/storage_error.hpp"
#include "model/record_batch.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::log {

using runtime::Task;

namespace {

OwnedBatches copy_of(ByteView payload) {
  auto owner = std::make_shared_for_overwrite<std::byte[]>(payload.size());
  std::memcpy(owner.get(), payload.data(), payload.size());
  return {.owner = owner, .bytes = {owner.get(), payload.size()}, .prepared = true};
}

/// Whole batches of one leader epoch without a gap, which `batches` begins with: how many bytes, and the offset behind them.
struct EpochRun {
  std::size_t bytes = 0;
  Offset next;
};
EpochRun run_of_epoch(ByteView batches, LeaderEpoch epoch) {
  EpochRun run;
  while (run.bytes < batches.size()) {
    Result<BatchView> batch = read_batch(batches.subspan(run.bytes));
    if (!batch || batch->header.leader_epoch != epoch || batch->header.record_count == 0) break;
    if (run.bytes > 0 && batch->header.base_offset != run.next) break;
    run.bytes += batch->header.size_bytes;
    run.next = batch->header.next_offset();
  }
  return run;
}

/// Of what was shared there is one copy, as before; none: a record of another kind.
std::optional<OwnedBatches> batches_of(const RecoveredWalRecord& record) {
  bool is_shared = record.header.kind == WalRecordKind::kShared || record.header.kind == WalRecordKind::kRepeated;
  if (!is_shared && record.header.kind != WalRecordKind::kBatches) return std::nullopt;
  OwnedBatches batches{.owner = record.owner,
                       .bytes = {record.owner.get(), record.payload.size()},
                       .prepared = true,
                       .is_shared = is_shared};
  if (!is_shared) return batches;
  batches.separate_header();
  if (!batches.own_header) return std::nullopt;
  stamp_base_offset(batches.stamped_part(), record.header.base_offset);
  stamp_leader_epoch(batches.stamped_part(), record.header.leader_epoch);
  return batches;
}

}  // namespace

/// What a checkpoint carried is taken back as what the write-ahead log holds is, before that.
struct StoreRecovery::Found {
  PartitionId id;
  Vouching entry = Vouching::kNone;
  std::optional<PartitionState> vouched;
  struct Replayed {
    WalRecordHeader header;
    WalGap gap;
    OwnedBatches batches;
  };
  std::vector<Replayed> wal;
  std::size_t carried = 0;  // how many of them, in front, a checkpoint had
  Offset carried_end;       // behind those
  Offset lost_to;           // offsets behind those, up to here, went with a damaged checkpoint (log/state_salvage.hpp)

  /// What a process left torn and its successor did not take, that one wrote over: its offsets begin in front of it.
  void take_wal(const RecoveredWalRecord& record, OwnedBatches batches) {
    auto written_over = [&record](const Replayed& torn) {
      return torn.gap == WalGap::kTorn && torn.header.base_offset >= record.header.base_offset;
    };
    while (wal.size() > carried && written_over(wal.back())) wal.pop_back();
    wal.push_back({record.header, record.gap, std::move(batches)});
  }

  /// False: some of it are no batches.
  bool take_carried(ByteView batches) {
    while (!batches.empty()) {
      Result<BatchHeader> first = read_batch_header(batches);
      if (first && first->record_count == 0) {
        lost_to = first->next_offset();
        batches = batches.subspan(std::min(first->size_bytes, batches.size()));
        continue;
      }
      EpochRun run = first ? run_of_epoch(batches, first->leader_epoch) : EpochRun();
      if (run.bytes == 0) return false;
      WalRecordHeader header{id, first->leader_epoch, first->base_offset, run.next};
      wal.push_back({header, WalGap::kNone, copy_of(batches.first(run.bytes))});
      ++carried;
      carried_end = run.next;
      batches = batches.subspan(run.bytes);
    }
    return true;
  }

  /// Behind what a checkpoint vouches for or carries.
  Offset kept_end() const { return std::max(carried_end, vouched ? vouched->stored_end : Offset{0}); }

  /// The write-ahead log alone has some of it.
  bool needs_wal() const {
    Offset kept = kept_end();
    return std::ranges::any_of(wal, [kept](const Replayed& record) { return record.header.next_offset > kept; });
  }

  /// What a damaged checkpoint does not carry any more, the write-ahead log may have: it goes between.
  void put_in_order() {
    auto base = [](const Replayed& record) { return record.header.base_offset; };
    if (carried == 0 || std::ranges::is_sorted(wal, {}, base)) return;
    std::multimap<Offset, Replayed> ordered;
    for (Replayed& record : wal) ordered.emplace(base(record), std::move(record));
    wal.clear();
    for (auto& [offset, record] : ordered) wal.push_back(std::move(record));
  }

  RecoveryInput input(bool clean, Timestamp now) {
    put_in_order();
    RecoveryInput input{id, entry, clean, vouched, {}, carried_end, now};
    Offset from = vouched ? vouched->stored_end : Offset{0};
    for (const Replayed& record : wal) {
      for (ByteView rest = record.batches.bytes; !rest.empty();) {
        Result<BatchView> batch = read_batch(rest);
        if (!batch) break;  // cannot be: the log checksums its blocks
        rest = rest.subspan(batch->header.size_bytes);
        if (record.batches.own_header) batch->header.base_offset = record.header.base_offset;
        if (batch->header.base_offset >= from) {
          Offset next = batch->header.next_offset();
          input.wal.push_back({batch->header.base_offset, batch->header.checksum, batch->header.size_bytes, next});
          from = next;
        }
      }
    }
    return input;
  }
};

StoreRecovery::StoreRecovery(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs,
                             Checkpointer& checkpointer)
    : with_(with), options_(options), logs_(logs), checkpointer_(checkpointer) {
  LogConfig config;
  config.carried_bytes = kUsualCarriedBytes;
  unclaimed_config_ = std::make_shared<const LogConfig>(config);
}

/// Work pool.
Result<void> StoreRecovery::gather(std::vector<Found>& found) {
  std::map<PartitionId, Found> all;
  auto ours = [this](const PartitionId& id) { return !options_.owns || options_.owns(id); };
  std::shared_ptr<const LoadedCheckpoints> loaded = with_.folder->loaded();
  for (const LoadedCheckpoint& checkpoint : loaded->partitions) {
    if (!ours(checkpoint.partition)) continue;
    Found& partition = all[checkpoint.partition];
    ByteView bytes = checkpoint.state;
    Result<PartitionState> state = PartitionState::decode(bytes);
    if (!state && state.error().code == ErrorCode::kUnsupportedVersion) return fail(state.error());
    if (!state || state->id != checkpoint.partition) continue;  // scanned as if it had none
    partition.id = checkpoint.partition;
    if (!partition.take_carried(std::exchange(state->carried, {})))
      with_.logger->error("what a checkpoint carries of a partition cannot be read", {{"partition", partition.id.folder()}});
    partition.vouched = std::move(*state);
    partition.entry = checkpoint.stale ? Vouching::kStale : Vouching::kNewest;
  }
  Result<std::vector<runtime::FolderEntry>> folders = with_.files->list(logs_.context().logs);
  if (!folders && folders.error().code != ErrorCode::kNotFound) return storage_failure(folders.error());
  if (folders) {
    for (const runtime::FolderEntry& entry : *folders) {
      if (entry.is_folder && entry.name.ends_with(kDeletedSuffix)) {
        std::ignore = with_.files->remove_folder(logs_.context().logs / entry.name);
        continue;
      }
      Result<PartitionId> id = PartitionId::from_folder(entry.name);
      if (entry.is_folder && id && ours(*id)) all.try_emplace(*id);
    }
  }
  auto take = [&](const RecoveredWalRecord& record) -> Result<void> {
    std::optional<OwnedBatches> batches = batches_of(record);
    if (!batches || !ours(record.header.partition)) return {};
    all[record.header.partition].take_wal(record, std::move(*batches));
    return {};
  };
  Result<WalReport> report = with_.folder->read_wal(take);
  if (!report) return fail(report.error());
  for (auto& [id, partition] : all) {
    partition.id = id;
    found.push_back(std::move(partition));
  }
  return {};
}

Task<void> StoreRecovery::recover_some(std::vector<Found>* found, std::size_t* next) {
  while (*next < found->size() && !needs_mending_) {
    Found& partition = (*found)[(*next)++];
    RecoveryInput input = partition.input(with_.folder->clean(), with_.shard->clock().wall_now());
    if (decide(PartitionFacts{input.entry, input.clean_stop}) == PartitionAction::kTrust) {
      RecoveredPartition trusted;
      trusted.state = std::move(*partition.vouched);
      adopt(partition, std::move(trusted));
      if (*next % 256 == 0) co_await runtime::next_turn(*with_.shard);
      continue;
    }
    auto work = [files = with_.files, logs = logs_.context().logs, input = std::move(input)]() mutable {
      return recover_partition(*files, logs, std::move(input));
    };
    Result<RecoveredPartition> recovered = co_await runtime::run_blocking(*with_.shard, std::move(work));
    adopt(partition, std::move(recovered));
  }
}

/// What came of a disk that fails or is full may come back when that is mended; what is damaged stays so.
void StoreRecovery::refuse(const Found& found, const Error& why) {
  with_.logger->error("a partition cannot be opened", {{"partition", found.id.folder()}, {"reason", why.message}});
  logs_.refuse(found.id, why);
  bool may_be_mended = why.code == ErrorCode::kStorage || why.code == ErrorCode::kDiskFull;
  if (!may_be_mended || !found.needs_wal() || needs_mending_) return;
  needs_mending_ = Error{
      why.code, fmt::format("partition {} cannot be opened ({}), and the write-ahead log holds records of it that are "
                            "nowhere else yet; mend the cause, or move the folder {} away, and start again",
                            found.id.folder(), why.message, (logs_.context().logs / found.id.folder()).string())};
}

Result<void> StoreRecovery::take_back_wal(Found& found, PartitionLog& log) {
  for (Found::Replayed& record : found.wal) {
    // Never acknowledged, nor was anything behind it.
    if (record.gap == WalGap::kTorn && record.header.base_offset > log.log_end_offset()) continue;
    Result<void> replayed = log.replay(record.batches, record.header.leader_epoch, with_.shard->clock().wall_now());
    if (replayed) continue;
    return fail(replayed.error().code,
                fmt::format("the record at offset {} that no segment has cannot be taken back: {}",
                            record.header.base_offset.value, replayed.error().message));
  }
  return {};
}

void StoreRecovery::adopt(Found& found, Result<RecoveredPartition> recovered) {
  if (with_.progress != nullptr) ++with_.progress->partitions_done;
  if (!recovered) return refuse(found, recovered.error());
  if (recovered->cut_bytes > 0) {
    with_.logger->warn("cut what the last stop left unfinished at the end of a log",
                       {{"partition", found.id.folder()},
                        {"bytes", recovered->cut_bytes},
                        {"log_end", recovered->state.stored_end.value}});
  }
  if (with_.progress != nullptr) with_.progress->scanned_bytes += recovered->scanned_bytes;
  bool scanned = recovered->scanned_bytes > 0 || recovered->cut_bytes > 0 || found.wal.size() > found.carried ||
                 found.entry != Vouching::kNewest;
  auto log = std::make_unique<PartitionLog>(logs_.context(), std::move(recovered->state), unclaimed_config_);
  for (const DamagedRange& range : recovered->lost) log->note_lost(range);
  if (!recovered->damage.empty() && log->stored().load()) {
    for (const RecoveredPartition::SegmentDamage& damage : recovered->damage) {
      Result<SegmentList::Holding> holding = log->stored().holding(damage.segment_base);
      if (holding && holding->segment != nullptr) log->note_damage(*holding->segment, damage.span);
    }
  }
  if (recovered->scanned_bytes > 0) {
    Offset base = found.vouched && found.vouched->has_segment ? found.vouched->segment_base : Offset{0};
    std::uint32_t bytes = found.vouched && found.vouched->has_segment ? found.vouched->segment_bytes : 0;
    if (Result<void> noted = log->stored().note_unsynced_behind(base, bytes); !noted)
      return refuse(found, noted.error());
  }
  if (Result<void> taken = take_back_wal(found, *log); !taken) return refuse(found, taken.error());
  bool ends_in_lost = found.lost_to > log->log_end_offset() && log->log_end_offset() <= found.kept_end();
  if (ends_in_lost) {
    if (Result<void> passed = log->pass_over_lost(found.lost_to); !passed) return refuse(found, passed.error());
  }
  found.wal.clear();
  log->producer_states().forget_from(log->log_end_offset());
  PartitionLog& adopted = logs_.adopt(found.id, std::move(log));
  if (scanned) checkpointer_.note_dirty(adopted);
  logs_.trim_hot_tails();
}

Task<Result<void>> StoreRecovery::run() {
  std::vector<Found> found;
  auto look = [this, found = &found] { return gather(*found); };
  Result<void> gathered = co_await runtime::run_blocking(*with_.shard, std::move(look));
  if (!gathered) co_return gathered;
  if (with_.progress != nullptr) with_.progress->partitions_total += found.size();
  std::size_t next = 0;
  {
    runtime::TaskScope workers(*with_.shard);
    for (std::uint32_t i = 0; i < std::max(1u, options_.recovery_tasks); ++i)
      workers.spawn("log-recovery", recover_some(&found, &next));
    co_await workers.close();
  }
  if (needs_mending_) co_return fail(*needs_mending_);
  if (with_.folder->clean() && !checkpointer_.has_dirty()) {  // the checkpoints hold everything already
    auto tell = [folder = with_.folder] { return folder->store_recovered(); };
    Result<void> told = co_await runtime::run_blocking(*with_.shard, std::move(tell));
    co_return told;
  }
  co_await checkpointer_.recovered(!with_.folder->clean());
  co_return Result<void>();
}

}  // namespace wharf::log
