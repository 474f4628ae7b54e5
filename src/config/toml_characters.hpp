#pragma once
// Which characters may stand where in TOML 1.0, checked before the text is parsed: the parsing library meets a zero
// byte with an assertion and a letter beyond ASCII in front of a value with undefined behaviour.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wharf::config {

struct MisplacedCharacter {
  std::uint32_t line;  ///< counted from 1
  std::string what;    ///< "the control character 0x00 has no place in TOML"
};

/// The first control character, or the first byte beyond ASCII that stands neither in a comment nor in a string of one
/// line.
std::optional<MisplacedCharacter> misplaced_character(std::string_view text);

}  // namespace wharf::config
