#include "protocols/kafka/wire/frame.hpp"

#include <limits>

#include <fmt/format.h>

#include "model/byte_order.hpp"

namespace wharf::kafka {

OpenFrame begin_frame(Writer& writer) {
  OpenFrame frame{writer.mark(), writer.total_size()};
  writer.integer<std::int32_t>(0);
  return frame;
}

Result<void> end_frame(const OpenFrame& frame, Writer& writer) {
  std::size_t size = writer.total_size() - frame.total_before - kFrameLengthBytes;
  if (size > std::numeric_limits<std::int32_t>::max()) {
    writer.rewind(frame.start);
    return fail(ErrorCode::kTooLarge, fmt::format("a frame of {} bytes is above what Kafka's framing can say", size));
  }
  writer.patch_int32(frame.start.size, static_cast<std::int32_t>(size));
  return {};
}

}  // namespace wharf::kafka
