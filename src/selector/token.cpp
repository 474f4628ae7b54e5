#include "selector/token.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "model/utf8.hpp"

namespace wharf::selector {
namespace {

constexpr std::array<std::pair<std::string_view, TokenKind>, 14> kWords{{
    {"AND", TokenKind::kAnd},
    {"OR", TokenKind::kOr},
    {"NOT", TokenKind::kNot},
    {"BETWEEN", TokenKind::kBetween},
    {"LIKE", TokenKind::kLike},
    {"IN", TokenKind::kIn},
    {"IS", TokenKind::kIs},
    {"ESCAPE", TokenKind::kEscape},
    {"NULL", TokenKind::kNull},
    {"TRUE", TokenKind::kTrue},
    {"FALSE", TokenKind::kFalse},
    {"CONTAINS", TokenKind::kContains},
    {"STARTSWITH", TokenKind::kStartsWith},
    {"ENDSWITH", TokenKind::kEndsWith},
}};

constexpr std::array<std::pair<std::string_view, TokenKind>, 14> kSymbols{{
    // the longer ones first
    {"<>", TokenKind::kNotEqual},
    {"!=", TokenKind::kNotEqual},
    {"<=", TokenKind::kLessOrEqual},
    {">=", TokenKind::kGreaterOrEqual},
    {"=", TokenKind::kEqual},
    {"<", TokenKind::kLess},
    {">", TokenKind::kGreater},
    {"(", TokenKind::kOpen},
    {")", TokenKind::kClose},
    {",", TokenKind::kComma},
    {"+", TokenKind::kPlus},
    {"-", TokenKind::kMinus},
    {"*", TokenKind::kTimes},
    {"/", TokenKind::kOver},
}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool begins_name(char c) {
  auto lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) {
  return begins_name(c) || is_digit(c) || c == '.';
}

bool is_word(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, {}, [](char c) { return std::toupper(static_cast<unsigned char>(c)); });
}

}  // namespace

std::unexpected<Error> refuse(std::size_t position, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("the selector, at position {}: {}", position, why));
}

Result<Token> Tokens::next() {
  while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r'))) ++at_;
  Token token{.position = at_ + 1};
  if (at_ == text_.size()) return token;
  char first = text_[at_];
  if (first == '\'' || first == '"') return quoted(std::move(token), first);
  if (is_digit(first) || (first == '.' && is_digit(at(at_ + 1)))) return number(std::move(token));
  if (begins_name(first)) return word(std::move(token));
  return symbol(std::move(token));
}

/// A quote inside is written twice.
Result<Token> Tokens::quoted(Token token, char quote) {
  token.kind = quote == '"' ? TokenKind::kName : TokenKind::kText;
  for (++at_;; ++at_) {
    std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) return refuse(token.position, fmt::format("a {} that is never closed", quote));
    token.text += text_.substr(at_, end - at_);
    at_ = end + 1;
    if (at(at_) != quote) break;
    token.text += quote;
  }
  if (token.kind == TokenKind::kName && token.text.empty()) return refuse(token.position, "a name without a character");
  if (!is_utf8(token.text)) return refuse(token.position, "what is in quotes is no UTF-8");
  return token;
}

/// Java's: decimal, 0x hexadecimal, 0 octal, with an L; approximate with a point or an exponent, with an F or D.
Result<Token> Tokens::number(Token token) {
  std::size_t first = at_;
  if (at(first) == '0' && (at(first + 1) | 0x20) == 'x') return whole(std::move(token), first + 2, 16);
  std::size_t end = first;
  while (is_digit(at(end))) ++end;
  bool is_approximate = false;
  if (at(end) == '.') {
    is_approximate = true;
    for (++end; is_digit(at(end));) ++end;
  }
  if ((at(end) | 0x20) == 'e') {
    is_approximate = true;
    ++end;
    if (at(end) == '+' || at(end) == '-') ++end;
    if (!is_digit(at(end))) return refuse(end + 1, "an exponent without digits");
    while (is_digit(at(end))) ++end;
  }
  char suffix = static_cast<char>(at(end) | 0x20);
  is_approximate = is_approximate || suffix == 'f' || suffix == 'd';
  if (!is_approximate) return whole(std::move(token), first, at(first) == '0' && end > first + 1 ? 8 : 10);
  auto [read, error] = std::from_chars(text_.data() + first, text_.data() + end, token.approximate);
  if (error != std::errc() || read != text_.data() + end)
    return refuse(token.position, "a number that is too large or too small");
  token.kind = TokenKind::kApproximate;
  at_ = suffix == 'f' || suffix == 'd' ? end + 1 : end;
  if (continues_name(at(at_))) return refuse(at_ + 1, "a number ends in a letter");
  return token;
}

Result<Token> Tokens::whole(Token token, std::size_t first, int base) {
  auto [read, error] = std::from_chars(text_.data() + first, text_.data() + text_.size(), token.whole, base);
  if (error == std::errc::result_out_of_range || (error == std::errc() && token.whole > kMostWholeNumber))
    return refuse(token.position, kDoesNotFit);
  if (error != std::errc()) return refuse(token.position, "a number without digits");
  token.kind = TokenKind::kWhole;
  at_ = static_cast<std::size_t>(read - text_.data());
  if ((at(at_) | 0x20) == 'l') ++at_;
  if (continues_name(at(at_))) return refuse(at_ + 1, "a number ends in a letter or a digit that it cannot have");
  return token;
}

Result<Token> Tokens::word(Token token) {
  std::size_t first = at_;
  while (continues_name(at(at_))) ++at_;
  std::string_view text = text_.substr(first, at_ - first);
  if (!is_utf8(text)) return refuse(token.position, "a name that is no UTF-8");
  token.kind = TokenKind::kName;
  for (auto [word, kind] : kWords) {
    if (is_word(text, word)) token.kind = kind;
  }
  token.text = text;
  return token;
}

Result<Token> Tokens::symbol(Token token) {
  for (auto [symbol, kind] : kSymbols) {
    if (!text_.substr(at_).starts_with(symbol)) continue;
    token.kind = kind;
    token.text = symbol;
    at_ += symbol.size();
    return token;
  }
  unsigned char strange = static_cast<unsigned char>(text_[at_]);
  return refuse(token.position, strange >= 0x20 && strange < 0x7F ? fmt::format("'{}' means nothing here", text_[at_])
                                                                  : "a character that means nothing here");
}

}  // namespace wharf::selector
