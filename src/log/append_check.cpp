#include "log/append_check.hpp"

#include <fmt/format.h>

#include "model/record.hpp"

namespace wharf::log {
namespace {

Result<void> check_time(Timestamp time, const LogConfig& config, Timestamp now) {
  if (time == kNoTimestamp) return {};
  // No sum can overflow: a client may send any number.
  bool too_old = time < now && static_cast<std::uint64_t>(now.ms) - static_cast<std::uint64_t>(time.ms) >
                                   static_cast<std::uint64_t>(config.timestamp_before_max_ms);
  bool too_new = time > now && static_cast<std::uint64_t>(time.ms) - static_cast<std::uint64_t>(now.ms) >
                                   static_cast<std::uint64_t>(config.timestamp_after_max_ms);
  if (!too_old && !too_new) return {};
  return fail(ErrorCode::kInvalidTimestamp,
              fmt::format("timestamp {} is {} than the topic allows (the broker's clock says {})", time.ms, too_old ? "older" : "newer", now.ms));
}

Result<void> check_batch(const BatchView& batch, const LogConfig& config, const AppendContext& context) {
  const BatchHeader& header = batch.header;
  if (header.size_bytes > static_cast<std::size_t>(config.max_message_bytes)) {
    return fail(ErrorCode::kTooLarge, fmt::format("a batch of {} bytes is larger than max.message.bytes = {}", header.size_bytes,
                                                  config.max_message_bytes));
  }
  if (Result<void> sound = validate_checksum(batch.bytes); !sound) return sound;
  if (!context.from_client) {
    if (header.is_control && !context.allow_control) return fail(ErrorCode::kInvalidRecord, "control records are not taken here");
    return {};
  }
  if (header.is_control && context.allow_control) return {};
  if (Result<void> valid = validate_produced(header); !valid) return valid;
  if (config.timestamp_type == TimestampType::kLogAppendTime) return {};
  if (Result<void> valid = check_time(header.base_timestamp, config, context.now); !valid) return valid;
  return check_time(header.max_timestamp, config, context.now);
}

Result<void> check_keys(const BatchView& batch) {
  Result<OpenedBatch> opened = OpenedBatch::open(batch, kMostInflatedBytes);
  if (!opened) return fail(opened.error());
  RecordReader reader = opened->reader();
  Record record;
  while (true) {
    Result<bool> more = reader.next(record);
    if (!more) return fail(more.error());
    if (!*more) return {};
    if (!record.key) return fail(ErrorCode::kInvalidRecord, "a compacted topic does not take records without a key");
  }
}

bool must_compress(const BatchHeader& header, const LogConfig& config) {
  return config.compression && header.compression != *config.compression && !header.is_control;
}

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

}  // namespace

Result<void> check_batches(ByteView bytes, const LogConfig& config, const AppendContext& context, std::vector<BatchHeader>& headers) {
  headers.clear();
  if (bytes.empty()) return fail(ErrorCode::kInvalidRecord, "there is no batch");
  while (!bytes.empty()) {
    Result<BatchView> batch = read_batch(bytes);
    if (!batch) return fail(batch.error());
    if (Result<void> valid = check_batch(*batch, config, context); !valid) return valid;
    headers.push_back(batch->header);
    bytes = bytes.subspan(batch->header.size_bytes);
  }
  return {};
}

bool needs_long_preparation(ByteView bytes, const LogConfig& config) {
  if (!config.cleanup_compact && !config.compression) return false;
  while (!bytes.empty()) {
    Result<BatchView> batch = read_batch(bytes);
    if (!batch) return false;  // the append says why
    if (must_compress(batch->header, config)) return true;
    if (config.cleanup_compact && batch->header.compression != Compression::kNone) return true;
    bytes = bytes.subspan(batch->header.size_bytes);
  }
  return false;
}

Result<OwnedBatches> prepare_batches(OwnedBatches batches, const LogConfig& config) {
  if (batches.prepared) return batches;
  batches.prepared = true;
  if (!config.cleanup_compact && !config.compression) return batches;
  std::vector<std::byte> compressed;
  bool changed = false;
  for (ByteView rest = batches.bytes; !rest.empty();) {
    Result<BatchView> batch = read_batch(rest);
    if (!batch) return fail(batch.error());
    if (Result<void> sound = validate_checksum(batch->bytes); !sound) return fail(sound.error());
    rest = rest.subspan(batch->header.size_bytes);
    if (config.cleanup_compact && !batch->header.is_control) {
      if (Result<void> valid = check_keys(*batch); !valid) return fail(valid.error());
    }
    if (!must_compress(batch->header, config)) {
      compressed.insert(compressed.end(), batch->bytes.begin(), batch->bytes.end());
      continue;
    }
    changed = true;
    if (Result<void> done = append_compressed(*batch, config, compressed); !done) return fail(done.error());
  }
  if (!changed) return batches;
  batches.owner = std::make_shared_for_overwrite<std::byte[]>(compressed.size());
  batches.bytes = {batches.owner.get(), compressed.size()};
  std::memcpy(batches.bytes.data(), compressed.data(), compressed.size());
  return batches;
}

}  // namespace wharf::log
