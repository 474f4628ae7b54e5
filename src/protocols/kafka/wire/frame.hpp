#pragma once
// Kafka's framing: a big-endian int32 with the size of what follows, then header and body.
#include <cstddef>

#include "model/error.hpp"
#include "protocols/kafka/wire/writer.hpp"

namespace wharf::kafka {

inline constexpr std::size_t kFrameLengthBytes = 4;

/// A frame being written: begin, header, body, end. A Writer may hold several frames, one after the other.
struct OpenFrame {
  Writer::Mark start;
  std::size_t total_before = 0;
};
OpenFrame begin_frame(Writer& writer);
/// Fills in the length, spliced bytes counted. kTooLarge where an int32 cannot say it; the frame is taken back then.
Result<void> end_frame(const OpenFrame& frame, Writer& writer);

}  // namespace wharf::kafka
