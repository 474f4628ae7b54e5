// The first byte says in what portions the rest arrives; whole or in portions, the same requests must come out.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "http/request_parser.hpp"

using namespace wharf;

namespace {

struct Outcome {
  std::vector<http::Request> requests;
  unsigned refused = 0;
};

Outcome parse(ByteView bytes, std::size_t portion) {
  http::RequestParser parser({.header_bytes = 1024, .body_bytes = 2048, .headers = 20});
  Outcome outcome;
  while (true) {
    auto next = parser.next();
    if (!next) {
      outcome.refused = next.error().status;
      return outcome;
    }
    if (*next) {
      outcome.requests.push_back(std::move(**next));
      continue;
    }
    if (bytes.empty()) return outcome;
    std::ignore = parser.wants_continue();
    MutableBytes space = parser.space();
    if (space.empty()) std::abort();
    std::size_t count = std::min({portion, bytes.size(), space.size()});
    std::memcpy(space.data(), bytes.data(), count);
    parser.received(count);
    bytes = bytes.subspan(count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
  Outcome whole = parse(bytes, bytes.size() + 1);
  Outcome cut = parse(bytes, std::size_t{data[0]} + 1);
  for (const http::Request& request : whole.requests) {
    if (request.body.size() > 2048 || request.headers.size() > 20 || request.path.empty()) std::abort();
  }
  if (whole.refused == 431 || cut.refused == 431) return 0;  // a head of about the limit: depends on how it arrived
  if (whole.requests.size() != cut.requests.size()) std::abort();
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    const http::Request& one = whole.requests[i];
    const http::Request& other = cut.requests[i];
    if (one.method != other.method || one.path != other.path || one.query != other.query || one.headers != other.headers ||
        one.body != other.body || one.keep_alive != other.keep_alive) {
      std::abort();
    }
  }
  return 0;
}
