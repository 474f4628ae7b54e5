#pragma once
// Makes record batches: for what the broker writes itself (group offsets, markers, other protocols' messages), for
// compaction, conversion of old formats, and tests.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/bytes.hpp"
#include "model/message_number.hpp"
#include "model/record.hpp"
#include "model/record_batch.hpp"

namespace wharf {

struct BatchOptions {
  Offset base_offset{0};  // a produced batch starts at 0; the log stamps the real one
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  Compression compression = Compression::kNone;
  std::optional<int> compression_level;
  std::optional<Timestamp> log_append_time;  // given: the batch is of type log append time
  std::optional<Timestamp> delete_horizon;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  std::int32_t base_sequence = kNoSequence;
  bool is_transactional = false;
  bool is_control = false;
};

/// A record to be written; all views are copied.
struct NewRecord {
  Timestamp timestamp;
  std::optional<ByteView> key;
  std::optional<ByteView> value;
  std::span<const RecordHeader> headers;
};

/// `BatchBuilder builder({.compression = Compression::kLz4}); builder.append({...}); Result<...> batch =
/// builder.finish();` One batch per builder.
class BatchBuilder {
 public:
  explicit BatchBuilder(const BatchOptions& options);

  /// Adds a record at the offset after the last one.
  void append(const NewRecord& record) { append_at(next_offset(), record); }
  /// Adds a record at `offset`, above all before it and less than 2^31 above the base offset.
  void append_at(Offset offset, const NewRecord& record);
  /// Memory for the headers of the next append_encoded(), in a record's own encoding; empty. The builder keeps it, so
  /// that the second record needs none of its own.
  std::vector<std::byte>& encoded_headers() { return headers_.clear(), headers_; }
  /// Adds a record at the offset after the last one, with the `header_count` headers that stand in encoded_headers();
  /// `record.headers` are not looked at.
  void append_encoded(const NewRecord& record, std::int32_t header_count) {
    append_fields(next_offset(), record, headers_, header_count);
  }
  /// Copies a record of another batch, with its offset, timestamp and headers.
  void copy(const Record& record);

  /// What is repeated of the batch is known by this.
  void set_number(const MessageNumber& number);
  /// Keeps offsets up to `last` taken although no record stands there (compaction).
  void extend_to(Offset last);

  std::int32_t record_count() const { return header_.record_count; }
  Offset next_offset() const { return header_.base_offset.plus(std::int64_t{header_.last_offset_delta} + 1); }
  /// Size of the batch so far, before compression.
  std::size_t size_bytes() const { return bytes_.size(); }

  /// The batch's bytes; the builder is used up. Errors: kTooLarge above 2 GiB, kInvalidArgument for a compression level
  /// that the codec does not have.
  Result<std::vector<std::byte>> finish();

 private:
  void append_fields(Offset offset, const NewRecord& record, ByteView encoded_headers, std::int32_t header_count);

  BatchHeader header_;
  std::optional<int> compression_level_;
  std::vector<std::byte> bytes_;
  std::vector<std::byte> headers_;  // one record's headers, encoded; kept for its memory
};

}  // namespace wharf
