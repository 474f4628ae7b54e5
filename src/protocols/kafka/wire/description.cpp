#include "protocols/kafka/wire/description.hpp"

#include <fmt/format.h>

namespace wharf::kafka {

void print_text(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void print_number(std::int64_t number, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void print_size(std::size_t size, std::string& out) {
  fmt::format_to(std::back_inserter(out), "\"<{} bytes>\"", size);
}

void print_struct(const StructInfo& info, const void* object, std::string& out) {
  char separator = '{';
  for (const FieldInfo& field : info.fields) {
    out += separator;
    separator = ',';
    print_text(field.name, out);
    out += ':';
    field.print(field.get(object), out);
  }
  if (info.fields.empty()) out += '{';
  out += '}';
}

void sample_struct(const StructInfo& info, void* object, std::int16_t version, ValueSource& source) {
  for (const FieldInfo& field : info.fields) {
    if (!field.rule.present(version)) continue;
    void* value = const_cast<void*>(field.get(object));  // NOLINT: object is mutable here
    field.sample(value, version, field.rule.nullable(version), source);
  }
}

std::int64_t sample_number(int bits, ValueSource& source) {
  std::uint64_t lowest = ~std::uint64_t{0} << (bits - 1);
  std::uint64_t highest = ~lowest;
  switch (source.number(6)) {
    case 0:
      return 0;
    case 1:
      return -1;
    case 2:
      return static_cast<std::int64_t>(highest);
    case 3:
      return static_cast<std::int64_t>(lowest);
    default:
      return static_cast<std::int64_t>(source.number(highest));
  }
}

std::string sample_text(ValueSource& source) {
  // 126 to 128 is where a compact length becomes two bytes.
  std::size_t size = source.number(8) == 0 ? 125 + source.number(4) : source.number(12);
  return std::string(as_text(source.bytes(size)));
}

}  // namespace wharf::kafka
