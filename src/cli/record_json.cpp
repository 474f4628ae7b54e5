#include "cli/record_json.hpp"

#include <fmt/format.h>

#include "model/base64.hpp"
#include "model/utf8.hpp"

namespace wharf::cli {
namespace {

/// "name":"text", "name_base64":"..." or "name":null.
void append_field(std::string_view name, const std::optional<ByteView>& value, std::string* out) {
  if (!value) {
    out->append("\"").append(name).append("\":null");
  } else if (is_utf8(as_text(*value))) {
    out->append("\"").append(name).append("\":");
    append_json_string(as_text(*value), out);
  } else {
    out->append("\"").append(name).append("_base64\":\"");
    append_base64(*value, out);
    out->append("\"");
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string* out) {
  *out += '"';
  std::size_t plain = 0;  // not yet copied
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto letter = static_cast<unsigned char>(text[at]);
    if (letter >= 0x20 && letter != '"' && letter != '\\') continue;
    out->append(text.substr(plain, at - plain));
    plain = at + 1;
    switch (letter) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        fmt::format_to(std::back_inserter(*out), "\\u{:04x}", letter);
    }
  }
  out->append(text.substr(plain));
  *out += '"';
}

void append_json(const PlacedRecord& placed, std::string* out) {
  const Record& record = *placed.record;
  out->append("{\"topic\":");
  append_json_string(placed.topic, out);
  fmt::format_to(std::back_inserter(*out),
                 ",\"partition\":{},\"offset\":{},\"timestamp\":{},\"timestamp_type\":\"{}\",", placed.partition.value,
                 record.offset.value, record.timestamp.ms,
                 placed.timestamp_type == TimestampType::kCreateTime ? "create" : "append");
  append_field("key", record.key, out);
  *out += ',';
  append_field("value", record.value, out);
  out->append(",\"headers\":[");
  bool first = true;
  for (const RecordHeader& header : record.headers) {
    *out += first ? "{" : ",{";
    append_field("name", as_bytes(header.key), out);
    *out += ',';
    append_field("value", header.value, out);
    *out += '}';
    first = false;
  }
  out->append("]}\n");
}

}  // namespace wharf::cli
