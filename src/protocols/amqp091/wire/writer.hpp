#pragma once
// Writes AMQP's types into one buffer that is used again and again; large bodies stay outside of it.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "model/byte_order.hpp"
#include "model/bytes.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

/// What one connection gathers before it writes: any number of frames. Errors stick (a string too long for its length
/// octet): who encodes looks at ok() once, at the end, and rewinds.
///
///     write_method(BasicAck{.delivery_tag = 7}, channel, writer);
///     stream.write(writer.take());
class Writer {
 public:
  bool ok() const { return why_.empty(); }

  template <std::integral T>
  void integer(T value) {
    store_big_endian(grow(sizeof(T)), value);
  }
  void raw(ByteView bytes) {
    if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
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
  /// These bytes come next, from where they are.
  void splice(SharedBytes bytes) { splices_.push_back({size_, std::move(bytes)}); }

  /// Content whose length is known afterwards stands between these two: four octets of length go in front of it.
  std::size_t begin_sized() {
    integer(std::uint32_t{0});
    return size_;
  }
  void end_sized(std::size_t start) { store_big_endian(begin_ + start - 4, static_cast<std::uint32_t>(size_ - start)); }

  /// Before each frame: a full chunk becomes pieces, so that a burst is neither copied nor kept as one. Positions taken
  /// before mean nothing afterwards.
  void begin_frame() {
    if (size_ >= kFullBytes) cut();
  }
  std::size_t position() const { return size_; }
  /// Forgets all that was written since position() was that, and a failure since. A splice right at it stays.
  void rewind(std::size_t position);
  /// What was written since `position`, splices left out.
  ByteView bytes_since(std::size_t position) const { return {begin_ + position, size_ - position}; }
  bool empty() const { return size_ == 0 && splices_.empty() && pieces_.empty(); }
  /// All since the last take(), in order, for one gathered write. The memory is used again once nobody holds a piece.
  std::vector<SharedBytes> take();

  /// As in Reader.
  void fail_here(std::string_view why) {
    if (ok()) why_ = why;
  }
  void in_field(std::string_view name) { field_ = name; }
  ProtocolError error(std::string_view what, MethodId method = {}) const;

 private:
  struct Splice {
    std::size_t position = 0;  // the bytes come before the one at this position
    SharedBytes bytes;
  };

  std::byte* grow(std::size_t more) {
    if (capacity_ - size_ < more) enlarge(more);
    std::byte* at = begin_ + size_;
    size_ += more;
    return at;
  }
  void enlarge(std::size_t more);
  void cut();

  static constexpr std::size_t kFullBytes = 60 * 1024;

  std::vector<SharedBytes> pieces_;  // cut off already
  std::shared_ptr<std::byte[]> chunk_;
  std::size_t chunk_bytes_ = 0;
  std::byte* begin_ = nullptr;  // what take() has not given away: size_ bytes, and room for capacity_
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::vector<Splice> splices_;
  std::string_view why_;
  std::string_view field_;
};

}  // namespace wharf::amqp091
