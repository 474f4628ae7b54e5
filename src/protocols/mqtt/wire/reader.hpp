#pragma once
// Reads MQTT's types from one packet. Every byte is hostile: no length is believed before it fits into what is left.
// Nothing is copied: strings are views of the packet.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "protocols/mqtt/wire/reason_code.hpp"

namespace wharf::mqtt {

/// Errors stick: after the first, every read gives zero or empty and ok() is false, so callers read on and look once.
class Reader {
 public:
  explicit Reader(ByteView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return why_.empty(); }
  std::size_t bytes_left() const { return static_cast<std::size_t>(end_ - at_); }

  template <std::integral T>
  T integer() {
    if (bytes_left() < sizeof(T)) return fail_here("reaches past the end of the packet"), T{};
    T value = load_big_endian<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  /// A variable byte integer (5.0, 1.5.5): at most four bytes, and no longer than it has to be.
  std::uint32_t varint();
  ByteView view(std::size_t size) {
    if (bytes_left() < size) return fail_here("reaches past the end of the packet"), ByteView{};
    ByteView taken(at_, size);
    at_ += size;
    return taken;
  }
  ByteView rest() { return view(bytes_left()); }
  /// Two bytes of length and that many bytes.
  ByteView binary() { return view(integer<std::uint16_t>()); }
  /// The same, of UTF-8 without U+0000 (1.5.4).
  std::string_view text();

  /// `why` goes on from the field's name; both are constants.
  void fail_here(std::string_view why, ReasonCode code = ReasonCode::kMalformedPacket) {
    if (!ok()) return;
    why_ = why;
    code_ = code;
    at_ = end_;  // nothing more can be read
  }
  void in_field(std::string_view name) {
    if (ok()) field_ = name;
  }
  /// "CONNECT: client id reaches past the end of the packet". Only when !ok().
  ProtocolError error(std::string_view packet) const;
  std::string_view why() const { return why_; }
  ReasonCode code() const { return code_; }

 private:
  const std::byte* at_;
  const std::byte* end_;
  std::string_view why_;
  std::string_view field_;
  ReasonCode code_ = ReasonCode::kMalformedPacket;
};

}  // namespace wharf::mqtt
