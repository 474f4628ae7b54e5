#include "model/ids.hpp"

#include <charconv>

#include <fmt/format.h>

namespace wharf {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string Uuid::hex() const {
  std::string text;
  text.reserve(32);
  for (std::uint8_t byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

Result<Uuid> Uuid::from_hex(std::string_view text) {
  Uuid id;
  if (text.size() != 32) return fail(ErrorCode::kMalformed, fmt::format("'{}' is not 32 hexadecimal digits", text));
  for (std::size_t i = 0; i < 16; ++i) {
    int high = hex_digit(text[2 * i]);
    int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return fail(ErrorCode::kMalformed, fmt::format("'{}' is not 32 hexadecimal digits", text));
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

std::string Uuid::base64() const {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[bits >> (count - 6) & 63];
  }
  text += kAlphabet[bits << (6 - count) & 63];
  return text;
}

std::string PartitionId::folder() const { return fmt::format("{}-{}", topic.hex(), index.value); }

Result<PartitionId> PartitionId::from_folder(std::string_view name) {
  if (name.size() < 34 || name[32] != '-') return fail(ErrorCode::kMalformed, fmt::format("'{}' names no partition", name));
  Result<Uuid> topic = Uuid::from_hex(name.substr(0, 32));
  if (!topic) return fail(topic.error());
  std::int32_t index = -1;
  auto [end, error] = std::from_chars(name.data() + 33, name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size() || index < 0) {
    return fail(ErrorCode::kMalformed, fmt::format("'{}' names no partition", name));
  }
  return PartitionId{*topic, PartitionIndex(index)};
}

}  // namespace wharf
