#pragma once
// Reads Kafka's types from one frame. Every byte is hostile: no length or count is believed before it fits into what
// is left.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "protocols/kafka/wire/field_failure.hpp"
#include "protocols/kafka/wire/records.hpp"

namespace wharf::kafka {

/// The content of a bytes field, owned.
using Bytes = std::vector<std::byte>;

struct ReadLimits {
  /// Memory that the elements of all arrays of one message may take together. A frame of empty strings costs 32 times
  /// its size in memory; this bounds it. 64 MiB hold a request about half a million partitions.
  std::size_t elements_bytes = std::size_t{64} << 20;
};

/// A cursor over the bytes of one message. Errors stick: after the first, every read gives zero or empty and ok() is
/// false, so callers read on and look once. The view must outlive the reader and every Records read from it.
///
///     Reader reader(frame);
///     std::int16_t key = reader.integer<std::int16_t>();
///     if (!reader.ok()) return fail(reader.error());
///
/// Flexible versions (KIP-482) write lengths as unsigned varints, one higher than the length, 0 for null; older ones as
/// int16 (strings) or int32 (bytes, arrays), -1 for null. Which of both is a property of the reader, set by the codec.
class Reader {
 public:
  explicit Reader(ByteView bytes, ReadLimits limits = {})
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), elements_left_(limits.elements_bytes) {}

  bool ok() const { return failure_.ok(); }
  std::size_t bytes_left() const { return static_cast<std::size_t>(end_ - at_); }

  std::int16_t version() const { return version_; }
  bool flexible() const { return flexible_; }
  void use_version(std::int16_t version, bool flexible) {
    version_ = version;
    flexible_ = flexible;
  }

  template <std::integral T>
  T integer() {
    if (bytes_left() < sizeof(T)) return end_too_early(), T{};
    T value = load_big_endian<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  bool boolean() { return integer<std::int8_t>() != 0; }
  double float64();
  /// At most five bytes and 32 bits, ten and 64 for the long one; a longer one is malformed.
  std::uint32_t uvarint();
  std::int32_t varint();   // zigzag
  std::int64_t varlong();  // zigzag
  Uuid uuid();

  std::string string();
  std::optional<std::string> nullable_string();
  Bytes bytes();
  std::optional<Bytes> nullable_bytes();
  std::optional<Records> nullable_records();
  /// `size` raw bytes, as a view.
  ByteView view(std::size_t size);

  /// The length of an array; -1 for null. Fails unless that many elements of at least `element_wire_bytes` can follow,
  /// and unless they fit into the limit at `element_memory_bytes` each: after this the caller may reserve.
  std::int64_t array_count(std::size_t element_wire_bytes, std::size_t element_memory_bytes);

  /// Reads past a tagged-field section of which no tag is known.
  void skip_tagged_fields();

  /// Narrows the reader to the next `size` bytes; leave() demands that they were read to the end, and widens it again.
  const std::byte* enter(std::size_t size);
  void leave(const std::byte* outer_end);

  /// `why` goes on from the field's path (FieldFailure, which see for in_field and in_element too).
  void fail_here(ErrorCode code, std::string why) {
    failure_.fail(code, std::move(why));
    at_ = end_;  // nothing more can be read
  }
  void null_where_forbidden() { fail_here(ErrorCode::kMalformed, "is null where this version has no null"); }
  void in_field(std::string_view name) { failure_.in_field(name); }
  void in_element(std::size_t index) { failure_.in_element(index); }
  /// What failed and where. Only when !ok().
  Error error() const { return failure_.error(); }

 private:
  void end_too_early() { fail_here(ErrorCode::kMalformed, "reaches past the end of the message"); }
  std::int64_t string_length();
  std::int64_t bytes_length();
  bool take_length(std::int64_t length);

  const std::byte* at_;
  const std::byte* end_;
  std::size_t elements_left_;
  std::int16_t version_ = 0;
  bool flexible_ = false;
  FieldFailure failure_;
};

}  // namespace wharf::kafka
