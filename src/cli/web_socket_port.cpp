#include "cli/web_socket_port.hpp"

#include "http/web_socket_connection.hpp"

namespace wharf::cli {
namespace {

std::vector<std::string> origins_of(std::string_view list) {
  std::vector<std::string> origins;
  while (!list.empty()) {
    std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty()) origins.emplace_back(one);
  }
  return origins;
}

}  // namespace

runtime::OpenPort::Welcome over_web_socket(const DialectSurroundings& with, WebSocketDialect dialect,
                                           runtime::OpenPort::Welcome inside) {
  auto port = std::make_shared<http::WebSocketPort>(
      http::WebSocketPort{.listener = dialect.listener,
                          .offer = {.subprotocols = std::move(dialect.subprotocols),
                                    .origins = origins_of(with.config.get<"websocket.origins">())},
                          .options = {.message_bytes = dialect.message_bytes, .prefers_text = dialect.prefers_text}});
  return http::welcome_web_socket(std::move(port), std::move(inside), with.shards, with.logger);
}

}  // namespace wharf::cli
