#include "broker/node/log_read.hpp"

#include <algorithm>

#include "cluster/replication/read_watch.hpp"
#include "model/byte_order.hpp"
#include "model/record_batch.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

using cluster::ReadWatch;

/// The parts of one read that one shard owns, and what it found.
struct Portion {
  NodeShard* owner = nullptr;
  std::vector<std::size_t> places;  // in the call
  std::vector<ReadPart> parts;
  std::vector<ReadOutcome> outcomes;
  std::vector<std::size_t> cold;    // parts whose bytes are not in memory
  std::size_t max_bytes = 0;
  std::size_t min_bytes = 0;
  std::shared_ptr<ReadWatch> watch;
};

/// Records of whole batches in memory.
std::uint64_t count_records(const std::vector<runtime::OutPiece>& pieces) {
  std::uint64_t records = 0;
  for (const runtime::OutPiece& piece : pieces) {
    const auto* memory = std::get_if<SharedBytes>(&piece);
    if (memory == nullptr) continue;
    ByteView rest = memory->view();
    while (rest.size() >= kBatchHeaderBytes) {
      std::size_t length = kBatchOverheadBytes + load_big_endian<std::uint32_t>(rest.data() + batch_field::kLength);
      records += load_big_endian<std::uint32_t>(rest.data() + batch_field::kRecordCount);
      rest = rest.subspan(std::min(length, rest.size()));
    }
  }
  return records;
}

void note_failure(cluster::ShardLogs& logs, const ReadPart& part, Error error, ReadOutcome& outcome) {
  log::PartitionLog* log = logs.store().find(part.partition);
  if (log != nullptr && error.code == ErrorCode::kDamaged) {
    for (const log::DamagedRange& range : log->damage()) {
      if (range.first <= part.from && part.from < range.next) outcome.behind_damage = range.next;
    }
  }
  outcome.failure = std::move(error);
}

void read_part(cluster::ShardLogs& logs, const ReadPart& part, std::size_t budget, bool at_least_one, ReadOutcome& outcome,
               bool& cold) {
  log::PartitionLog* log = logs.store().find(part.partition);
  if (log == nullptr) {
    outcome.failure = logs.store().no_log(part.partition).error();
    return;
  }
  outcome.high_watermark = log->high_watermark();
  outcome.last_stable = log->last_stable_offset();
  outcome.log_start = log->log_start_offset();
  if (part.from > outcome.high_watermark && part.from <= log->log_end_offset()) return;  // on its way to the disk
  Result<log::ReadResult> read = log->read(part.from, std::min(part.max_bytes, budget), outcome.high_watermark, at_least_one);
  if (read) {
    outcome.pieces = std::move(read->pieces);
    outcome.bytes = read->bytes;
    outcome.has_more = part.max_bytes > 0 && std::max(read->next, part.from) < outcome.high_watermark;
    outcome.records = count_records(outcome.pieces) + read->file_offsets;
  } else if (read.error().code == ErrorCode::kBusy) {
    cold = true;
  } else {
    note_failure(logs, part, read.error(), outcome);
  }
}

/// Reads end where they do for many reasons: at a batch that is too large, a segment's end, or what was looked at before.
/// Nobody waits for more while there is some.
bool is_enough(std::span<const ReadOutcome> outcomes, std::size_t min_bytes) {
  std::size_t total = 0;
  bool has_more = false;
  for (const ReadOutcome& outcome : outcomes) {
    if (outcome.failure) return true;
    total += outcome.bytes;
    has_more = has_more || outcome.has_more;
  }
  return total >= min_bytes || (total > 0 && has_more);
}

/// Reads every part; where that gives too little, leaves the watch. On the owner's shard, without a pause, so that no
/// append falls between the look and the watch.
void read_portion(Portion& portion) {
  cluster::ShardLogs& logs = *portion.owner->logs;
  portion.outcomes.assign(portion.parts.size(), {});
  portion.cold.clear();
  std::size_t total = 0;
  for (std::size_t i = 0; i < portion.parts.size(); ++i) {
    std::size_t budget = portion.max_bytes - std::min(portion.max_bytes, total);
    bool cold = false;
    read_part(logs, portion.parts[i], budget, total == 0, portion.outcomes[i], cold);
    if (cold) portion.cold.push_back(i);
    total += portion.outcomes[i].bytes;
  }
  if (!portion.watch || !portion.cold.empty() || is_enough(portion.outcomes, portion.min_bytes)) return;
  for (const ReadPart& part : portion.parts) logs.watch(part.partition, portion.watch);
}

/// Brings one cold part into memory, then the caller reads again.
runtime::Task<void> warm_portion(Portion* portion) {
  ReadPart part = portion->parts[portion->cold.front()];
  log::LogStore& store = portion->owner->logs->store();
  Result<void> warmed = co_await store.reads().warm(part.partition, part.from, std::min(part.max_bytes, portion->max_bytes));
  if (!warmed) note_failure(*portion->owner->logs, part, warmed.error(), portion->outcomes[portion->cold.front()]);
  portion->cold.clear();
}

runtime::Task<void> read_on_owner(Portion* portion) {
  constexpr int kMostTries = 8;  // of one part: what was read ahead may be evicted before it is used, but not for ever
  read_portion(*portion);
  std::size_t tried = 0;
  int tries = 0;
  while (!portion->cold.empty()) {
    std::size_t part = portion->cold.front();
    tries = part == tried ? tries + 1 : 1;
    tried = part;
    if (tries > kMostTries) portion->outcomes[part].failure = Error{ErrorCode::kStorage, "stored records do not stay in memory long enough to be sent"};
    else co_await warm_portion(portion);
    if (portion->outcomes[part].failure) co_return;
    read_portion(*portion);
  }
}

std::vector<Portion> split(NodeShards& shards, std::vector<ReadPart> parts, const ReadLimits& limits) {
  std::vector<Portion> by_shard(shards.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Portion& portion = by_shard[shards.owner_index(parts[i].partition)];
    portion.owner = &shards.owner(parts[i].partition);
    portion.max_bytes = limits.max_bytes;
    portion.min_bytes = limits.min_bytes;
    portion.places.push_back(i);
    portion.parts.push_back(parts[i]);
  }
  std::erase_if(by_shard, [](const Portion& portion) { return portion.owner == nullptr; });
  return by_shard;
}

/// Puts the outcomes in the order asked for. Each shard filled the whole budget by itself: what is over it goes back.
std::vector<ReadOutcome> merge(std::vector<Portion>& portions, std::size_t parts, std::size_t max_bytes) {
  std::vector<ReadOutcome> merged(parts);
  for (Portion& portion : portions) {
    for (std::size_t i = 0; i < portion.places.size(); ++i) merged[portion.places[i]] = std::move(portion.outcomes[i]);
  }
  if (portions.size() < 2) return merged;
  std::size_t total = 0;
  for (ReadOutcome& outcome : merged) {
    if (outcome.bytes == 0) continue;
    if (total > 0 && total + outcome.bytes > max_bytes) {
      outcome.pieces.clear();
      outcome.has_more = true;
      outcome.bytes = 0;
      outcome.records = 0;
    }
    total += outcome.bytes;
  }
  return merged;
}

runtime::Task<void> read_portions(runtime::Shard& here, std::vector<Portion>* portions, std::shared_ptr<ReadWatch> watch) {
  for (Portion& portion : *portions) {
    portion.watch = watch;
    Portion* one = &portion;
    if (&portion.owner->shard == &here) {
      co_await read_on_owner(one);
      continue;
    }
    co_await runtime::call_on(here, portion.owner->shard, [one] { read_portion(*one); });
    if (one->cold.empty()) continue;
    co_await runtime::await_on(here, portion.owner->shard, [one] { return read_on_owner(one); });
  }
}

FoundOffset found(const std::optional<log::TimestampedOffset>& from) {
  if (!from) return {};
  return {from->offset, from->timestamp, from->leader_epoch};
}

}  // namespace

runtime::Task<std::vector<ReadOutcome>> LogRead::read(runtime::Shard& here, std::vector<ReadPart> parts, ReadLimits limits) {
  std::size_t count = parts.size();
  std::vector<Portion> portions = split(shards_, std::move(parts), limits);
  while (true) {
    bool may_wait = limits.min_bytes > 0 && here.now() < limits.deadline && !limits.stop.stop_requested();
    std::shared_ptr<ReadWatch> watch = may_wait ? std::make_shared<ReadWatch>(here) : nullptr;
    co_await read_portions(here, &portions, watch);
    std::vector<ReadOutcome> outcomes = merge(portions, count, limits.max_bytes);
    if (!watch || is_enough(outcomes, limits.min_bytes)) {
      if (watch) watch->dismiss();
      co_return outcomes;
    }
    std::stop_callback stopped(limits.stop, [watch] { watch->fire(); });
    [[maybe_unused]] bool moved = co_await watch->wait_until(limits.deadline);
  }
}

runtime::Task<void> LogRead::until_gone(runtime::Shard& here, PartitionId partition, std::stop_token stop) {
  NodeShard* owner = &shards_.owner(partition);
  while (!stop.stop_requested()) {
    auto watch = std::make_shared<ReadWatch>(here);
    auto look = [owner, partition, watch] {
      bool there = owner->logs->store().find(partition) != nullptr;
      if (there) owner->logs->watch_end(partition, watch);
      return there;
    };
    bool there = co_await runtime::call_on(here, owner->shard, look);
    if (!there) co_return;
    std::stop_callback stopped(stop, [watch] { watch->fire(); });
    [[maybe_unused]] bool fired = co_await watch->wait_until(here.now() + std::chrono::hours(1));
  }
}

runtime::Task<Result<PartitionMarks>> LogRead::marks(runtime::Shard& here, PartitionId partition) {
  NodeShard* owner = &shards_.owner(partition);
  auto look = [owner, partition]() -> Result<PartitionMarks> {
    log::PartitionLog* log = owner->logs->store().find(partition);
    if (log == nullptr) return owner->logs->store().no_log(partition);
    LeaderEpoch current = owner->topics->leader_epoch();
    bool empty = log->log_start_offset() == log->log_end_offset();
    return PartitionMarks{log->log_start_offset(), log->high_watermark(), log->last_stable_offset(), log->log_end_offset(), current,
                          empty ? current : log->epoch_of(log->log_start_offset())};
  };
  Result<PartitionMarks> marks = co_await runtime::call_on(here, owner->shard, look);
  co_return marks;
}

namespace {

using Lookup = runtime::Task<Result<std::optional<log::TimestampedOffset>>>;

runtime::Task<void> keep(Lookup lookup, Result<FoundOffset>* into) {
  Result<std::optional<log::TimestampedOffset>> offset = co_await std::move(lookup);
  if (offset) {
    *into = found(*offset);
  } else {
    *into = fail(offset.error());
  }
}

}  // namespace

runtime::Task<Result<FoundOffset>> LogRead::find_time(runtime::Shard& here, PartitionId partition, Timestamp time) {
  NodeShard* owner = &shards_.owner(partition);
  Result<FoundOffset> answer;
  Result<FoundOffset>* into = &answer;
  co_await runtime::await_on(here, owner->shard, [owner, partition, time, into] {
    return keep(owner->logs->store().reads().first_at_or_after(partition, time), into);
  });
  co_return answer;
}

runtime::Task<Result<FoundOffset>> LogRead::find_max_timestamp(runtime::Shard& here, PartitionId partition) {
  NodeShard* owner = &shards_.owner(partition);
  Result<FoundOffset> answer;
  Result<FoundOffset>* into = &answer;
  co_await runtime::await_on(here, owner->shard,
                             [owner, partition, into] { return keep(owner->logs->store().reads().max_timestamp(partition), into); });
  co_return answer;
}

runtime::Task<Result<FoundOffset>> LogRead::end_of_epoch(runtime::Shard& here, PartitionId partition, LeaderEpoch epoch) {
  NodeShard* owner = &shards_.owner(partition);
  auto look = [owner, partition, epoch]() -> Result<FoundOffset> {
    log::PartitionLog* log = owner->logs->store().find(partition);
    if (log == nullptr) return owner->logs->store().no_log(partition);
    log::EpochEnd end = log->end_of_epoch(epoch, owner->topics->leader_epoch());
    return FoundOffset{.offset = end.end_offset, .leader_epoch = end.epoch};
  };
  Result<FoundOffset> end = co_await runtime::call_on(here, owner->shard, look);
  co_return end;
}

}  // namespace wharf::broker
