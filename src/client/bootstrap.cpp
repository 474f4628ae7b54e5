#include <charconv>

#include <fmt/format.h>

#include "client/cluster.hpp"

namespace wharf::client {
namespace {

constexpr std::uint16_t kKafkaPort = 9092;

Result<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint{.port = kKafkaPort};
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      return fail(ErrorCode::kInvalidArgument, fmt::format("'{}': a ']' is missing", text));
    endpoint.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.rfind(':'), text.size());
    endpoint.host = text.substr(0, colon);
    port = text.substr(colon);
    if (endpoint.host.contains(':'))
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("'{}': an IPv6 address stands in brackets, as [::1]:9092", text));
  }
  if (endpoint.host.empty()) return fail(ErrorCode::kInvalidArgument, fmt::format("'{}': the host is missing", text));
  if (port.empty()) return endpoint;
  const char* end = port.data() + port.size();
  auto [stopped, error] = std::from_chars(port.data() + 1, end, endpoint.port);
  if (port.front() != ':' || error != std::errc() || stopped != end || endpoint.port == 0)
    return fail(ErrorCode::kInvalidArgument, fmt::format("'{}': the port is no number from 1 to 65535", text));
  return endpoint;
}

}  // namespace

Result<std::vector<Endpoint>> parse_bootstrap(std::string_view text) {
  std::vector<Endpoint> endpoints;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view one = text.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    Result<Endpoint> endpoint = parse_endpoint(one);
    if (!endpoint) return fail(endpoint.error());
    endpoints.push_back(std::move(*endpoint));
    if (comma == text.size()) return endpoints;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace wharf::client
