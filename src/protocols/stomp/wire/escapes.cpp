#include "protocols/stomp/wire/escapes.hpp"

namespace wharf::stomp {
namespace {

std::optional<char> meant_by(char letter, Version version) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'c':
      return ':';
    case '\\':
      return '\\';
    case 'r':
      return version == Version::k12 ? std::optional('\r') : std::nullopt;
    default:
      return std::nullopt;
  }
}

/// 0: the character stands for itself.
char letter_for(char character, Version version) {
  switch (character) {
    case '\n':
      return 'n';
    case ':':
      return 'c';
    case '\\':
      return '\\';
    case '\r':
      return version == Version::k12 ? 'r' : '\0';
    default:
      return '\0';
  }
}

}  // namespace

std::optional<std::string> unescape(std::string_view text, Version version) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    std::optional<char> meant = meant_by(text[i], version);
    if (!meant) return std::nullopt;
    plain += *meant;
  }
  return plain;
}

bool escape(std::string_view text, Version version, std::string& to) {
  constexpr std::string_view kNowhere("\0", 1);
  if (text.find(kNowhere) != std::string_view::npos) return false;
  if (version == Version::k10) {
    if (text.find_first_of("\r\n") != std::string_view::npos) return false;
    to += text;
    return true;
  }
  // A line's last CR belongs to its end for readers of any version.
  if (version == Version::k11 && text.ends_with('\r')) return false;
  for (char character : text) {
    char letter = letter_for(character, version);
    if (letter != '\0') to += '\\';
    to += letter != '\0' ? letter : character;
  }
  return true;
}

}  // namespace wharf::stomp
