#pragma once
// The request that makes a WebSocket of an HTTP connection (RFC 6455, section 4), and its answer.
#include <expected>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace wharf::http {

struct WebSocketOffer {
  std::vector<std::string> subprotocols;  // that are spoken; a client that names none speaks the first
  /// Pages that may connect beside those of the port's own address: "https://app.example"; "*": any.
  std::vector<std::string> origins;
};

/// The whole answer, "101 Switching Protocols". A refusal: 400 no handshake, or no subprotocol in common; 403 a page of
/// another site; 405; 426 no WebSocket is asked for, or another version of it.
std::expected<std::string, Refusal> accept_web_socket(const Request& request, const WebSocketOffer& offer);

/// The value of Sec-WebSocket-Accept.
std::string web_socket_accept(std::string_view key);

/// A browser asks on behalf of a page that is neither this port's nor one of `origins`. What is no browser sends no
/// Origin.
bool is_of_another_site(const Request& request, const std::vector<std::string>& origins);

}  // namespace wharf::http
