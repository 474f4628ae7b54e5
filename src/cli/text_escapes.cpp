#include "cli/text_escapes.hpp"

#include <charconv>

#include <fmt/format.h>

#include "model/utf8.hpp"

namespace wharf::cli {

Result<std::string> unescape(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      plain += text[at];
      continue;
    }
    const char letter = ++at < text.size() ? text[at] : '\0';
    const std::string_view digits = text.substr(std::min(at + 1, text.size()), 2);
    unsigned char code = 0;
    switch (letter) {
      case 'n':
        plain += '\n';
        continue;
      case 'r':
        plain += '\r';
        continue;
      case 't':
        plain += '\t';
        continue;
      case '0':
        plain += '\0';
        continue;
      case '\\':
        plain += '\\';
        continue;
      case 'x':
        if (auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
            digits.size() == 2 && error == std::errc() && end == digits.data() + 2) {
          plain += static_cast<char>(code);
          at += 2;
          continue;
        }
        [[fallthrough]];
      default:
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("'{}': behind a backslash stands one of n, r, t, 0, \\ and xNN", text));
    }
  }
  return plain;
}

std::string printable(std::string_view text) {
  const bool is_text = is_utf8(text);
  std::string line;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    const bool is_shown = code >= 0x20 && code != 0x7F && (code < 0x80 || is_text);
    line += is_shown ? std::string(1, byte) : fmt::format("\\x{:02x}", code);
  }
  return line;
}

}  // namespace wharf::cli
