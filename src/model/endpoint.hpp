#pragma once
// A place to listen on or connect to: host name or address, and port.
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace wharf {

struct Endpoint {
  std::string host;         // name, IPv4 or IPv6 address without brackets
  std::uint16_t port = 0;   // 0: any free port, when listening

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
  /// `host:port`, with brackets around an IPv6 address.
  std::string text() const {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
  }
};

}  // namespace wharf
