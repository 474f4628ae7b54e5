#pragma once
// Reads AMQP's types from one frame's payload. Every byte is hostile: no length is believed before it fits into what is
// left. Nothing is copied: strings are views of the frame.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

/// Errors stick: after the first, every read gives zero or empty and ok() is false, so callers read on and look once.
class Reader {
 public:
  explicit Reader(ByteView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return why_.empty(); }
  std::size_t bytes_left() const { return static_cast<std::size_t>(end_ - at_); }
  const std::byte* position() const { return at_; }

  template <std::integral T>
  T integer() {
    if (bytes_left() < sizeof(T)) return end_too_early(), T{};
    T value = load_big_endian<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  ByteView view(std::size_t size) {
    if (bytes_left() < size) return end_too_early(), ByteView{};
    ByteView taken(at_, size);
    at_ += size;
    return taken;
  }
  /// A length octet and that many bytes.
  std::string_view short_string() { return as_text(view(integer<std::uint8_t>())); }
  /// Four octets of length and that many bytes: a long string, or a table or array still encoded.
  ByteView long_bytes() { return view(integer<std::uint32_t>()); }

  /// `why` goes on from the field's name, and is a constant.
  void fail_here(std::string_view why, ReplyCode code = ReplyCode::kSyntaxError) {
    if (!ok()) return;
    why_ = why;
    code_ = code;
    at_ = end_;  // nothing more can be read
  }
  /// What failed in a reader of a part failed here.
  void fail_as(const Reader& inner) {
    if (!inner.ok()) fail_here(inner.why_, inner.code_);
  }
  void in_field(std::string_view name) { field_ = name; }
  /// What failed and where: "`what`: queue reaches past the end of the frame", "`what` has bytes left over". Only when
  /// !ok().
  ProtocolError error(std::string_view what, MethodId method = {}) const;

 private:
  void end_too_early() { fail_here("reaches past the end of the frame"); }

  const std::byte* at_;
  const std::byte* end_;
  std::string_view why_;
  std::string_view field_;
  ReplyCode code_ = ReplyCode::kSyntaxError;
};

}  // namespace wharf::amqp091
