#pragma once
// What one connection gathers before it writes, in one buffer that is used again and again; large bodies stay outside
// of it. What a protocol's writer is made of:
//
//     store_big_endian(gathered.grow(2), id);
//     gathered.splice(body);
//     stream.write(gathered.take());
//     gathered.rest();
#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "model/bytes.hpp"

namespace wharf {

class GatheredBytes {
 public:
  /// `first_chunk_bytes`: what it begins with where the thread's spare chunk is taken.
  explicit GatheredBytes(std::size_t first_chunk_bytes = 512) : first_chunk_bytes_(first_chunk_bytes) {}

  /// Room for so many bytes, which come next. Good until anything else is called.
  std::byte* grow(std::size_t more) {
    if (capacity_ - size_ < more) enlarge(more);
    std::byte* at = begin_ + size_;
    size_ += more;
    return at;
  }
  void raw(ByteView bytes) {
    if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
  }
  /// These bytes come next, from where they are.
  void splice(SharedBytes bytes) {
    outside_bytes_ += bytes.size();
    splices_.push_back({size_, std::move(bytes)});
  }

  /// Before each frame: a full chunk becomes pieces, so that a burst is neither copied nor kept as one. Positions taken
  /// before mean nothing afterwards.
  void begin_frame() {
    if (size_ >= kFullBytes) cut();
  }
  std::size_t position() const { return size_; }
  /// What stands there already. Good until anything else is called.
  std::byte* at(std::size_t position) { return begin_ + position; }
  /// What was written since `position`, splices left out.
  ByteView bytes_since(std::size_t position) const { return {begin_ + position, size_ - position}; }
  /// Forgets all that was written since position() was that. A splice right at it stays.
  void rewind(std::size_t position);
  /// All since the last take().
  std::size_t size_bytes() const { return outside_bytes_ + size_; }
  bool empty() const { return size_ == 0 && splices_.empty() && pieces_.empty(); }
  /// All since the last take(), in order, for one gathered write. The memory is used again once nobody holds a piece.
  std::vector<SharedBytes> take();
  /// All is written: memory that nobody holds goes, until there is more.
  void rest();

 private:
  struct Splice {
    std::size_t position = 0;  // the bytes come before the one at this position
    SharedBytes bytes;
  };
  void enlarge(std::size_t more);
  void cut();

  static constexpr std::size_t kFullBytes = 60 * 1024;

  std::size_t first_chunk_bytes_;
  std::vector<SharedBytes> pieces_;  // cut off already
  std::shared_ptr<std::byte[]> chunk_;
  std::size_t chunk_bytes_ = 0;
  std::byte* begin_ = nullptr;  // what take() has not given away: size_ bytes, and room for capacity_
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t outside_bytes_ = 0;  // of splices, and of what is cut off
  std::vector<Splice> splices_;
};

}  // namespace wharf
