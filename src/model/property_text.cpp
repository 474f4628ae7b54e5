#include "model/property_text.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <string_view>

#include "model/byte_order.hpp"
#include "model/error.hpp"
#include "model/utf8.hpp"

namespace wharf {
namespace {

template <std::integral T>
T integer(ByteView value) {
  return load_big_endian<T>(value.data());
}

void append(fmt::memory_buffer& to, std::string_view text) {
  to.append(text);
}

void append_decimal(fmt::memory_buffer& to, ByteView value) {
  auto scale = static_cast<std::size_t>(value[0]);
  auto unscaled = std::int64_t{integer<std::int32_t>(value.subspan(1))};
  if (unscaled < 0) to.push_back('-');
  fmt::format_int digits(unscaled < 0 ? -unscaled : unscaled);
  std::size_t before_point = digits.size() > scale ? digits.size() - scale : 0;
  append(to, before_point == 0 ? "0" : std::string_view(digits.data(), before_point));
  if (scale == 0) return;
  to.push_back('.');
  for (std::size_t zeros = digits.size() + before_point; zeros < scale; ++zeros) to.push_back('0');
  append(to, {digits.data() + before_point, digits.size() - before_point});
}

void append_scalar(fmt::memory_buffer& to, char type, ByteView value) {
  auto whole = [&](auto held) {
    fmt::format_int digits(held);
    append(to, {digits.data(), digits.size()});
  };
  auto number = [&](auto held) { fmt::format_to(std::back_inserter(to), "{}", held); };
  switch (type) {
    case 't':
      return append(to, value[0] != std::byte{0} ? "true" : "false");
    case 'b':
      return whole(int{integer<std::int8_t>(value)});
    case 'B':
      return whole(unsigned{integer<std::uint8_t>(value)});
    case 's':
      return whole(int{integer<std::int16_t>(value)});
    case 'u':
      return whole(unsigned{integer<std::uint16_t>(value)});
    case 'I':
      return whole(integer<std::int32_t>(value));
    case 'i':
      return whole(integer<std::uint32_t>(value));
    case 'l':
    case 'L':
      return whole(integer<std::int64_t>(value));
    case 'T':
      return whole(integer<std::uint64_t>(value));
    case 'f':
      return number(std::bit_cast<float>(integer<std::uint32_t>(value)));
    case 'd':
      return number(std::bit_cast<double>(integer<std::uint64_t>(value)));
    default:
      return append_decimal(to, value);
  }
}

bool is_finite(char type, ByteView value) {
  if (type == 'f') return std::isfinite(std::bit_cast<float>(integer<std::uint32_t>(value)));
  return type != 'd' || std::isfinite(std::bit_cast<double>(integer<std::uint64_t>(value)));
}

/// Writes values as JSON; they were checked, so reading cannot fail.
struct JsonWriter {
  fmt::memory_buffer& to;

  void raw(std::string_view text) { append(to, text); }
  void base64(ByteView bytes) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
      ByteView three = bytes.subspan(at, std::min<std::size_t>(3, bytes.size() - at));
      std::uint32_t bits = 0;
      for (std::size_t i = 0; i < 3; ++i)
        bits = bits << 8 | (i < three.size() ? static_cast<std::uint32_t>(three[i]) : 0);
      std::array<char, 4> quad{'=', '=', '=', '='};
      for (std::size_t i = 0; i <= three.size(); ++i) quad[i] = kAlphabet[bits >> (18 - 6 * i) & 63];
      raw({quad.data(), quad.size()});
    }
  }
  void quoted(std::string_view text) {
    raw("\"");
    if (is_utf8(text)) {
      for (char c : text) character(c);
    } else {
      base64(as_bytes(text));
    }
    raw("\"");
  }
  void character(char c) {
    if (c == '"' || c == '\\') {
      raw("\\");
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      raw("\\u00");
      raw(kHex.substr(static_cast<std::size_t>(c) >> 4, 1));
      return raw(kHex.substr(static_cast<std::size_t>(c) & 15, 1));
    }
    to.push_back(c);
  }

  void value(FieldCursor& from) {
    auto type = static_cast<char>(from.byte());
    ByteView held = take_value(from, type);
    if (type == 'A' || type == 'F') return nested(type, held);
    if (type == 'S') return quoted(as_text(held));
    if (type == 'x') {
      raw("\"");
      base64(held);
      return raw("\"");
    }
    if (type == 'V' || !is_finite(type, held)) return raw("null");
    append_scalar(to, type, held);
  }
  void nested(char type, ByteView content) {
    raw(type == 'F' ? "{" : "[");
    FieldCursor inner(content);
    for (bool first = true; inner.left() > 0 && !inner.failed(); first = false) {
      if (!first) raw(",");
      if (type == 'F') {
        quoted(as_text(inner.bytes(inner.byte())));
        raw(":");
      }
      value(inner);
    }
    raw(type == 'F' ? "}" : "]");
  }
};

}  // namespace

std::string_view readable_text(const TableCursor::Field& field, fmt::memory_buffer& room) {
  room.clear();
  switch (field.type) {
    case 'V':
      return {};
    case 'S':
    case 'x':
      return as_text(field.value.subspan(4));
    case 'A':
    case 'F':
      JsonWriter{room}.nested(field.type, field.value.subspan(4));
      break;
    default:
      append_scalar(room, field.type, field.value);
      break;
  }
  return {room.data(), room.size()};
}

}  // namespace wharf
