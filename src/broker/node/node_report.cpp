// The numbers of NodeOperate: gathered on the shards that own them, a slice at a time.
#include "broker/node/operate.hpp"

#include <span>

#include "model/record_batch.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

/// What a shard looks at before it lets others run: some tens of microseconds.
constexpr std::size_t kPartitionsPerSlice = 256;
constexpr std::size_t kQueuesPerSlice = 256;
constexpr std::size_t kTimesPerSlice = 32;

/// The topics are a snapshot, which changes do not disturb; the logs are looked up in each slice anew.
runtime::Task<void> report_partitions(NodeShards* shards, std::size_t index, ShardReport* into) {
  NodeShard& shard = shards->at(index);
  cluster::TopicTable::Pointer topics = shard.topics;
  std::size_t looked = 0;
  for (const auto& topic : topics->all()) {
    for (std::int32_t i = 0; i < topic->partitions; ++i) {
      if (++looked % kPartitionsPerSlice == 0) co_await runtime::next_turn(shard.shard);
      PartitionId partition = topic->partition(i);
      if (shards->owner_index(partition) != index) continue;
      const log::PartitionLog* log = shard.logs->store().find(partition);
      if (log == nullptr) continue;
      into->partitions.push_back({partition, log->log_start_offset(), log->high_watermark(), log->log_end_offset(),
                                  log->size_bytes(), log->segments(), log->statistics(),
                                  log->failed_compaction.transform([](const auto& failed) { return failed.reason.message; })});
    }
  }
}

void add(queue::LiveQueue& queue, QueueSums& into) {
  const queue::QueueCounts counts = queue.counts();
  const std::uint64_t ready_bytes = queue.core().ready_bytes();
  std::uint64_t all = 0;
  for (const auto& [level, cursor] : queue.core().levels()) all += cursor.counted().bytes;
  ++into.queues;
  into.counts.ready += counts.ready;
  into.counts.unsettled += counts.unsettled;
  into.counts.consumers += counts.consumers;
  into.ready_bytes += ready_bytes;
  into.unsettled_bytes += all - std::min(all, ready_bytes);
  into.traffic.add(queue.core().traffic().totals());
}

runtime::Task<void> add_up_queues(NodeShard* shard, QueueSums* into) {
  for (std::size_t at = 0; at < shard->queues->places();) {
    at = shard->queues->visit(at, kQueuesPerSlice, [into](queue::LiveQueue& queue) { add(queue, *into); });
    co_await runtime::next_turn(shard->shard);
  }
  into->traffic.add(shard->queues->gone());
}

runtime::Task<void> report_shard(NodeShards* shards, std::size_t index, MonotonicTime asked, ShardReport* into) {
  NodeShard& shard = shards->at(index);
  into->hop = shard.shard.now() - asked;
  into->busy = runtime::Shard::busy_time();
  into->store = shard.logs->store().statistics();
  std::erase_if(shard.doors.out, [&](const auto& entry) { return !shard.topics->find(entry.first); });
  into->requests = shard.doors.requests;
  into->out = shard.doors.out;
  into->shortage = shard.alarms.now();
  if (shard.schedules) into->delayed_messages = shard.schedules->pending();
  co_await report_partitions(shards, index, into);
}

/// The header of the first batch of what was read; from memory or from the page cache, never from the disk.
Result<BatchHeader> first_header(const log::ReadResult& read) {
  if (read.pieces.empty()) return fail(ErrorCode::kNotFound, "nothing is there");
  if (const auto* memory = std::get_if<SharedBytes>(&read.pieces.front())) return read_batch_header(memory->view());
  const auto& range = std::get<runtime::FileRange>(read.pieces.front());
  std::byte bytes[kBatchHeaderBytes];
  Result<std::size_t> count = range.file->read_cached_at(range.position, bytes);
  if (!count) return fail(count.error());
  return read_batch_header(ByteView(bytes).first(*count));
}

Result<Timestamp> time_of(log::LogStore& store, PartitionOffset record) {
  log::PartitionLog* log = store.find(record.partition);
  if (log == nullptr) return fail(ErrorCode::kNotFound, "the partition is gone");
  Offset from = std::max(record.offset, log->log_start_offset());
  Result<log::ReadResult> read = log->read(from, 1, log->high_watermark(), true);
  if (!read) return fail(read.error());
  Result<BatchHeader> header = first_header(*read);
  if (!header) return fail(header.error());
  return header->timestamp_type == TimestampType::kLogAppendTime ? header->max_timestamp : header->base_timestamp;
}

QueueNumbers numbers_of(queue::LiveQueue& queue) {
  QueueNumbers numbers{.counts = queue.counts(), .ready_bytes = queue.core().ready_bytes(), .unsettled_bytes = 0};
  std::uint64_t all = 0;
  for (const auto& [level, cursor] : queue.core().levels()) all += cursor.counted().bytes;
  numbers.unsettled_bytes = all - std::min(all, numbers.ready_bytes);
  numbers.traffic = queue.traffic();
  numbers.idle_for = queue.idle_for();
  numbers.active = queue.core().consumers().active();
  return numbers;
}

struct TimesOfShard {
  NodeShard* owner = nullptr;
  std::vector<std::size_t> places;
  std::vector<PartitionOffset> records;
  std::vector<std::optional<Timestamp>> times;
};

runtime::Task<void> find_times(TimesOfShard* work, std::size_t* cold_reads) {
  log::LogStore& store = work->owner->logs->store();
  for (std::size_t i = 0; i < work->records.size(); ++i) {
    if (i % kTimesPerSlice == kTimesPerSlice - 1) co_await runtime::next_turn(work->owner->shard);
    PartitionOffset record = work->records[i];
    Result<Timestamp> time = time_of(store, record);
    if (!time && time.error().code == ErrorCode::kBusy && *cold_reads > 0) {
      --*cold_reads;
      Result<void> warmed = co_await store.reads().warm(record.partition, record.offset, 1);
      if (warmed) time = time_of(store, record);
    }
    work->times.push_back(time ? std::optional(*time) : std::nullopt);
  }
}

}  // namespace

runtime::Task<std::vector<ShardReport>> NodeOperate::report(runtime::Shard& here) {
  std::vector<ShardReport> reports(shards_.size());
  NodeShards* shards = &shards_;
  MonotonicTime asked = here.now();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    ShardReport* into = &reports[i];
    asked = here.now();
    co_await runtime::await_on(here, shards_.at(i).shard, [shards, i, asked, into] { return report_shard(shards, i, asked, into); });
  }
  co_return reports;
}

runtime::Task<Result<DiskReport>> NodeOperate::disk(runtime::Shard& here) {
  auto look = [files = &files_, folder = folder_] { return files->space(folder); };
  Result<runtime::DiskSpace> space = co_await runtime::run_blocking(here, std::move(look));
  if (!space) co_return fail(space.error());
  co_return DiskReport{space->total, space->available, reserve_bytes_, data_folder_ != nullptr && data_folder_->space().reserve().is_whole()};
}

runtime::Task<std::optional<Error>> NodeOperate::refusing(runtime::Shard& here) {
  if (data_folder_ != nullptr && data_folder_->space().full()) co_return Error{ErrorCode::kDiskFull, "the disk is full"};
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    std::optional<Error> why = co_await runtime::call_on(here, shard->shard, [shard] { return shard->logs->store().refusing(); });
    if (why) co_return why;
  }
  co_return std::nullopt;
}

runtime::Task<std::vector<QueueNumbers>> NodeOperate::queue_numbers(runtime::Shard& here,
                                                                    std::vector<queue::QueueRef> queues) {
  std::vector<QueueNumbers> numbers(queues.size());
  std::vector<std::vector<std::size_t>> places(shards_.size());  // by shard
  for (std::size_t i = 0; i < queues.size(); ++i) places[queues[i].shard.value].push_back(i);
  for (std::size_t index = 0; index < places.size(); ++index) {
    NodeShard* shard = &shards_.at(index);
    for (std::size_t begin = 0; begin < places[index].size(); begin += kQueuesPerSlice) {
      std::size_t count = std::min(places[index].size() - begin, kQueuesPerSlice);
      auto look = [shard, &queues, &numbers, slice = std::span(places[index]).subspan(begin, count)] {
        for (std::size_t place : slice) {
          if (queue::LiveQueue* live = shard->queues->find(queues[place].id)) numbers[place] = numbers_of(*live);
        }
      };
      co_await runtime::call_on(here, shard->shard, look);
      co_await runtime::next_turn(here);
    }
  }
  co_return numbers;
}

runtime::Task<QueueSums> NodeOperate::queue_sums(runtime::Shard& here) {
  QueueSums all;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    QueueSums* into = &all;
    co_await runtime::await_on(here, shard->shard, [shard, into] { return add_up_queues(shard, into); });
  }
  co_return all;
}

runtime::Task<std::vector<std::optional<Timestamp>>> NodeOperate::times_of(runtime::Shard& here, std::vector<PartitionOffset> records,
                                                                           std::size_t cold_reads) {
  std::vector<TimesOfShard> by_shard(shards_.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    TimesOfShard& work = by_shard[shards_.owner_index(records[i].partition)];
    work.owner = &shards_.owner(records[i].partition);
    work.places.push_back(i);
    work.records.push_back(records[i]);
  }
  std::vector<std::optional<Timestamp>> times(records.size());
  for (TimesOfShard& work : by_shard) {
    if (work.owner == nullptr) continue;
    TimesOfShard* one = &work;
    std::size_t* left = &cold_reads;
    co_await runtime::await_on(here, work.owner->shard, [one, left] { return find_times(one, left); });
    for (std::size_t i = 0; i < work.places.size(); ++i) times[work.places[i]] = work.times[i];
  }
  co_return times;
}

runtime::Task<std::vector<bool>> NodeOperate::asked_since(runtime::Shard& here, std::vector<PartitionReader> readers,
                                                          MonotonicTime since) {
  std::vector<bool> asked(readers.size());
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    for (std::size_t begin = 0; begin < readers.size(); begin += kPartitionsPerSlice) {
      std::size_t end = std::min(readers.size(), begin + kPartitionsPerSlice);
      auto look = [shard, since, begin, end, readers = &readers, asked = &asked] {
        for (std::size_t k = begin; k < end; ++k) {
          const PartitionReader& reader = (*readers)[k];
          if (shard->doors.readers.asked_since(reader.reader, reader.partition, since)) (*asked)[k] = true;
        }
      };
      co_await runtime::call_on(here, shard->shard, std::move(look));
      co_await runtime::next_turn(here);
    }
    // Who is silent for so long is silent whether it is remembered or not.
    co_await runtime::call_on(here, shard->shard, [shard, since] {
      if (shard->doors.readers.is_full()) shard->doors.readers.forget_before(since);
    });
  }
  co_return asked;
}

}  // namespace wharf::broker
