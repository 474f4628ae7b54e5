#include "protocols/kafka/legacy/downconvert.hpp"

#include <algorithm>

#include "model/record.hpp"
#include "model/record_batch_reader.hpp"
#include "protocols/kafka/legacy/lz4_header.hpp"

namespace wharf::kafka::legacy {
namespace {

Result<std::vector<std::byte>> wrap(ByteView set, Compression compression, Magic magic) {
  Result<std::vector<std::byte>> packed = compress(compression, set);
  if (packed && compression == Compression::kLz4 && magic == Magic::kV0) {
    Result<void> set_checksum = set_lz4_header_checksum(*packed, Lz4Checksum::kMagic0);
    WHARF_ASSERT(set_checksum.has_value());
  }
  return packed;
}

Message message_of(const Record& record, const BatchHeader& batch, Magic magic) {
  return {.offset = record.offset,
          .magic = magic,
          .compression = Compression::kNone,
          .timestamp_type = batch.timestamp_type,
          .timestamp = record.timestamp,
          .key = record.key,
          .value = record.value};
}

/// The records of a batch as messages one after the other, with absolute offsets.
Result<void> append_plain(std::vector<std::byte>& to, RecordReader reader, const BatchHeader& batch,
                          const DownconvertOptions& options) {
  Record record;
  while (true) {
    Result<bool> got = reader.next(record);
    if (!got) return fail(std::move(got.error()));
    if (!*got) return {};
    if (record.offset < options.first_offset) continue;
    if (Result<void> added = append_message(to, message_of(record, batch, options.magic)); !added) return added;
  }
}

/// The records of a batch as one wrapper.
Result<void> append_wrapper(std::vector<std::byte>& to, RecordReader reader, const BatchHeader& batch,
                            const DownconvertOptions& options) {
  std::vector<std::byte> set;
  Message wrapper{.magic = options.magic, .compression = batch.compression, .timestamp_type = batch.timestamp_type};
  std::optional<Offset> first;
  Record record;
  while (true) {
    Result<bool> got = reader.next(record);
    if (!got) return fail(std::move(got.error()));
    if (!*got) break;
    if (!first) first = record.offset;
    Message message = message_of(record, batch, options.magic);
    if (options.magic == Magic::kV1) message.offset = Offset(record.offset.value - first->value);
    if (Result<void> added = append_message(set, message); !added) return added;
    wrapper.offset = record.offset;
    wrapper.timestamp = std::max(wrapper.timestamp, record.timestamp);
  }
  if (!first) return {};
  Result<std::vector<std::byte>> packed = wrap(set, batch.compression, options.magic);
  if (!packed) return fail(std::move(packed.error()));
  wrapper.value = ByteView(*packed);
  return append_message(to, wrapper);
}

Result<void> append_batch(std::vector<std::byte>& to, const BatchView& batch, const DownconvertOptions& options) {
  if (batch.header.is_control) return {};
  if (batch.header.compression == Compression::kZstd) {
    return fail(ErrorCode::kUnsupportedCompression,
                "zstd batches cannot be given to a client that reads message format v1 or older");
  }
  Result<OpenedBatch> opened = OpenedBatch::open(batch, options.batch_limit);
  if (!opened) return fail(std::move(opened.error()));
  bool plain = batch.header.compression == Compression::kNone;
  return plain ? append_plain(to, opened->reader(), batch.header, options)
               : append_wrapper(to, opened->reader(), batch.header, options);
}

}  // namespace

Result<MessageSet> downconvert(ByteView batches, const DownconvertOptions& options) {
  MessageSet set{.bytes = {}, .next_offset = options.first_offset};
  BatchReader reader(batches, ChecksumCheck::kSkip);
  while (set.bytes.size() < options.max_bytes) {
    BatchScan scan = reader.next();
    if (scan.kind == BatchScan::Kind::kDamaged) return fail(std::move(scan.error));
    if (scan.kind != BatchScan::Kind::kBatch) break;
    bool is_behind = scan.batch.header.next_offset() <= options.first_offset;
    Result<void> added = is_behind ? Result<void>() : append_batch(set.bytes, scan.batch, options);
    if (!added && !set.bytes.empty()) break;  // what is before it is given first
    if (!added) return fail(std::move(added.error()));
    set.next_offset = std::max(set.next_offset, scan.batch.header.next_offset());
  }
  return set;
}

}  // namespace wharf::kafka::legacy
