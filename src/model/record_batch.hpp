#pragma once
// Kafka's record batch, message format v2 (KIP-98), as it is on the wire, on disk and here: 61 bytes of header, then
// the records, compressed together or not at all. Everything from `attributes` on is under the CRC-32C; base offset and
// leader epoch are not, so a broker may stamp them and leave the producer's bytes as they are.
//
//   at  0 base offset i64      | 8 length i32: bytes after this field | 12 partition leader epoch i32 | 16 magic i8 = 2
//   at 17 crc u32              | 21 attributes i16 | 23 last offset delta i32 | 27 base timestamp i64 | 35 max
//   timestamp i64 at 43 producer id i64      | 51 producer epoch i16 | 53 base sequence i32 | 57 record count i32 | 61
//   records attributes: bits 0-2 codec, 3 log append time, 4 transactional, 5 control, 6 base timestamp is a delete
//   horizon (KIP-534)
//
// Errors of this room: kCorruptMessage for a batch that contradicts itself or its checksum, kUnsupportedVersion for the
// older formats (protocols/kafka/legacy converts them), kUnsupportedCompression for a codec nobody knows.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "model/bytes.hpp"
#include "model/compression.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf {

/// Where each field of the header starts.
namespace batch_field {
inline constexpr std::size_t kBaseOffset = 0;
inline constexpr std::size_t kLength = 8;
inline constexpr std::size_t kLeaderEpoch = 12;
inline constexpr std::size_t kMagic = 16;
inline constexpr std::size_t kChecksum = 17;
inline constexpr std::size_t kAttributes = 21;
inline constexpr std::size_t kLastOffsetDelta = 23;
inline constexpr std::size_t kBaseTimestamp = 27;
inline constexpr std::size_t kMaxTimestamp = 35;
inline constexpr std::size_t kProducerId = 43;
inline constexpr std::size_t kProducerEpoch = 51;
inline constexpr std::size_t kBaseSequence = 53;
inline constexpr std::size_t kRecordCount = 57;
inline constexpr std::size_t kRecords = 61;
}  // namespace batch_field

inline constexpr std::size_t kBatchHeaderBytes = batch_field::kRecords;
/// What the length field does not count: itself and the base offset.
inline constexpr std::size_t kBatchOverheadBytes = 12;
inline constexpr std::size_t kMaxBatchBytes = kBatchOverheadBytes + std::numeric_limits<std::int32_t>::max();
/// The shortest record: length, attributes, timestamp delta, offset delta, key and value length, header count.
inline constexpr std::size_t kMinRecordBytes = 7;
inline constexpr std::int8_t kBatchMagic = 2;
inline constexpr std::int32_t kNoSequence = -1;

enum class TimestampType : std::uint8_t { kCreateTime = 0, kLogAppendTime = 1 };

/// A batch's header, decoded. Plain values; see the table above.
struct BatchHeader {
  Offset base_offset{0};
  std::size_t size_bytes = kBatchHeaderBytes;  // the whole batch, from base offset to the last record
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::uint32_t checksum = 0;
  Compression compression = Compression::kNone;
  TimestampType timestamp_type = TimestampType::kCreateTime;
  bool is_transactional = false;
  bool is_control = false;
  bool has_delete_horizon = false;
  std::int32_t last_offset_delta = 0;
  Timestamp base_timestamp;
  Timestamp max_timestamp;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  std::int32_t base_sequence = kNoSequence;
  std::int32_t record_count = 0;

  Offset last_offset() const { return base_offset.plus(last_offset_delta); }
  Offset next_offset() const { return base_offset.plus(std::int64_t{last_offset_delta} + 1); }
  bool has_producer_id() const { return producer_id.value > kNoProducerId.value; }
  /// Sequence of the last record; they wrap from 2^31 - 1 to 0. kNoSequence without one.
  std::int32_t last_sequence() const;
  /// From when on compaction may drop this batch's tombstones and markers; none until it has met them once.
  std::optional<Timestamp> delete_horizon() const {
    return has_delete_horizon ? std::optional(base_timestamp) : std::nullopt;
  }

  friend bool operator==(const BatchHeader&, const BatchHeader&) = default;
};

/// A whole batch: its header and its bytes, which somebody else keeps alive.
struct BatchView {
  BatchHeader header;
  ByteView bytes;
  /// The records part, compressed as the header says (model/record.hpp opens it).
  ByteView records() const { return bytes.subspan(kBatchHeaderBytes); }
};

/// Decodes the header at the start of `bytes` (61 of them are enough) and checks that it does not contradict itself:
/// magic, length, codec, counts and deltas that are not negative, no more records than offsets or than fit into the
/// length. Says nothing about the checksum.
Result<BatchHeader> read_batch_header(ByteView bytes);

/// The same, with all of the batch there: `bytes` may go on behind it, the view does not.
Result<BatchView> read_batch(ByteView bytes);

/// CRC-32C over everything from the attributes on; `batch` is exactly one batch, of at least a header's size.
std::uint32_t compute_checksum(ByteView batch);
/// kCorruptMessage if the stored checksum is another.
Result<void> validate_checksum(ByteView batch);

/// What Kafka asks of a batch from a producer beyond all this: base offset 0, offsets without gaps, at least one
/// record, not a control batch, a sequence if it has a producer id (kInvalidRecord), create time (kInvalidTimestamp).
Result<void> validate_produced(const BatchHeader& header);

/// Stamps outside of the checksum: `batch` starts with a batch that read_batch() took.
void stamp_base_offset(MutableBytes batch, Offset base_offset);
void stamp_leader_epoch(MutableBytes batch, LeaderEpoch epoch);
/// Makes `batch`, exactly one batch, carry the broker's time for all its records (message.timestamp.type =
/// LogAppendTime), and computes its checksum anew.
void set_log_append_time(MutableBytes batch, Timestamp now);
/// Corrects what the header of `batch`, exactly one batch, says of its records' times, and computes its checksum anew.
void set_max_timestamp(MutableBytes batch, Timestamp largest);

/// Makes `batch`, exactly one batch, this producer's, and computes its checksum anew.
void set_producer(MutableBytes batch, ProducerId id, ProducerEpoch epoch, std::int32_t base_sequence);

/// Writes `header`'s 61 bytes to the front of `batch`, which is header.size_bytes long and has its records in place,
/// with the checksum that belongs to them (`header.checksum` is not looked at).
void write_batch_header(MutableBytes batch, const BatchHeader& header);

/// A batch that keeps the offsets, producer and epoch of `header` and has no records: what compaction leaves behind so
/// that a producer's last sequence, or an end offset, is not forgotten.
std::vector<std::byte> build_empty_batch(BatchHeader header);

}  // namespace wharf
