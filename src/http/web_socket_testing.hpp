#pragma once
// What the tests of WebSocket share.
#include <string>
#include <string_view>

#include "http/web_socket_frames.hpp"

namespace wharf::http {

/// As a client writes it: `first` is the octet with the opcode.
inline std::string masked_frame(unsigned first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  std::string head = web_socket_head(WebSocketOpcode::kBinary, payload.size());
  head[1] = static_cast<char>(head[1] | 0x80);
  frame += head.substr(1);
  constexpr std::string_view kMask = "\x11\xA2\x03\xFF";
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return frame;
}

}  // namespace wharf::http
