// A client's WebSocket, from any bytes: how they are cut makes no difference, and nothing comes out that did not go in.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "http/web_socket_frames.hpp"
#include "model/error.hpp"

using namespace wharf;        // NOLINT
using namespace wharf::http;  // NOLINT

namespace {

std::string hear(ByteView bytes, std::size_t step) {
  WebSocketFrames frames(4096);
  std::string heard;
  std::vector<std::byte> into(step);
  while (!bytes.empty()) {
    MutableBytes space = frames.space();
    WHARF_ASSERT(!space.empty());
    std::size_t count = std::min({step, space.size(), bytes.size()});
    std::memcpy(space.data(), bytes.data(), count);
    frames.received(count);
    bytes = bytes.subspan(count);
    while (true) {
      auto next = frames.next(into);
      if (!next) return heard + "error";
      if (next->kind == WebSocketStep::Kind::kNeedsMore) break;
      heard += as_text(ByteView(into).first(next->count));
      heard += next->payload;
    }
  }
  return heard;
}

}  // namespace

/// The first byte is the size of a read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
  std::string heard = hear(bytes, data[0] + std::size_t{1});
  WHARF_ASSERT(heard.size() <= size + 5);
  WHARF_ASSERT(heard == hear(bytes, 100'000));
  return 0;
}
