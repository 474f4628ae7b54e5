#pragma once
// One message of Kafka's formats v0 (to 0.9) and v1 (0.10, KIP-32), as a view.
//
//   offset i64 | size i32: bytes after this field | crc u32 (IEEE, of all behind it) | magic i8 | attributes i8 |
//   timestamp i64 (v1 only) | key length i32 (-1: null) | key | value length i32 (-1: null) | value
//   attributes: bits 0-2 codec, bit 3 (v1) log append time
//
// A compressed set is one message, the wrapper: its value is a whole message set, compressed. Its offset is that of the
// last message inside; offsets inside are relative to the first in v1 (KIP-31) and absolute in v0.
//
// Errors: kCorruptMessage for what contradicts itself or its checksum, kUnsupportedVersion for magic 2 (not a message),
// kUnsupportedCompression for zstd and later codecs, which these formats never had, kTooLarge above kMaxMessageBytes.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/bytes.hpp"
#include "model/compression.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/record_batch.hpp"
#include "model/time.hpp"

namespace wharf::kafka::legacy {

/// The largest message that is read or written; no limit of Kafka's is above it.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{1} << 30;

/// The message format's number, as in the magic byte.
enum class Magic : std::int8_t { kV0 = 0, kV1 = 1 };

/// Offset and size, which stand before every message.
inline constexpr std::size_t kMessageOverheadBytes = 12;
/// The shortest message behind them: v0 without key and value.
inline constexpr std::size_t kMinMessageBytes = 14;
/// Size of a message without its key and value.
constexpr std::size_t message_header_bytes(Magic magic) {
  return magic == Magic::kV0 ? 14 : 22;
}

struct Message {
  Offset offset{0};
  Magic magic = Magic::kV0;
  Compression compression = Compression::kNone;
  TimestampType timestamp_type = TimestampType::kCreateTime;
  Timestamp timestamp;  // kNoTimestamp in v0
  std::optional<ByteView> key;
  std::optional<ByteView> value;
};

/// Walks the messages of a set. A set may end inside a message (a fetch is cut where its size limit falls): as in
/// Kafka, that message is not there.
class MessageReader {
 public:
  explicit MessageReader(ByteView set) : rest_(set) {}

  /// Fills `message`, its checksum compared, and returns true; false at the end of the set.
  Result<bool> next(Message& message);

 private:
  ByteView rest_;
};

/// Appends an uncompressed message, or a wrapper around `message.value`, compressed already. Errors: kTooLarge.
Result<void> append_message(std::vector<std::byte>& to, const Message& message);

}  // namespace wharf::kafka::legacy
