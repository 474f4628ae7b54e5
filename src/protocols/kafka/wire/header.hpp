#pragma once
// What stands in front of each body: the request's and the response's header. Which version of it goes with which API
// and version is api/api_key.hpp's knowledge.
#include <cstdint>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "protocols/kafka/wire/reader.hpp"
#include "protocols/kafka/wire/writer.hpp"

namespace wharf::kafka {

struct RequestHeader {
  std::int16_t api_key = 0;
  std::int16_t api_version = 0;
  std::int32_t correlation_id = 0;
  std::optional<std::string> client_id;

  friend bool operator==(const RequestHeader&, const RequestHeader&) = default;
};

/// The eight bytes that look the same in every header version, read without moving the reader; they decide the
/// header's version.
struct RequestHeaderStart {
  std::int16_t api_key = 0;
  std::int16_t api_version = 0;
  std::int32_t correlation_id = 0;
};
Result<RequestHeaderStart> peek_request_header(ByteView frame);

/// `header_version` 0 to 2. The client id is a classic string in all of them, even in the flexible one (2).
Result<RequestHeader> read_request_header(Reader& reader, std::int16_t header_version);
Result<void> write_request_header(const RequestHeader& header, std::int16_t header_version, Writer& writer);

/// `header_version` 0 or 1: the correlation id, and with 1 tagged fields, of which there are none yet.
Result<std::int32_t> read_response_header(Reader& reader, std::int16_t header_version);
void write_response_header(std::int32_t correlation_id, std::int16_t header_version, Writer& writer);

}  // namespace wharf::kafka
