#include "protocols/kafka/wire/header.hpp"

namespace wharf::kafka {

Result<RequestHeaderStart> peek_request_header(ByteView frame) {
  Reader reader(frame);
  RequestHeaderStart start;
  start.api_key = reader.integer<std::int16_t>();
  start.api_version = reader.integer<std::int16_t>();
  start.correlation_id = reader.integer<std::int32_t>();
  if (!reader.ok()) return fail(ErrorCode::kMalformed, "the frame is too short for a request header");
  return start;
}

Result<RequestHeader> read_request_header(Reader& reader, std::int16_t header_version) {
  WHARF_ASSERT(header_version >= 0 && header_version <= 2);
  reader.use_version(header_version, false);
  RequestHeader header;
  header.api_key = reader.integer<std::int16_t>();
  header.api_version = reader.integer<std::int16_t>();
  header.correlation_id = reader.integer<std::int32_t>();
  if (header_version >= 1) {
    header.client_id = reader.nullable_string();
    if (!reader.ok()) reader.in_field("client_id");
  }
  if (header_version >= 2) reader.skip_tagged_fields();
  if (!reader.ok()) return fail(reader.error());
  return header;
}

Result<void> write_request_header(const RequestHeader& header, std::int16_t header_version, Writer& writer) {
  WHARF_ASSERT(header_version >= 0 && header_version <= 2);
  Writer::Mark start = writer.mark();
  writer.use_version(header_version, false);
  writer.integer(header.api_key);
  writer.integer(header.api_version);
  writer.integer(header.correlation_id);
  if (header_version >= 1) {
    if (header.client_id) {
      writer.string(*header.client_id);
    } else {
      writer.null_string();
    }
  }
  if (header_version >= 2) writer.uvarint(0);
  if (writer.ok()) return {};
  writer.in_field("client_id");
  Error error = writer.error();
  writer.rewind(start);
  return fail(std::move(error));
}

Result<std::int32_t> read_response_header(Reader& reader, std::int16_t header_version) {
  auto correlation_id = reader.integer<std::int32_t>();
  if (header_version >= 1) reader.skip_tagged_fields();
  if (!reader.ok()) return fail(reader.error());
  return correlation_id;
}

void write_response_header(std::int32_t correlation_id, std::int16_t header_version, Writer& writer) {
  writer.integer(correlation_id);
  if (header_version >= 1) writer.uvarint(0);
}

}  // namespace wharf::kafka
