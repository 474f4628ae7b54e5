#include "config/toml_characters.hpp"

#include <fmt/format.h>

namespace wharf::config {
namespace {

enum class Place { kBare, kComment, kBasic, kLiteral, kLongBasic, kLongLiteral, kStray };

bool is_control(unsigned char byte) {
  return (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7f;
}

bool takes_any_letter(Place place) {
  return place == Place::kComment || place == Place::kBasic || place == Place::kLiteral;
}

/// Follows the text far enough to know in which kind of string or comment a character stands. It agrees with the parser
/// up to the parser's first error, and behind that nothing matters.
class Follower {
 public:
  explicit Follower(std::string_view text) : text_(text) {}

  Place place() const { return place_; }

  /// Takes the character at `at`; returns how many it took.
  std::size_t take(std::size_t at) {
    const char character = text_[at];
    switch (place_) {
      case Place::kBare:
        return open(character, at);
      case Place::kComment:
      case Place::kStray:
        return close_if(character == '\n', 1);
      case Place::kBasic:
        return character == '\\' ? 2 : close_if(character == '"' || character == '\n', 1);
      case Place::kLiteral:
        return close_if(character == '\'' || character == '\n', 1);
      case Place::kLongBasic:
        return character == '\\' ? 2 : close_if(three(at, '"'), three(at, '"') ? 3 : 1);
      case Place::kLongLiteral:
        return close_if(three(at, '\''), three(at, '\'') ? 3 : 1);
    }
    return 1;
  }

 private:
  bool three(std::size_t at, char quote) const { return text_.substr(at, 3) == std::string(3, quote); }

  std::size_t close_if(bool closes, std::size_t taken) {
    if (closes) place_ = Place::kBare;
    return taken;
  }

  /// Behind anything else it is an error, and the parser looks on, to the number's or the word's end. A dotted key's
  /// part may be quoted; a number with a dot may not.
  bool may_begin(std::size_t at) const {
    if (at == 0 || std::string_view(" \t\r\n=[{,").contains(text_[at - 1])) return true;
    return text_[at - 1] == '.' && !is_value_;
  }

  std::size_t open(char character, std::size_t at) {
    if (character == '#') place_ = Place::kComment;
    if (character == '=') is_value_ = true;
    if (character == '\n') is_value_ = false;
    if (character != '"' && character != '\'') return 1;
    if (!may_begin(at)) {
      place_ = Place::kStray;
      return 1;
    }
    const bool is_long = three(at, character);
    if (character == '"') place_ = is_long ? Place::kLongBasic : Place::kBasic;
    if (character == '\'') place_ = is_long ? Place::kLongLiteral : Place::kLiteral;
    return is_long ? 3 : 1;
  }

  std::string_view text_;
  Place place_ = Place::kBare;
  bool is_value_ = false;  // an equals sign stands in front, in this line
};

}  // namespace

std::optional<MisplacedCharacter> misplaced_character(std::string_view text) {
  std::uint32_t line = 1;
  Follower follower(text);
  std::size_t known = 0;  // characters before it have been taken
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (is_control(byte))
      return MisplacedCharacter{line, fmt::format("the control character 0x{:02x} has no place in TOML", byte)};
    if (byte >= 0x80 && !takes_any_letter(follower.place())) {
      return MisplacedCharacter{line,
                                "a letter beyond ASCII may stand in a comment or a quoted text of one line, not here"};
    }
    if (text[at] == '\n') ++line;
    if (at >= known) known = at + follower.take(at);
  }
  return std::nullopt;
}

}  // namespace wharf::config
