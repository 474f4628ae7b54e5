#pragma once
// What this room's tests and fuzzers share: bytes from text, and made-up values that the same seed gives again.
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "model/byte_order.hpp"
#include "protocols/amqp091/wire/field_table.hpp"
#include "protocols/amqp091/wire/method_table.hpp"

namespace wharf::amqp091 {

using Buffer =
    std::vector<std::byte>;  // of exactly the bytes' size: the address sanitizer sees the first one past them

inline Buffer buffer_of(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

inline Buffer from_hex(std::string_view hex) {
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Buffer bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  return bytes;
}

inline std::string to_hex(ByteView bytes) {
  std::string hex;
  for (std::byte byte : bytes)
    hex += "0123456789abcdef"[static_cast<unsigned>(byte) >> 4],
        hex += "0123456789abcdef"[static_cast<unsigned>(byte) & 15];
  return hex;
}

/// The words of the lines of testdata/golden.txt that begin with `kind`, without it.
inline std::vector<std::vector<std::string>> golden(std::string_view kind) {
  std::ifstream file("testdata/golden.txt");
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word != kind) continue;
    std::vector<std::string>& found = lines.emplace_back();
    while (words >> word) found.push_back(word);
    if (found.empty()) found.emplace_back();  // the empty table
  }
  return lines;
}

/// A stream of numbers from one seed (splitmix64), and what is made of them.
class SeededValues {
 public:
  explicit SeededValues(std::uint64_t seed) : state_(seed) {}

  std::uint64_t number(std::uint64_t below) { return next() % below; }
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    return mixed ^ mixed >> 31;
  }
  Buffer bytes(std::size_t size) {
    Buffer made(size);
    for (std::byte& byte : made) byte = static_cast<std::byte>(next());
    return made;
  }
  std::string text(std::size_t longest) {
    std::string made(number(8) == 0 ? longest : number(std::min<std::size_t>(longest, 20) + 1), 'a');
    for (char& c : made) c = static_cast<char>('a' + number(26));
    return made;
  }

  /// One value of any type, as a field table has it on the wire: type, then value.
  void field_value(Writer& out, int depth) {
    constexpr std::string_view kTypes = "VtbBsuIilLfdDTSxAF";
    char type = kTypes[number(depth < 4 ? kTypes.size() : kTypes.size() - 2)];
    out.integer(static_cast<std::uint8_t>(type));
    switch (type) {
      case 'V':
        return;
      case 't':
        return out.integer(static_cast<std::uint8_t>(number(2)));
      case 'b':
      case 'B':
        return out.raw(bytes(1));
      case 's':
      case 'u':
        return out.raw(bytes(2));
      case 'I':
      case 'i':
      case 'f':
        return out.raw(bytes(4));
      case 'D':
        return out.raw(bytes(5));
      case 'S':
      case 'x':
        return out.long_bytes(bytes(number(30)));
      case 'A': {
        std::size_t start = out.begin_sized();
        for (std::uint64_t left = number(4); left > 0; --left) field_value(out, depth + 1);
        return out.end_sized(start);
      }
      case 'F':
        return table(out, depth + 1);
      default:
        return out.raw(bytes(8));
    }
  }
  /// With its length.
  void table(Writer& out, int depth = 1) {
    std::size_t start = out.begin_sized();
    for (std::uint64_t left = number(6); left > 0; --left) {
      out.short_string(text(255));
      field_value(out, depth);
    }
    out.end_sized(start);
  }
  Buffer table_without_length() {
    Writer out;
    table(out);
    return buffer_of(out.bytes_since(4));
  }

  /// The fields of a method, as on the wire.
  void method_fields(std::span<const FieldInfo> fields, Writer& out) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      std::string_view type = fields[i].type;
      if (type == "bit") {
        std::size_t bits = 1;
        while (bits < 8 && i + 1 < fields.size() && fields[i + 1].type == "bit") ++i, ++bits;
        out.integer(static_cast<std::uint8_t>(number(1u << bits)));
      }
      if (type == "octet") out.raw(bytes(1));
      if (type == "short") out.raw(bytes(2));
      if (type == "long") out.raw(bytes(4));
      if (type == "longlong") out.raw(bytes(8));
      if (type == "shortstr") out.short_string(text(255));
      if (type == "longstr") out.long_bytes(bytes(number(300)));
      if (type == "table") table(out);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace wharf::amqp091
