#pragma once
// The words of a selector's text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace wharf::selector {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,         // `text` is it; names in double quotes too
  kText,         // in single quotes
  kWhole,        // `whole`
  kApproximate,  // `approximate`
  kOpen,
  kClose,
  kComma,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kPlus,
  kMinus,
  kTimes,
  kOver,
  // Words, in whatever case; the last three only where an operator is expected, elsewhere they are names.
  kAnd,
  kOr,
  kNot,
  kBetween,
  kLike,
  kIn,
  kIs,
  kEscape,
  kNull,
  kTrue,
  kFalse,
  kContains,
  kStartsWith,
  kEndsWith,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t position = 1;  // of its first byte, from 1
  std::string text;
  std::uint64_t whole = 0;  // at most 2^63, which only fits behind a minus
  double approximate = 0;
};

inline constexpr std::uint64_t kMostWholeNumber = std::uint64_t{1} << 63;
inline constexpr std::string_view kDoesNotFit = "a whole number that does not fit 64 bits";

/// kInvalidArgument, with the position and a sentence.
[[nodiscard]] std::unexpected<Error> refuse(std::size_t position, std::string_view why);

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}
  /// kEnd at the end, ever after. Errors: refuse()'s.
  Result<Token> next();

 private:
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  Result<Token> quoted(Token token, char quote);
  Result<Token> number(Token token);
  Result<Token> whole(Token token, std::size_t first, int base);
  Result<Token> word(Token token);
  Result<Token> symbol(Token token);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace wharf::selector
