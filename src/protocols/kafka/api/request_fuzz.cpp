// Header and body of a request, from any bytes, as the broker reads them; what was read comes back equal.
#include <cstdint>

#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/wire/header.hpp"

using namespace wharf;         // NOLINT
using namespace wharf::kafka;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = std::as_bytes(std::span(data, size));
  Result<RequestHeaderStart> start = peek_request_header(bytes);
  if (!start) return 0;
  ApiKey key{start->api_key};
  std::int16_t version = start->api_version;
  Reader reader(bytes);
  if (!read_request_header(reader, request_header_version(key, version))) return 0;
  AllRequests::with(key, [&]<class Request> {
    Result<Request> request = decode<Request>(reader, version);
    if (!request) return;
    print(*request);
    Writer writer;
    WHARF_ASSERT(encode(*request, version, writer).has_value());
    Result<Request> back = decode<Request>(writer.bytes(), version);
    WHARF_ASSERT(back.has_value() && *back == *request);
  });
  return 0;
}
