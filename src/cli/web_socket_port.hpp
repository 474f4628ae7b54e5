#pragma once
// What a dialect over WebSocket needs beside what it has: its port is opened by
// the same dialect once more.
#include <string>
#include <string_view>
#include <vector>

#include "cli/dialect.hpp"

namespace wharf::cli {

/// Connections of doors over WebSocket have numbers of their own, from here on.
inline constexpr std::uint64_t kFirstWebSocketConnection = std::uint64_t{1} << 40;

struct WebSocketDialect {
  std::string_view listener;  // a literal
  std::vector<std::string> subprotocols;
  std::size_t message_bytes = 0;  // most of one message
  bool prefers_text = false;
};

/// Who connects by WebSocket, and speaks on it what `inside` speaks.
runtime::OpenPort::Welcome over_web_socket(const DialectSurroundings& with, WebSocketDialect dialect,
                                           runtime::OpenPort::Welcome inside);

}  // namespace wharf::cli
