#pragma once
// AMQP's framing: type octet, channel, size, that many bytes of payload, and an end octet.
#include <cstddef>
#include <cstdint>

#include "model/bytes.hpp"

namespace wharf::amqp091 {

enum class FrameType : std::uint8_t { kMethod = 1, kHeader = 2, kBody = 3, kHeartbeat = 8 };

inline constexpr std::size_t kFrameHeaderBytes = 7;
inline constexpr std::size_t kFrameOverheadBytes = 8;  // header and end octet: what frame_max counts beside the payload
inline constexpr std::byte kFrameEnd{0xCE};
/// The smallest frame_max that a client may ask for.
inline constexpr std::uint32_t kSmallestFrameMax = 4096;
inline constexpr std::uint32_t kDefaultFrameMax = 131'072;

struct Frame {
  FrameType type = FrameType::kMethod;
  std::uint16_t channel = 0;
  ByteView payload;
};

}  // namespace wharf::amqp091
