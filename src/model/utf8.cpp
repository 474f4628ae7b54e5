#include "model/utf8.hpp"

#include <algorithm>

namespace wharf {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kLongestSequence = 4;

/// Of the character that the text begins with; 0: none.
std::size_t character_bytes(std::string_view text) {
  for (std::size_t length = 1; length <= std::min(kLongestSequence, text.size()); ++length) {
    if (is_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
  for (std::size_t at = 0; at < text.size();) {
    auto lead = static_cast<unsigned char>(text[at]);
    std::size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (size == 0 || text.size() - at < size) return false;
    if (!std::ranges::all_of(text.substr(at + 1, size - 1), continues)) return false;
    auto second = size > 1 ? static_cast<unsigned char>(text[at + 1]) : 0u;
    bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    bool no_character = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);  // surrogates, above 10FFFF
    if (overlong || no_character) return false;
    at += size;
  }
  return true;
}

std::string shown_as_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string shown;
  while (!text.empty()) {
    std::size_t length = character_bytes(text);
    shown += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return shown;
}

}  // namespace wharf
