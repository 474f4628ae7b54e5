#pragma once
// What has arrived on a connection and is not taken yet, in one piece: what a protocol's frame buffer is made of.
// Memory grows with what has arrived, never with what a size field promises.
//
//   MutableBytes space = bytes.space(wanted);          // read from the socket into it
//   bytes.received(count);
//   ...bytes.pending()...bytes.skip(frame size)
//   bytes.rest();                                      // before a wait
#include <cstddef>
#include <cstdint>
#include <memory>

#include "model/bytes.hpp"

namespace wharf {

class ReceivedBytes {
 public:
  struct Sizes {
    std::uint32_t first_chunk = 1024;  // where the thread's spare one is taken
    std::uint32_t smallest_read = 512;
  };
  ReceivedBytes() = default;
  explicit ReceivedBytes(Sizes sizes) : sizes_(sizes) {}

  /// Where the next bytes go; never empty. `frame_bytes`: the whole size of the frame that is pending, 0 where that is
  /// not known yet. Ends the life of all that was taken and not kept.
  MutableBytes space(std::size_t frame_bytes);
  void received(std::size_t count);
  ByteView pending() const { return {chunk_.get() + start_, end_ - start_}; }
  void skip(std::size_t count);
  /// A part of what has arrived, for longer.
  SharedBytes keep(ByteView part) const { return {chunk_, part}; }
  /// Nothing more comes for now: what holds nothing goes, and what holds little shrinks to it. Ends the life of all
  /// that was taken and not kept.
  void rest();
  /// All that lies there since the last space(), taken or not, for longer.
  SharedBytes memory() const { return keep({chunk_.get(), end_}); }

 private:
  void take_spare();
  void move_to_chunk(std::size_t capacity);

  Sizes sizes_;
  std::shared_ptr<std::byte[]> chunk_;
  std::size_t capacity_ = 0;
  std::size_t start_ = 0;  // of what is pending
  std::size_t end_ = 0;
};

}  // namespace wharf
