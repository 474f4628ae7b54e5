// The body of a response, from any bytes, as our command line reads them: key and version first, two bytes each.
#include <cstdint>

#include "protocols/kafka/api/all_messages.hpp"

using namespace wharf;         // NOLINT
using namespace wharf::kafka;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader reader(std::as_bytes(std::span(data, size)));
  ApiKey key{reader.integer<std::int16_t>()};
  auto version = reader.integer<std::int16_t>();
  if (!reader.ok()) return 0;
  AllRequests::with(key, [&]<class Request> {
    using Response = typename Request::Response;
    Result<Response> response = decode<Response>(reader, version);
    if (!response) return;
    Writer writer;
    WHARF_ASSERT(encode(*response, version, writer).has_value());
    Result<Response> back = decode<Response>(writer.bytes(), version);
    WHARF_ASSERT(back.has_value() && *back == *response);
  });
  return 0;
}
