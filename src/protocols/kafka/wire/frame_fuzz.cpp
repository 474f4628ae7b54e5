// The frame's length field and the request header, from any bytes: refused or read, and what was read comes back.
#include <cstdint>

#include "protocols/kafka/wire/frame.hpp"
#include "protocols/kafka/wire/header.hpp"

using namespace wharf;         // NOLINT
using namespace wharf::kafka;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = std::as_bytes(std::span(data, size));
  Result<std::optional<std::size_t>> frame = request_frame_size(bytes);
  if (frame && *frame) WHARF_ASSERT(**frame >= kMinRequestBytes && **frame <= kDefaultMaxFrameBytes);
  WHARF_ASSERT(peek_request_header(bytes).has_value() == (size >= kMinRequestBytes));
  for (std::int16_t version = 0; version <= 2; ++version) {
    Reader reader(bytes);
    Result<RequestHeader> header = read_request_header(reader, version);
    if (!header) continue;
    Writer writer;
    WHARF_ASSERT(write_request_header(*header, version, writer).has_value());
    Reader again(writer.bytes());
    WHARF_ASSERT(read_request_header(again, version).value() == *header);
  }
  return 0;
}
