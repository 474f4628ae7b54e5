#pragma once
// Bytes of a connection -> requests, one after the other; Boost.Beast's parser behind it. A body has a Content-Length: chunks
// are refused (411, RFC 9110 15.5.12). No I/O.
//
//   std::size_t count = read(parser.space());
//   parser.received(count);
//   Parsed next = parser.next();
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "http/message.hpp"
#include "model/bytes.hpp"

namespace wharf::http {

struct RequestLimits {
  std::size_t header_bytes = 16u << 10;  // request line and headers
  std::size_t body_bytes = 64u << 10;
  std::size_t headers = 100;
  /// Of a body that is larger, by its request's head: what it may have. Empty: nobody may send more.
  std::function<std::size_t(const Request& head)> larger_body;
};

class RequestParser {
 public:
  explicit RequestParser(const RequestLimits& limits);
  ~RequestParser();

  /// Where the next bytes go; never empty.
  MutableBytes space();
  void received(std::size_t count);

  /// A whole request; none: more bytes are needed. A refusal (400, 411, 413, 431, 505) ends the connection: where the next
  /// request begins is not known. Requests that came together are given one call each.
  std::expected<std::optional<Request>, Refusal> next();
  /// The head of a request is here, and its sender waits for "100 Continue" before it sends the body. True once per request.
  bool wants_continue();
  /// A request has begun and is not whole yet.
  bool in_request() const;
  /// What was received and not yet taken.
  ByteView pending() const { return ByteView(buffer_).subspan(begin_, end_ - begin_); }

 private:
  struct Beast;

  std::optional<Refusal> check_body() const;

  RequestLimits limits_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool told_to_continue_ = false;
  bool body_checked_ = false;
  std::unique_ptr<Beast> beast_;
};

}  // namespace wharf::http
