#pragma once
// What the tests of logs share: batches made from a number, a partition on a simulated disk without a store, readers.
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "log/partition_log.hpp"
#include "log/recovery.hpp"
#include "log/segment_verify.hpp"
#include "log/wal_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "sim/faulty_file_system.hpp"

namespace wharf::log::testing {

struct TestBatch {
  int records = 1;
  std::size_t value_bytes = 20;
  std::int64_t first_timestamp_ms = 1'767'225'600'000;  // each record a millisecond later
  std::int64_t number = 0;                              // makes keys and values
  bool with_keys = true;
  Compression compression = Compression::kNone;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  std::int32_t base_sequence = kNoSequence;
};

inline std::vector<std::byte> batch_bytes_of(const TestBatch& batch) {
  BatchOptions options;
  options.compression = batch.compression;
  options.producer_id = batch.producer_id;
  options.producer_epoch = batch.producer_epoch;
  options.base_sequence = batch.base_sequence;
  BatchBuilder builder(options);
  for (int i = 0; i < batch.records; ++i) {
    std::string key = "key-" + std::to_string(batch.number + i);
    std::string value = "value-" + std::to_string(batch.number + i) + "-";
    value.resize(std::max(value.size(), batch.value_bytes), static_cast<char>('a' + (batch.number + i) % 26));
    NewRecord record;
    record.timestamp = Timestamp{batch.first_timestamp_ms + i};
    if (batch.with_keys) record.key = as_bytes(key);
    record.value = as_bytes(value);
    builder.append(record);
  }
  return *builder.finish();
}

inline OwnedBatches owned(const std::vector<std::byte>& bytes) {
  auto storage = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  std::ranges::copy(bytes, storage.get());  // there may be none
  return {.owner = storage, .bytes = {storage.get(), bytes.size()}};
}
inline OwnedBatches owned_batch(const TestBatch& batch) { return owned(batch_bytes_of(batch)); }

inline std::vector<std::byte> joined(const std::vector<runtime::OutPiece>& pieces) {
  std::vector<std::byte> bytes;
  for (const runtime::OutPiece& piece : pieces) {
    if (const auto* memory = std::get_if<SharedBytes>(&piece)) {
      bytes.insert(bytes.end(), memory->view().begin(), memory->view().end());
      continue;
    }
    const auto& range = std::get<runtime::FileRange>(piece);
    std::size_t at = bytes.size();
    bytes.resize(at + range.length);
    Result<std::size_t> got = range.file->read_at(range.position, MutableBytes(bytes).subspan(at));
    WHARF_ASSERT(got && *got == range.length);
  }
  return bytes;
}

/// Headers of whole batches one after the other; checksums are asserted.
inline std::vector<BatchHeader> headers_in(ByteView bytes) {
  std::vector<BatchHeader> headers;
  while (!bytes.empty()) {
    Result<BatchView> batch = read_batch(bytes);
    WHARF_ASSERT(batch.has_value() && validate_checksum(batch->bytes));
    headers.push_back(batch->header);
    bytes = bytes.subspan(batch->header.size_bytes);
  }
  return headers;
}

inline LogConfig small_segments(Flush flush = Flush::kAsync) {
  LogConfig config;
  config.flush = flush;
  config.segment_bytes = 2000;
  config.index_interval_bytes = 300;
  config.timestamp_after_max_ms = kForever;
  return config;
}

/// What LogReads::warm does, at once.
inline Result<void> warm_now(PartitionLog& log, Offset from, std::size_t bytes) {
  while (true) {
    Result<SegmentList::Holding> holding = log.stored().holding(from);
    if (!holding) return fail(holding.error());
    if (holding->segment == nullptr) return {};
    Result<SegmentView> view = log.stored().view(*holding->segment, holding->end);
    if (!view) return fail(view.error());
    auto interval = static_cast<std::uint32_t>(log.config().index_interval_bytes);
    Result<VerifiedRange> range = verify_stored(*view, log.epochs(), from, bytes + 4096, interval);
    if (!range) return fail(range.error());
    for (const Interval& sound : range->sound) holding->segment->verified().add(sound);
    for (const DamagedSpan& span : range->damaged) log.note_damage(*holding->segment, span);
    if (range->indexes) holding->segment->replace_indexes(*range->indexes, range->indexed_bytes);
    if (range->found || holding->end >= log.stored_end()) return {};
    from = holding->end;
  }
}

/// read(), warming as often as it asks for it.
inline Result<std::vector<std::byte>> read_now(PartitionLog& log, Offset from, std::size_t max_bytes) {
  for (int i = 0; i < 4; ++i) {
    Result<ReadResult> read = log.read(from, max_bytes, log.high_watermark(), true);
    if (read) return joined(read->pieces);
    if (read.error().code != ErrorCode::kBusy) return fail(read.error());
    if (Result<void> warmed = warm_now(log, from, max_bytes); !warmed) return fail(warmed.error());
  }
  return fail(ErrorCode::kBusy, "still busy after warming");
}

/// One partition on a disk, driven by hand.
struct LogFixture {
  explicit LogFixture(LogConfig log_config = small_segments(), std::unique_ptr<sim::FaultyFileSystem> from = nullptr)
      : disk(from ? std::move(from) : std::make_unique<sim::FaultyFileSystem>(1)), logger(clock),
        context(*disk, logger, "logs", 64), config(std::make_shared<LogConfig>(log_config)), log(std::make_unique<PartitionLog>(context, id, config)) {}

  Result<Appended> append(const TestBatch& batch, AppendContext append_context = {LeaderEpoch{0}, Timestamp{1'767'225'600'000}}) {
    OwnedBatches batches = owned_batch(batch);
    return append(batches, append_context);
  }
  Result<Appended> append(OwnedBatches batches, AppendContext append_context = {LeaderEpoch{0}, Timestamp{1'767'225'600'000}}) {
    std::vector<BatchHeader> headers;
    Result<Appended> appended = log->stamp(batches, append_context, headers);
    if (!appended || appended->duplicate) return appended;
    Result<void> committed = log->commit(batches, append_context, headers);
    if (!committed) return fail(committed.error());
    stored.emplace_back(batches.bytes.begin(), batches.bytes.end());
    return appended;
  }
  /// As after a clean stop: all is written, nothing is in memory.
  void reopen() {
    log->raise_high_watermark(log->log_end_offset());
    WHARF_ASSERT(log->write_behind(std::numeric_limits<std::size_t>::max()).has_value());
    WHARF_ASSERT(log->stored().write_indexes(true).has_value());
    PartitionState state = log->state();
    log = std::make_unique<PartitionLog>(context, std::move(state), config);
  }
  /// As after a crash: `from` says what the last checkpoint knew.
  Result<RecoveredPartition> recover(std::optional<PartitionState> vouched, std::vector<WalBatch> wal = {}) {
    RecoveryInput input{id, vouched ? Vouching::kNewest : Vouching::kNone, false, std::move(vouched), std::move(wal), {}, Timestamp{0}};
    Result<RecoveredPartition> recovered = recover_partition(*disk, "logs", std::move(input));
    if (!recovered) return recovered;
    log = std::make_unique<PartitionLog>(context, recovered->state, config);
    for (const DamagedRange& range : recovered->lost) log->note_lost(range);
    for (const auto& damage : recovered->damage) {
      WHARF_ASSERT(log->stored().load().has_value());
      log->note_damage(*log->stored().holding(damage.segment_base)->segment, damage.span);
    }
    return recovered;
  }
  /// All stored batches from `from` on, by reading `max_bytes` at a time.
  Result<std::vector<std::byte>> read_all(Offset from, std::size_t max_bytes = 700) {
    std::vector<std::byte> all;
    while (from < log->high_watermark()) {
      Result<std::vector<std::byte>> bytes = read_now(*log, from, max_bytes);
      if (!bytes) return bytes;
      if (bytes->empty()) return fail(ErrorCode::kInternal, "an empty read below the high watermark");
      all.insert(all.end(), bytes->begin(), bytes->end());
      from = headers_in(*bytes).back().next_offset();
    }
    return all;
  }
  /// Goes over everything, across damage: the readable batches' first offsets, and the ranges that are not.
  struct Survey {
    std::set<std::int64_t> readable;
    std::vector<DamagedRange> damaged;
    std::string wrong;  // empty, or what must not be
  };
  Survey survey() {
    Survey found;
    Offset from = log->log_start_offset();
    while (from < log->high_watermark() && found.wrong.empty()) {
      Result<std::vector<std::byte>> bytes = read_now(*log, from, 300);
      if (!bytes && bytes.error().code == ErrorCode::kDamaged) {
        DamagedRange range{from, from};
        for (const DamagedRange& one : log->damage()) {
          if (one.first <= from && one.next > from) range.next = std::max(range.next, one.next);
        }
        if (range.next == from) {  // a hole that no file covers: the next readable offset ends it
          while (range.next < log->high_watermark() && !read_now(*log, range.next, 300)) range.next = range.next.plus(1);
        }
        found.damaged.push_back(range);
        from = range.next;
        continue;
      }
      if (!bytes) found.wrong = bytes.error().message;
      if (bytes && bytes->empty()) found.wrong = "an empty read at " + std::to_string(from.value);
      if (!found.wrong.empty()) break;
      for (const BatchHeader& header : headers_in(*bytes)) {
        ByteView batch = ByteView(*bytes).first(header.size_bytes);
        auto same = [&](const std::vector<std::byte>& one) { return std::ranges::equal(one, batch); };
        if (std::ranges::none_of(stored, same)) found.wrong = "served what was never stored at " + std::to_string(header.base_offset.value);
        found.readable.insert(header.base_offset.value);
        bytes->erase(bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(header.size_bytes));
        from = header.next_offset();
      }
    }
    return found;
  }
  std::vector<std::byte> appended_bytes() const {
    std::vector<std::byte> all;
    for (const std::vector<std::byte>& batch : stored) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }

  PartitionId id = test_partition(1);
  runtime::SystemClock clock;
  std::unique_ptr<sim::FaultyFileSystem> disk;
  QuietLogger logger;
  StoreContext context;
  std::shared_ptr<LogConfig> config;
  std::unique_ptr<PartitionLog> log;
  std::vector<std::vector<std::byte>> stored;  // every batch as it lies in the log
};

}  // namespace wharf::log::testing
