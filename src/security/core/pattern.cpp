#include "security/core/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

namespace wharf::security {
namespace {

std::string why_refused(const re2::RE2& expression) {
  switch (expression.error_code()) {
    case re2::RE2::ErrorPatternTooLarge:
      return "it needs too much memory: repeats multiply, and so do repeats of repeats";
    case re2::RE2::ErrorRepeatSize:
      return fmt::format("the repeat '{}' is above 1000", expression.error_arg());
    case re2::RE2::ErrorBadEscape:
    case re2::RE2::ErrorBadPerlOp:
    case re2::RE2::ErrorRepeatOp:
    case re2::RE2::ErrorBadNamedCapture:
      return fmt::format(
          "'{}' is not supported: patterns are matched in bounded time, without back-references, lookahead, "
          "lookbehind, "
          "atomic groups and possessive repeats",
          expression.error_arg());
    default:
      return expression.error();
  }
}

/// So that it matches itself, wherever in a pattern it stands: also between \Q and \E, where nothing would end the
/// quote.
std::string quoted(std::string_view text) {
  std::string quoted;
  for (unsigned char byte : text) {
    bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    quoted += plain ? std::string(1, static_cast<char>(byte)) : fmt::format("\\x{:02x}", byte);
  }
  return quoted;
}

/// The pattern with its variables' values, and whether it had any. A backslash takes its brace's meaning.
std::pair<std::string, bool> expand(std::string_view text, const TopicVariables& variables) {
  std::pair<std::string, bool> expanded;
  auto take = [&](std::string_view name, const std::optional<std::string_view>& value) {
    if (!text.starts_with(name)) return false;
    expanded.first += quoted(value.value_or(name));
    expanded.second = true;
    text.remove_prefix(name.size());
    return true;
  };
  while (!text.empty()) {
    if (take("{username}", variables.username) || take("{vhost}", variables.vhost) ||
        take("{client_id}", variables.client_id)) {
      continue;
    }
    std::size_t length = text.front() == '\\' ? 2 : 1;
    expanded.first += text.substr(0, length);
    text.remove_prefix(std::min(length, text.size()));
  }
  return expanded;
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view text) {
  if (text.size() > kPatternBytesMax) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a regular expression of {} bytes is too long, at most {}", text.size(), kPatternBytesMax));
  }
  Pattern pattern;
  if (text.empty() || text == "^$") {
    pattern.kind_ = Kind::kEmptyName;
  } else if (text == ".*") {
    pattern.kind_ = Kind::kEverything;
  } else {
    re2::RE2::Options options(re2::RE2::Latin1);  // names are bytes, for RabbitMQ too
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(kPatternMemoryBytes);
    auto expression = std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!expression->ok()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("regular expression '{}' is invalid: {}", text, why_refused(*expression)));
    }
    pattern.kind_ = Kind::kExpression;
    pattern.expression_ = std::move(expression);
  }
  return pattern;
}

bool Pattern::matches(std::string_view name) const {
  switch (kind_) {
    case Kind::kNothing:
      return false;
    case Kind::kEmptyName:
      return name.empty();
    case Kind::kEverything:
      return true;
    case Kind::kExpression:
      return re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *expression_);
  }
  return false;
}

Result<TopicPattern> TopicPattern::compile(std::string_view text) {
  auto [example, variable] = expand(text, {"u", "v", "c"});
  Result<Pattern> compiled = Pattern::compile(example);
  if (!compiled) return fail(compiled.error());
  TopicPattern pattern;
  if (variable) {
    pattern.with_variables_ = text;
  } else {
    pattern.fixed_ = *std::move(compiled);
  }
  return pattern;
}

Pattern TopicPattern::resolve(const TopicVariables& variables) const {
  if (with_variables_.empty()) return fixed_;
  return Pattern::compile(expand(with_variables_, variables).first).value_or(Pattern());
}

}  // namespace wharf::security
