// A method frame's payload, from any bytes: refused or read, and what was read comes back equal.
#include <algorithm>
#include <cstdint>

#include "model/error.hpp"
#include "protocols/amqp091/wire/methods.hpp"

using namespace wharf;           // NOLINT
using namespace wharf::amqp091;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView payload = std::as_bytes(std::span(data, size));
  Outcome<MethodId> id = peek_method_id(payload);
  if (!id) return 0;
  AllMethods::with(*id, [&]<class M> {
    Outcome<M> method = decode_method<M>(payload);
    if (!method) return;
    Writer writer;
    WHARF_ASSERT(write_method(*method, 1, writer).has_value());
    ByteView frame = writer.bytes_since(0);
    ByteView written = frame.subspan(kFrameHeaderBytes, frame.size() - kFrameOverheadBytes);
    // Spare bits of an octet and odd truths are gone; nothing else is.
    WHARF_ASSERT(written.size() == payload.size());
    Outcome<M> back = decode_method<M>(written);
    WHARF_ASSERT(back.has_value());
    Writer again;
    WHARF_ASSERT(write_method(*back, 1, again).has_value());
    WHARF_ASSERT(std::ranges::equal(again.bytes_since(0), frame));
  });
  return 0;
}
