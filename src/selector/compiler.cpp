#include "selector/compiler.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "selector/token.hpp"

namespace wharf::selector {
namespace {

/// What is known of a part's value before any message.
enum class Kind : std::uint8_t { kAny, kNumber, kText, kTruth };

std::string_view to_string(Kind kind) {
  constexpr std::string_view kNames[]{"a property", "a number", "a text", "a condition"};
  return kNames[std::to_underlying(kind)];
}

struct Part {
  Kind kind = Kind::kAny;
  std::size_t position = 1;
};

/// Leaves the compiler, and not the room.
struct Refused {
  Error error;
};

[[noreturn]] void give_up(std::size_t position, std::string_view why) {
  throw Refused{refuse(position, why).error()};
}

void must_be(Kind wanted, Part part) {
  if (part.kind == Kind::kAny || part.kind == wanted) return;
  std::string_view article_and_noun = to_string(wanted);
  std::string_view noun = article_and_noun.substr(article_and_noun.find(' ') + 1);
  give_up(part.position, fmt::format("{} is no {}", to_string(part.kind), noun));
}

std::optional<Comparison> comparison_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEqual:
      return Comparison::kEqual;
    case TokenKind::kNotEqual:
      return Comparison::kNotEqual;
    case TokenKind::kLess:
      return Comparison::kLess;
    case TokenKind::kLessOrEqual:
      return Comparison::kLessOrEqual;
    case TokenKind::kGreater:
      return Comparison::kGreater;
    case TokenKind::kGreaterOrEqual:
      return Comparison::kGreaterOrEqual;
    default:
      return std::nullopt;
  }
}

class Compiler {
 public:
  Compiler(std::string_view text, Dialect dialect) : tokens_(text) {
    program_.text = text;
    program_.dialect = dialect;
  }

  Program compile() {
    advance();
    if (is(TokenKind::kEnd)) give_up(1, "there is nothing in it");
    Part whole = disjunction();
    if (!is(TokenKind::kEnd)) give_up(token_.position, unexpected());
    must_be(Kind::kTruth, whole);
    return std::move(program_);
  }

 private:
  bool is(TokenKind kind) const { return token_.kind == kind; }
  void advance() {
    Result<Token> next = tokens_.next();
    if (!next) throw Refused{std::move(next.error())};
    token_ = std::move(*next);
  }
  bool take(TokenKind kind) {
    if (!is(kind)) return false;
    advance();
    return true;
  }
  void expect(TokenKind kind, std::string_view what) {
    if (!take(kind)) give_up(token_.position, fmt::format("{} is expected", what));
  }
  std::string unexpected() const {
    switch (token_.kind) {
      case TokenKind::kEnd:
        return "it ends where something is missing";
      case TokenKind::kText:
        return "a text where none is expected";
      case TokenKind::kWhole:
      case TokenKind::kApproximate:
        return "a number where none is expected";
      default:
        return fmt::format("'{}' is not expected here", token_.text);
    }
  }

  void emit(Operation operation, std::size_t operand, int pushed) {
    program_.instructions.push_back({operation, static_cast<std::uint32_t>(operand)});
    depth_ += static_cast<std::size_t>(pushed);
    program_.stack_depth = std::max(program_.stack_depth, depth_);
  }
  void emit_constant(Value value) {
    program_.constants.push_back(value);
    emit(Operation::kConstant, program_.constants.size() - 1, 1);
  }

  // --- Levels of precedence, the loosest first

  Part disjunction() {
    Part left = conjunction();
    while (is(TokenKind::kOr)) left = logical(Operation::kOr, left, &Compiler::conjunction);
    return left;
  }
  Part conjunction() {
    Part left = negation();
    while (is(TokenKind::kAnd)) left = logical(Operation::kAnd, left, &Compiler::negation);
    return left;
  }
  Part logical(Operation operation, Part left, Part (Compiler::*operand)()) {
    must_be(Kind::kTruth, left);
    advance();
    must_be(Kind::kTruth, (this->*operand)());
    emit(operation, 0, -1);
    return {Kind::kTruth, left.position};
  }

  Part negation() {
    if (!is(TokenKind::kNot)) return comparison();
    Part whole{Kind::kTruth, token_.position};
    go_in();
    advance();
    must_be(Kind::kTruth, negation());
    --nesting_;
    emit(Operation::kNot, 0, 0);
    return whole;
  }

  void go_in() {
    if (nesting_++ == kMaxSelectorDepth)
      give_up(token_.position, fmt::format("more than {} levels inside each other", kMaxSelectorDepth));
  }

  Part comparison() {
    Part left = sum();
    if (!is_compared(left)) return left;
    if (comparison_of(token_.kind)) give_up(token_.position, "one comparison behind the other: use parentheses");
    return {Kind::kTruth, left.position};
  }

  /// False: no operator of comparisons follows.
  bool is_compared(Part left) {
    if (std::optional<Comparison> how = comparison_of(token_.kind)) return compare_with(left, *how), true;
    if (is(TokenKind::kIs)) return is_null(), true;
    std::size_t position = token_.position;
    bool is_negated = take(TokenKind::kNot);
    switch (token_.kind) {
      case TokenKind::kBetween:
        return between(left, is_negated), true;
      case TokenKind::kIn:
        return in(left, is_negated), true;
      case TokenKind::kLike:
      case TokenKind::kContains:
      case TokenKind::kStartsWith:
      case TokenKind::kEndsWith:
        return like(left, is_negated), true;
      default:
        if (is_negated) give_up(position, "NOT stands in front of a condition, or of BETWEEN, IN or LIKE");
        return false;
    }
  }

  void compare_with(Part left, Comparison how) {
    std::size_t position = token_.position;
    advance();
    Part right = sum();
    bool by_order = how != Comparison::kEqual && how != Comparison::kNotEqual;
    for (Part part : {left, right}) {
      if (by_order && (part.kind == Kind::kText || part.kind == Kind::kTruth))
        give_up(position, fmt::format("{} has no order: = and <> compare it", to_string(part.kind)));
    }
    emit(Operation::kCompare, std::to_underlying(how), -1);
  }

  void between(Part left, bool is_negated) {
    must_be(Kind::kNumber, left);
    advance();
    must_be(Kind::kNumber, sum());
    expect(TokenKind::kAnd, "the AND of BETWEEN");
    must_be(Kind::kNumber, sum());
    emit(is_negated ? Operation::kNotBetween : Operation::kBetween, 0, -2);
  }

  void in(Part left, bool is_negated) {
    advance();
    expect(TokenKind::kOpen, "the ( of IN");
    ConstantList list{.of_texts = is(TokenKind::kText), .values = {}};
    must_be(list.of_texts ? Kind::kText : Kind::kNumber, left);
    do {
      list.values.push_back(list.of_texts ? Value(text()) : listed_number());
    } while (take(TokenKind::kComma));
    expect(TokenKind::kClose, "a comma, or the ) of IN,");
    list.sort();
    program_.lists.push_back(std::move(list));
    emit(is_negated ? Operation::kNotIn : Operation::kIn, program_.lists.size() - 1, 0);
  }

  void like(Part left, bool is_negated) {
    must_be(Kind::kText, left);
    if (program_.patterns.size() == kMaxSelectorPatterns)
      give_up(token_.position, fmt::format("more than {} patterns", kMaxSelectorPatterns));
    TokenKind how = token_.kind;
    advance();
    std::size_t position = token_.position;
    Result<LikePattern> pattern = pattern_of(how);
    if (!pattern) give_up(position, pattern.error().message);
    program_.patterns.push_back(std::move(*pattern));
    emit(is_negated ? Operation::kNotLike : Operation::kLike, program_.patterns.size() - 1, 0);
  }

  Result<LikePattern> pattern_of(TokenKind how) {
    std::string_view pattern = text();
    if (how == TokenKind::kContains) return LikePattern::containing(pattern);
    if (how == TokenKind::kStartsWith) return LikePattern::starting_with(pattern);
    if (how == TokenKind::kEndsWith) return LikePattern::ending_with(pattern);
    if (!take(TokenKind::kEscape)) return LikePattern::compile(pattern, std::nullopt);
    return LikePattern::compile(pattern, text());
  }

  void is_null() {
    advance();
    bool is_negated = take(TokenKind::kNot);
    expect(TokenKind::kNull, "NULL");
    emit(is_negated ? Operation::kIsNotNull : Operation::kIsNull, 0, 0);
  }

  Part sum() {
    Part left = product();
    while (is(TokenKind::kPlus) || is(TokenKind::kMinus)) {
      left = arithmetic(is(TokenKind::kPlus) ? Arithmetic::kAdd : Arithmetic::kSubtract, left, &Compiler::product);
    }
    return left;
  }
  Part product() {
    Part left = signed_part();
    while (is(TokenKind::kTimes) || is(TokenKind::kOver)) {
      auto how = is(TokenKind::kTimes) ? Arithmetic::kMultiply : Arithmetic::kDivide;
      left = arithmetic(how, left, &Compiler::signed_part);
    }
    return left;
  }
  Part arithmetic(Arithmetic how, Part left, Part (Compiler::*operand)()) {
    must_be(Kind::kNumber, left);
    advance();
    must_be(Kind::kNumber, (this->*operand)());
    emit(Operation::kCalculate, std::to_underlying(how), -1);
    return {Kind::kNumber, left.position};
  }

  /// A minus is part of the number behind it: -9223372036854775808 is one.
  Part signed_part() {
    if (!is(TokenKind::kMinus) && !is(TokenKind::kPlus)) return primary();
    Part whole{Kind::kNumber, token_.position};
    bool is_negative = is(TokenKind::kMinus);
    go_in();
    advance();
    if (is(TokenKind::kWhole) || is(TokenKind::kApproximate)) {
      emit_constant(number(is_negative));
    } else {
      must_be(Kind::kNumber, signed_part());
      emit(is_negative ? Operation::kNegate : Operation::kNumber, 0, 0);
    }
    --nesting_;
    return whole;
  }

  Part primary() {
    Part part{Kind::kAny, token_.position};
    switch (token_.kind) {
      case TokenKind::kWhole:
      case TokenKind::kApproximate:
        emit_constant(number(false));
        return {Kind::kNumber, part.position};
      case TokenKind::kText:
        emit_constant(text());
        return {Kind::kText, part.position};
      case TokenKind::kTrue:
      case TokenKind::kFalse:
        emit_constant(is(TokenKind::kTrue));
        advance();
        return {Kind::kTruth, part.position};
      case TokenKind::kOpen:
        go_in();
        advance();
        part = disjunction();
        --nesting_;
        expect(TokenKind::kClose, "a )");
        return part;
      case TokenKind::kName:
      case TokenKind::kContains:
      case TokenKind::kStartsWith:
      case TokenKind::kEndsWith:
        name();
        return part;
      case TokenKind::kNull:
        give_up(part.position, "NULL stands behind IS only");
      default:
        give_up(part.position, unexpected());
    }
  }

  void name() {
    auto found = std::ranges::find(program_.names, token_.text);
    auto which = static_cast<std::size_t>(found - program_.names.begin());
    if (found == program_.names.end()) program_.names.push_back(std::move(token_.text));
    emit(Operation::kMessage, which, 1);
    advance();
  }

  std::string_view text() {
    if (!is(TokenKind::kText)) give_up(token_.position, "a text in single quotes is expected");
    program_.texts.push_back(std::make_unique<std::string>(std::move(token_.text)));
    advance();
    return *program_.texts.back();
  }

  Value listed_number() {
    bool is_negative = is(TokenKind::kMinus);
    if (is_negative || is(TokenKind::kPlus)) advance();
    if (!is(TokenKind::kWhole) && !is(TokenKind::kApproximate))
      give_up(token_.position, "texts in single quotes, or else numbers, are expected");
    return number(is_negative);
  }

  /// The one that the token is.
  Value number(bool is_negative) {
    Value value = is_negative ? -token_.approximate : token_.approximate;
    if (is(TokenKind::kWhole)) {
      if (token_.whole == kMostWholeNumber && !is_negative) give_up(token_.position, kDoesNotFit);
      value = static_cast<std::int64_t>(is_negative ? 0 - token_.whole : token_.whole);
    }
    advance();
    return value;
  }

  Tokens tokens_;
  Token token_;
  Program program_;
  std::size_t depth_ = 0;
  int nesting_ = 0;
};

}  // namespace

Result<Program> compile_program(std::string_view text, Dialect dialect) {
  if (text.size() > kMaxSelectorBytes)
    return fail(ErrorCode::kTooLarge, fmt::format("a selector has at most {} bytes", kMaxSelectorBytes));
  try {
    return Compiler(text, dialect).compile();
  } catch (Refused& refused) {
    return fail(std::move(refused.error));
  }
}

}  // namespace wharf::selector
