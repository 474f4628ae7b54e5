#include "protocols/kafka/legacy/message.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include "model/byte_order.hpp"

namespace wharf::kafka::legacy {
namespace {

constexpr std::size_t kSizeAt = 8;
constexpr std::size_t kMagicAt = 16;  // in both formats, and in v2 batches too
constexpr std::size_t kMagicInMessage = kMagicAt - kMessageOverheadBytes;
constexpr std::uint8_t kCompressionMask = 0x07;
constexpr std::uint8_t kLogAppendTimeBit = 0x08;

std::uint32_t crc32_ieee(ByteView bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));  // NOLINT
}

std::unexpected<Error> corrupt(std::string why) {
  return fail(ErrorCode::kCorruptMessage, std::move(why));
}

std::unexpected<Error> too_large(std::size_t size) {
  return fail(ErrorCode::kTooLarge, fmt::format("message of {} bytes, above {}", size, kMaxMessageBytes));
}

/// Big-endian fields from the front of a range; after one that is not there, `failed` stays true.
class Fields {
 public:
  explicit Fields(ByteView bytes) : rest_(bytes) {}

  template <std::integral T>
  T number() {
    if (rest_.size() < sizeof(T)) return failed_ = true, T{0};
    T value = load_big_endian<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  std::optional<ByteView> nullable_bytes() {
    auto length = number<std::int32_t>();
    if (length == -1) return {};
    if (length < 0 || static_cast<std::size_t>(length) > rest_.size()) return failed_ = true, std::nullopt;
    ByteView taken = rest_.first(static_cast<std::size_t>(length));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  /// All there, and nothing behind.
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool failed_ = false;
};

Result<void> check_magic(std::int8_t magic) {
  if (magic == 0 || magic == 1) return {};
  if (magic == kBatchMagic)
    return fail(ErrorCode::kUnsupportedVersion, "a v2 record batch among messages of an older format");
  return corrupt(fmt::format("message with magic {}", magic));
}

Result<void> read_fields(ByteView bytes, Message& message) {
  Fields fields(bytes);
  auto stored = fields.number<std::uint32_t>();
  std::uint32_t computed = crc32_ieee(bytes.subspan(kMagicInMessage));
  if (stored != computed)
    return corrupt(fmt::format("message with checksum {:08x} whose bytes give {:08x}", stored, computed));
  message.magic = static_cast<Magic>(fields.number<std::int8_t>());
  auto attributes = fields.number<std::uint8_t>();
  auto codec = static_cast<std::uint8_t>(attributes & kCompressionMask);
  if (codec > static_cast<std::uint8_t>(Compression::kLz4)) {
    return fail(ErrorCode::kUnsupportedCompression,
                fmt::format("compression codec {} in message format v{}", codec, static_cast<int>(message.magic)));
  }
  message.compression = static_cast<Compression>(codec);
  bool has_time = message.magic == Magic::kV1;
  message.timestamp_type =
      has_time && (attributes & kLogAppendTimeBit) != 0 ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  message.timestamp = has_time ? Timestamp{fields.number<std::int64_t>()} : kNoTimestamp;
  message.key = fields.nullable_bytes();
  message.value = fields.nullable_bytes();
  if (!fields.complete()) return corrupt("message whose key and value do not fit its size");
  return {};
}

template <std::integral T>
void append_number(std::vector<std::byte>& to, T value) {
  std::size_t at = to.size();
  to.resize(at + sizeof value);
  store_big_endian(to.data() + at, value);
}

void append_nullable(std::vector<std::byte>& to, const std::optional<ByteView>& bytes) {
  append_number(to, bytes ? static_cast<std::int32_t>(bytes->size()) : std::int32_t{-1});
  if (bytes) to.insert(to.end(), bytes->begin(), bytes->end());
}

}  // namespace

Result<bool> MessageReader::next(Message& message) {
  if (rest_.size() < kMessageOverheadBytes) return false;
  auto size = load_big_endian<std::int32_t>(rest_.data() + kSizeAt);
  if (size < static_cast<std::int32_t>(kMinMessageBytes))
    return corrupt(fmt::format("message of {} bytes, less than any has", size));
  if (static_cast<std::size_t>(size) > kMaxMessageBytes) return too_large(static_cast<std::size_t>(size));
  if (rest_.size() <= kMagicAt) return false;
  if (Result<void> known = check_magic(load_big_endian<std::int8_t>(rest_.data() + kMagicAt)); !known)
    return fail(known.error());
  if (static_cast<std::size_t>(size) > rest_.size() - kMessageOverheadBytes) return false;

  message.offset = Offset(load_big_endian<std::int64_t>(rest_.data()));
  ByteView bytes = rest_.subspan(kMessageOverheadBytes, static_cast<std::size_t>(size));
  if (Result<void> read = read_fields(bytes, message); !read) return fail(read.error());
  rest_ = rest_.subspan(kMessageOverheadBytes + bytes.size());
  return true;
}

Result<void> append_message(std::vector<std::byte>& to, const Message& message) {
  std::size_t size = message_header_bytes(message.magic) + (message.key ? message.key->size() : 0) +
                     (message.value ? message.value->size() : 0);
  if (size > kMaxMessageBytes) return too_large(size);
  append_number(to, message.offset.value);
  append_number(to, static_cast<std::int32_t>(size));
  std::size_t checksum_at = to.size();
  append_number(to, std::uint32_t{0});
  append_number(to, static_cast<std::int8_t>(message.magic));
  bool append_time = message.magic == Magic::kV1 && message.timestamp_type == TimestampType::kLogAppendTime;
  append_number(to, static_cast<std::uint8_t>(static_cast<std::uint8_t>(message.compression) |
                                              (append_time ? kLogAppendTimeBit : 0)));
  if (message.magic == Magic::kV1) append_number(to, message.timestamp.ms);
  append_nullable(to, message.key);
  append_nullable(to, message.value);
  store_big_endian(to.data() + checksum_at, crc32_ieee(ByteView(to).subspan(checksum_at + sizeof(std::uint32_t))));
  return {};
}

}  // namespace wharf::kafka::legacy
