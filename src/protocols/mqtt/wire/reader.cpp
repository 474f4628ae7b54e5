#include "protocols/mqtt/wire/reader.hpp"

#include <fmt/format.h>

#include "model/utf8.hpp"

namespace wharf::mqtt {

std::uint32_t Reader::varint() {
  std::uint32_t value = 0;
  for (int shift = 0; shift < 28; shift += 7) {
    auto byte = integer<std::uint8_t>();
    value |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) != 0) continue;
    if (byte == 0 && shift > 0) fail_here("is longer than it has to be");
    return ok() ? value : 0;
  }
  fail_here("has more than four bytes");
  return 0;
}

std::string_view Reader::text() {
  std::string_view read = as_text(binary());
  if (!is_utf8(read) || read.find('\0') != std::string_view::npos) {
    fail_here("is no UTF-8, or has a zero in it");
    return {};
  }
  return read;
}

ProtocolError Reader::error(std::string_view packet) const {
  return {code_, fmt::format("{}: {} {}", packet, field_, why_)};
}

}  // namespace wharf::mqtt
