#pragma once
// Writes AMQP's types into what a connection gathers.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "model/gathered_bytes.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

/// What one connection gathers before it writes: any number of frames. Errors stick (a string too long for its length
/// octet): who encodes looks at ok() once, at the end, and rewinds.
///
///     write_method(BasicAck{.delivery_tag = 7}, channel, writer);
///     stream.write(writer.take());
class Writer : public GatheredBytes {
 public:
  Writer() : GatheredBytes(4096) {}

  bool ok() const { return why_.empty(); }

  template <std::integral T>
  void integer(T value) {
    store_big_endian(grow(sizeof(T)), value);
  }
  void short_string(std::string_view text) {
    if (text.size() > 255) return fail_here("is longer than the 255 bytes of a short string");
    std::byte* at = grow(1 + text.size());
    *at = static_cast<std::byte>(text.size());
    if (!text.empty()) std::memcpy(at + 1, text.data(), text.size());
  }
  void long_bytes(ByteView bytes) {
    integer(static_cast<std::uint32_t>(bytes.size()));
    raw(bytes);
  }

  /// Content whose length is known afterwards stands between these two: four octets of length go in front of it.
  std::size_t begin_sized() {
    integer(std::uint32_t{0});
    return position();
  }
  void end_sized(std::size_t start) { store_big_endian(at(start - 4), static_cast<std::uint32_t>(position() - start)); }

  /// Forgets a failure since then, too.
  void rewind(std::size_t position);

  /// As in Reader.
  void fail_here(std::string_view why) {
    if (ok()) why_ = why;
  }
  void in_field(std::string_view name) { field_ = name; }
  ProtocolError error(std::string_view what, MethodId method = {}) const;

 private:
  std::string_view why_;
  std::string_view field_;
};

}  // namespace wharf::amqp091
