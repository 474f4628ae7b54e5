#include "model/property_text.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "model/byte_order.hpp"
#include "model/error.hpp"
#include "model/utf8.hpp"

namespace wharf {
namespace {

/// One scalar's digits: the longest is a decimal with a scale of 255.
using Digits = fmt::basic_memory_buffer<char, 320>;

template <std::integral T>
T integer(ByteView value) {
  return load_big_endian<T>(value.data());
}

void decimal(Digits& digits, ByteView value) {
  auto scale = static_cast<std::size_t>(value[0]);
  auto unscaled = std::int64_t{integer<std::int32_t>(value.subspan(1))};
  std::string_view sign = unscaled < 0 ? "-" : "";
  // At least one digit before the point.
  auto text = fmt::format_int(unscaled < 0 ? -unscaled : unscaled);
  std::string_view all(text.data(), text.size());
  std::size_t zeros = all.size() > scale ? 0 : scale + 1 - all.size();
  fmt::format_to(std::back_inserter(digits), "{}{:0>{}}{}", sign, "", zeros, all);
  if (scale == 0) return;
  digits.push_back('.');  // then moved to its place
  std::rotate(digits.end() - 1 - static_cast<std::ptrdiff_t>(scale), digits.end() - 1, digits.end());
}

void scalar(Digits& digits, char type, ByteView value) {
  auto number = [&](auto held) { fmt::format_to(std::back_inserter(digits), "{}", held); };
  switch (type) {
    case 't':
      return number(value[0] != std::byte{0});
    case 'b':
      return number(int{integer<std::int8_t>(value)});
    case 'B':
      return number(unsigned{integer<std::uint8_t>(value)});
    case 's':
      return number(integer<std::int16_t>(value));
    case 'u':
      return number(integer<std::uint16_t>(value));
    case 'I':
      return number(integer<std::int32_t>(value));
    case 'i':
      return number(integer<std::uint32_t>(value));
    case 'l':
    case 'L':
      return number(integer<std::int64_t>(value));
    case 'T':
      return number(integer<std::uint64_t>(value));
    case 'f':
      return number(std::bit_cast<float>(integer<std::uint32_t>(value)));
    case 'd':
      return number(std::bit_cast<double>(integer<std::uint64_t>(value)));
    default:
      return decimal(digits, value);
  }
}

bool is_finite(char type, ByteView value) {
  if (type == 'f') return std::isfinite(std::bit_cast<float>(integer<std::uint32_t>(value)));
  return type != 'd' || std::isfinite(std::bit_cast<double>(integer<std::uint64_t>(value)));
}

/// Writes values as JSON; they were checked, so reading cannot fail.
struct JsonWriter {
  std::vector<std::byte>& to;

  void raw(std::string_view text) {
    ByteView bytes = as_bytes(text);
    to.insert(to.end(), bytes.begin(), bytes.end());
  }
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
    to.push_back(static_cast<std::byte>(c));
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
    Digits digits;
    scalar(digits, type, held);
    raw({digits.data(), digits.size()});
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

void append_text(std::vector<std::byte>& to, const TableCursor::Field& field) {
  switch (field.type) {
    case 'V':
      return;
    case 'S':
    case 'x':
      to.insert(to.end(), field.value.begin() + 4, field.value.end());
      return;
    case 'A':
    case 'F':
      return JsonWriter{to}.nested(field.type, field.value.subspan(4));
    default:
      break;
  }
  Digits digits;
  scalar(digits, field.type, field.value);
  JsonWriter{to}.raw({digits.data(), digits.size()});
}

}  // namespace wharf
