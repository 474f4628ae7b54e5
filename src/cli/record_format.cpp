#include "cli/record_format.hpp"

#include <array>

#include <fmt/format.h>

#include "cli/record_json.hpp"
#include "cli/text_escapes.hpp"
#include "model/byte_order.hpp"

namespace wharf::cli {
namespace {

constexpr std::string_view kPlaceholders = "sSRkKtpoTh";

std::string_view text_of(const std::optional<ByteView>& bytes) {
  return bytes ? as_text(*bytes) : std::string_view();
}
std::int64_t size_of(const std::optional<ByteView>& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

void append_number(std::int64_t number, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{}", number);
}

void append_headers(const RecordHeaders& headers, std::string* out) {
  bool first = true;
  for (const RecordHeader& header : headers) {
    if (!first) *out += ',';
    out->append(header.key).append("=").append(header.value ? as_text(*header.value) : "NULL");
    first = false;
  }
}

void append_placeholder(char placeholder, const PlacedRecord& placed, std::string* out) {
  const Record& record = *placed.record;
  switch (placeholder) {
    case 's':
      out->append(text_of(record.value));
      return;
    case 'S':
      append_number(size_of(record.value), out);
      return;
    case 'R': {
      std::array<std::byte, 4> size;
      store_big_endian(size.data(), static_cast<std::int32_t>(size_of(record.value)));
      out->append(as_text(size));
      return;
    }
    case 'k':
      out->append(text_of(record.key));
      return;
    case 'K':
      append_number(size_of(record.key), out);
      return;
    case 't':
      out->append(placed.topic);
      return;
    case 'p':
      append_number(placed.partition.value, out);
      return;
    case 'o':
      append_number(record.offset.value, out);
      return;
    case 'T':
      append_number(record.timestamp.ms, out);
      return;
    default:
      append_headers(record.headers, out);
      return;
  }
}

}  // namespace

Result<RecordFormat> RecordFormat::parse(std::string_view text) {
  RecordFormat format;
  const auto add_text = [&format](std::string_view raw) -> Result<void> {
    Result<std::string> plain = unescape(raw);
    if (!plain) return fail(plain.error());
    if (format.parts_.empty() || format.parts_.back().placeholder != 0) format.parts_.push_back({});
    format.parts_.back().text += *plain;
    return {};
  };
  while (!text.empty()) {
    const std::size_t percent = std::min(text.find('%'), text.size());
    if (percent > 0) {
      if (Result<void> added = add_text(text.substr(0, percent)); !added) return fail(added.error());
    }
    text.remove_prefix(percent);
    if (text.empty()) break;
    const char placeholder = text.size() > 1 ? text[1] : '\0';
    if (placeholder == '%') {
      static_cast<void>(add_text("%"));
    } else if (placeholder != '\0' && kPlaceholders.contains(placeholder)) {
      format.parts_.push_back({placeholder, {}});
    } else {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("'{}': behind a percent sign stands one of {} and %", text.substr(0, 2), kPlaceholders));
    }
    text.remove_prefix(2);
  }
  return format;
}

RecordFormat RecordFormat::plain(std::string_view key_separator, std::string_view delimiter) {
  RecordFormat format;
  if (!key_separator.empty()) format.parts_ = {{'k', {}}, {0, std::string(key_separator)}};
  format.parts_.push_back({'s', {}});
  format.parts_.push_back({0, std::string(delimiter)});
  return format;
}

RecordFormat RecordFormat::json() {
  RecordFormat format;
  format.json_ = true;
  return format;
}

void RecordFormat::append(const PlacedRecord& placed, std::string* out) const {
  if (json_) return append_json(placed, out);
  for (const Part& part : parts_) {
    if (part.placeholder == 0) {
      out->append(part.text);
    } else {
      append_placeholder(part.placeholder, placed, out);
    }
  }
}

}  // namespace wharf::cli
