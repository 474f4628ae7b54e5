// A connection's bytes, from any bytes, in reads of any size: protocol header, frames, one channel's commands.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "model/error.hpp"
#include "protocols/amqp091/wire/content.hpp"
#include "protocols/amqp091/wire/protocol_header.hpp"

using namespace wharf;           // NOLINT
using namespace wharf::amqp091;  // NOLINT

/// The first byte is the size of a read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::size_t step = data[0] + std::size_t{1};
  ByteView left = std::as_bytes(std::span(data + 1, size - 1));
  if (greeting_of(left) == Greeting::kAmqp091) left = left.subspan(kProtocolHeaderBytes);
  FrameBuffer frames;
  ContentAssembler channel;
  std::uint64_t received = 0;
  while (!left.empty()) {
    MutableBytes space = frames.space();
    std::size_t count = std::min({step, space.size(), left.size()});
    std::memcpy(space.data(), left.data(), count);
    frames.received(count);
    received += count;
    left = left.subspan(count);
    while (true) {
      Outcome<std::optional<Frame>> frame = frames.next();
      if (!frame) return 0;
      if (!*frame) break;
      WHARF_ASSERT((*frame)->payload.size() + kFrameOverheadBytes <= received);
      Outcome<bool> complete = channel.take(**frame, frames, 1 << 20);
      if (!complete) return 0;
      if (!*complete) continue;
      const Command& command = channel.command();
      std::uint64_t body_bytes = 0;
      for (const SharedBytes& piece : command.body) body_bytes += piece.size();
      WHARF_ASSERT(body_bytes == command.content.body_bytes);
      channel.release();
    }
  }
  return 0;
}
