#pragma once
// What the tests of the wire share.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/gathered_bytes.hpp"
#include "protocols/stomp/wire/frame_buffer.hpp"

namespace wharf::stomp {

/// As with reads of `step` bytes.
inline void feed(FrameBuffer& frames, std::string_view text) {
  MutableBytes space = frames.space();
  while (!text.empty()) {
    std::size_t count = std::min(space.size(), text.size());
    std::memcpy(space.data(), text.data(), count);
    frames.received(count);
    text.remove_prefix(count);
    if (!text.empty()) space = frames.space();
  }
}

/// With memory of its own.
struct OwnedFrame {
  std::string command;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  friend bool operator==(const OwnedFrame&, const OwnedFrame&) = default;
};

inline OwnedFrame owned(const Frame& frame) {
  OwnedFrame copy{std::string(frame.command), {}, std::string(as_text(frame.body))};
  for (const Header& one : frame.headers) copy.headers.emplace_back(one.name, one.value);
  return copy;
}

inline std::string taken(GatheredBytes& out) {
  std::string text;
  for (const SharedBytes& piece : out.take()) text += as_text(piece.view());
  return text;
}

}  // namespace wharf::stomp
