#include "log/append_check.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "model/record.hpp"
#include "model/record_check.hpp"
#include "model/time_span.hpp"

namespace wharf::log {
namespace {

// A shard's own share, at most about 100 us of it (`wharf_model_bench`, check_packed_records and compress_records);
// what is more goes to the work pool, a trip of some 30 us.
constexpr std::size_t kShortPackedBytes = 32 * 1024;
constexpr std::size_t kShortPlainBytes = 128 * 1024;
constexpr std::size_t kShortCompressBytes = 2 * 1024;
constexpr std::int32_t kShortRecords = 16 * 1024;

Result<void> check_time(Timestamp time, const LogConfig& config, Timestamp now) {
  if (time == kNoTimestamp) return {};
  bool too_old = passed(time, config.timestamp_before_max_ms, now);
  bool too_new = passed(now, config.timestamp_after_max_ms, time);
  if (!too_old && !too_new) return {};
  return fail(ErrorCode::kInvalidTimestamp,
              fmt::format("timestamp {} is {} than the topic allows (the broker's clock says {})", time.ms,
                          too_old ? "older" : "newer", now.ms));
}

/// What is known of a batch without its records or a clock.
Result<void> check_envelope(const BatchView& batch, const LogConfig& config, bool from_client, bool checksum_known) {
  if (from_client && batch.header.size_bytes > static_cast<std::size_t>(config.max_message_bytes)) {
    return fail(ErrorCode::kTooLarge, fmt::format("a batch of {} bytes is larger than max.message.bytes = {}",
                                                  batch.header.size_bytes, config.max_message_bytes));
  }
  if (checksum_known) return {};
  return validate_checksum(batch.bytes);
}

Result<void> check_batch(const BatchView& batch, const LogConfig& config, const AppendContext& context,
                         bool checksum_known) {
  const BatchHeader& header = batch.header;
  if (Result<void> sound = check_envelope(batch, config, context.from_client, checksum_known); !sound) return sound;
  if (!context.from_client) {
    if (header.is_control && !context.allow_control)
      return fail(ErrorCode::kInvalidRecord, "control records are not taken here");
    return {};
  }
  if (header.is_control && context.allow_control) return {};
  if (Result<void> valid = validate_produced(header); !valid) return valid;
  if (config.timestamp_type == TimestampType::kLogAppendTime) return {};
  if (Result<void> valid = check_time(header.base_timestamp, config, context.now); !valid) return valid;
  return check_time(header.max_timestamp, config, context.now);
}

bool must_compress(const BatchHeader& header, const LogConfig& config) {
  return config.compression && header.compression != *config.compression && !header.is_control;
}

/// Of a batch whose records have been looked at.
Result<void> append_compressed(const BatchView& batch, const LogConfig& config, std::vector<std::byte>& into) {
  Result<OpenedBatch> opened = OpenedBatch::open(batch, kMostInflatedBytes);
  if (!opened) return fail(opened.error());
  Result<std::vector<std::byte>> records = compress(*config.compression, opened->records(), config.compression_level);
  if (!records) return fail(records.error());
  BatchHeader header = batch.header;
  header.compression = *config.compression;
  header.size_bytes = kBatchHeaderBytes + records->size();
  std::size_t begin = into.size();
  into.resize(begin + kBatchHeaderBytes);
  into.insert(into.end(), records->begin(), records->end());
  write_batch_header(MutableBytes(into).subspan(begin), header);
  return {};
}

std::unexpected<Error> too_long() {
  return fail(ErrorCode::kBusy, "the records take longer than a shard has");
}

Result<RecordTimes> look_into(const BatchView& batch, const LogConfig& config, const PrepareOptions& options,
                              Decoders& decoders) {
  bool is_short = options.effort == Effort::kShort;
  if (is_short && must_compress(batch.header, config) && batch.records().size() > kShortCompressBytes)
    return too_long();
  RecordKeys keys = config.cleanup_compact ? RecordKeys::kRequired : RecordKeys::kOptional;
  if (is_short && batch.header.record_count > kShortRecords) return too_long();
  if (batch.header.compression == Compression::kNone) return check_records(batch, keys, kMostInflatedBytes, decoders);
  bool trusted = !options.verify_compressed && !config.cleanup_compact && !must_compress(batch.header, config);
  if (trusted) {
    const BatchHeader& header = batch.header;
    return RecordTimes{header.base_timestamp, std::max(header.base_timestamp, header.max_timestamp)};
  }
  if (is_short && batch.records().size() > kShortPackedBytes) return too_long();
  Result<RecordTimes> checked = check_records(batch, keys, is_short ? kShortPlainBytes : kMostInflatedBytes, decoders);
  if (!checked && is_short && checked.error().code == ErrorCode::kTooLarge) return too_long();
  return checked;
}

/// But for the largest timestamp, where the producer's header lied: lookups and retention go by it (Kafka's
/// LogValidator).
void append_as_it_is(const BatchView& batch, bool corrects, std::vector<std::byte>& into) {
  std::size_t begin = into.size();
  into.insert(into.end(), batch.bytes.begin(), batch.bytes.end());
  if (corrects) set_max_timestamp(MutableBytes(into).subspan(begin), batch.header.max_timestamp);
}

void replace_bytes(OwnedBatches& batches, ByteView with) {
  batches.owner = std::make_shared_for_overwrite<std::byte[]>(with.size());
  batches.bytes = {batches.owner.get(), with.size()};
  std::memcpy(batches.bytes.data(), with.data(), with.size());
}

}  // namespace

Result<void> check_batches(const OwnedBatches& batches, const LogConfig& config, const AppendContext& context,
                           std::vector<BatchHeader>& headers) {
  headers.clear();
  ByteView bytes = batches.bytes;
  if (bytes.empty()) return fail(ErrorCode::kInvalidRecord, "there is no batch");
  while (!bytes.empty()) {
    Result<BatchView> batch = read_batch(bytes);
    if (!batch) return fail(batch.error());
    if (ByteView apart = batches.header_apart(); !apart.empty()) {
      Result<BatchHeader> own = read_batch_header(apart);
      if (!own) return fail(own.error());
      batch->header = *own;
    }
    if (Result<void> valid = check_batch(*batch, config, context, batches.prepared); !valid) return valid;
    headers.push_back(batch->header);
    bytes = bytes.subspan(batch->header.size_bytes);
  }
  bool checks_times = context.from_client && config.timestamp_type == TimestampType::kCreateTime;
  return checks_times ? check_time(batches.oldest, config, context.now) : Result<void>();
}

Result<void> prepare_batches(OwnedBatches& batches, const LogConfig& config, const PrepareOptions& options,
                             Decoders& decoders) {
  if (batches.prepared) return {};
  std::vector<std::byte> changed;  // all batches up to `done`, once one of them could not stay as it is
  bool has_changed = false;
  Timestamp oldest;
  for (std::size_t done = 0; done < batches.bytes.size();) {
    Result<BatchView> batch = read_batch(ByteView(batches.bytes).subspan(done));
    if (!batch) return fail(batch.error());
    if (Result<void> sound = check_envelope(*batch, config, true, false); !sound) return sound;
    bool corrects = false;
    if (!batch->header.is_control) {  // whether those are taken at all, the append says
      if (Result<void> valid = validate_produced(batch->header); !valid) return valid;
      Result<RecordTimes> times = look_into(*batch, config, options, decoders);
      if (!times) return fail(times.error());
      if (oldest == kNoTimestamp || times->smallest < oldest) oldest = times->smallest;
      bool counts = config.timestamp_type == TimestampType::kCreateTime;  // else the log sets it
      corrects = counts && std::exchange(batch->header.max_timestamp, times->largest) != times->largest;
    }
    bool compresses = must_compress(batch->header, config);
    if ((compresses || corrects) && !has_changed) changed.assign(batches.bytes.data(), batches.bytes.data() + done);
    has_changed = has_changed || compresses || corrects;
    done += batch->header.size_bytes;
    if (compresses) {
      if (Result<void> compressed = append_compressed(*batch, config, changed); !compressed) return compressed;
    } else if (has_changed) {
      append_as_it_is(*batch, corrects, changed);
    }
  }
  if (has_changed) replace_bytes(batches, changed);
  batches.oldest = oldest;
  batches.prepared = true;
  return {};
}

}  // namespace wharf::log
