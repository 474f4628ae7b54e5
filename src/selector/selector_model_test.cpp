// Made-up conditions, each written down and worked out beside it by the plainest rules, on made-up messages.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fmt/format.h>

#include "selector/selector.hpp"

namespace wharf::selector {
namespace {

/// What a part is, as text and as value. Numbers are small: halves, exact in every kind.
struct Part {
  enum Level { kOr, kAnd, kNot, kComparison, kSum, kProduct, kPrimary };

  std::string text;
  Level level = kPrimary;
  Value value;

  std::string at(Level needed) const { return level < needed ? "(" + text + ")" : text; }
};

int below(int bound) {
  return *rc::gen::inRange(0, bound);
}

bool is_unknown(const Value& value) {
  return std::holds_alternative<Unknown>(value);
}
bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}
long double number(const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? *whole : std::get<double>(value);
}

class Maker {
 public:
  Maker() {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      Value value = Unknown{};
      switch (below(6)) {
        case 0:
          value = std::int64_t{below(7) - 3};
          break;
        case 1:
          value = (below(13) - 6) / 2.0;
          break;
        case 2:
          value = kTexts[static_cast<std::size_t>(below(4))];
          break;
        case 3:
          value = below(2) == 0;
          break;
        case 4:
          value = Opaque{};
          break;
        default:
          break;
      }
      message_.push_back(value);
    }
  }

  Part condition(int depth) {
    if (depth == 0) return comparison(0);
    switch (below(5)) {
      case 0: {
        Part a = condition(depth - 1), b = condition(depth - 1);
        return {a.at(Part::kOr) + " OR " + b.at(Part::kAnd), Part::kOr, logical(a.value, b.value, true)};
      }
      case 1: {
        Part a = condition(depth - 1), b = condition(depth - 1);
        return {a.at(Part::kAnd) + " AND " + b.at(Part::kNot), Part::kAnd, logical(a.value, b.value, false)};
      }
      case 2: {
        Part a = condition(depth - 1);
        const bool* truth = std::get_if<bool>(&a.value);
        return {"NOT " + a.at(Part::kNot), Part::kNot, truth != nullptr ? Value(!*truth) : Value(Unknown{})};
      }
      case 3:
        return name();
      default:
        return comparison(depth - 1);
    }
  }

  const std::vector<Value>& message() const { return message_; }
  static constexpr std::array<std::string_view, 5> kNames{"a", "b", "c", "d", "e"};

 private:
  static constexpr std::array<std::string_view, 4> kTexts{"", "x", "xy", "it's"};

  Part name() {
    auto which = static_cast<std::size_t>(below(5));
    return {std::string(kNames[which]), Part::kPrimary, message_[which]};
  }

  Part number_part(int depth) {
    if (depth > 0 && below(2) == 0) return calculation(depth);
    if (below(2) == 0) return name();
    int half = below(13) - 6;
    if (half % 2 == 0) return {std::to_string(half / 2), Part::kPrimary, std::int64_t{half / 2}};
    return {fmt::format("{}", half / 2.0), Part::kPrimary, half / 2.0};
  }

  Part calculation(int depth) {
    Part a = number_part(depth - 1), b = number_part(depth - 1);
    int what = below(4);
    Value value = Unknown{};
    bool whole = std::holds_alternative<std::int64_t>(a.value) && std::holds_alternative<std::int64_t>(b.value);
    if (is_number(a.value) && is_number(b.value)) {
      long double x = number(a.value), y = number(b.value);
      long double result = what == 0 ? x + y : what == 1 ? x - y : what == 2 ? x * y : x / y;
      if (!whole) value = static_cast<double>(result);
      if (whole && (what != 3 || y != 0)) value = static_cast<std::int64_t>(result);
    }
    if (what < 2) return {a.at(Part::kSum) + (what == 0 ? " + " : " - ") + b.at(Part::kProduct), Part::kSum, value};
    return {a.at(Part::kProduct) + (what == 2 ? " * " : " / ") + b.at(Part::kPrimary), Part::kProduct, value};
  }

  Part comparison(int depth) {
    switch (below(6)) {
      case 0:
        return compared(number_part(depth), below(6), number_part(depth));
      case 1:
        return compared(name(), below(2), text());
      case 2:
        return between(depth);
      case 3:
        return in();
      case 4:
        return like();
      default: {
        Part a = number_part(depth);
        bool is_null = below(2) == 0;
        return {a.at(Part::kSum) + (is_null ? " IS NULL" : " IS NOT NULL"), Part::kComparison,
                is_null == is_unknown(a.value)};
      }
    }
  }

  Part text() {
    std::string_view value = kTexts[static_cast<std::size_t>(below(4))];
    return {value == "it's" ? "'it''s'" : fmt::format("'{}'", value), Part::kPrimary, value};
  }

  Part compared(Part a, int how, Part b) {
    constexpr std::string_view kSigns[]{"=", "<>", "<", "<=", ">", ">="};
    return {fmt::format("{} {} {}", a.at(Part::kSum), kSigns[how], b.at(Part::kSum)), Part::kComparison,
            compare_values(a.value, how, b.value)};
  }

  static Value compare_values(const Value& a, int how, const Value& b) {
    if (is_unknown(a) || is_unknown(b)) return Unknown{};
    if (is_number(a) && is_number(b)) {
      long double x = number(a), y = number(b);
      const bool kHolds[]{x == y, x != y, x<y, x <= y, x> y, x >= y};
      return kHolds[how];
    }
    if (a.index() != b.index() || std::holds_alternative<Opaque>(a) || how > 1) return false;
    return (a == b) == (how == 0);
  }

  static Value logical(const Value& a, const Value& b, bool decisive) {
    for (const Value* value : {&a, &b}) {
      if (*value == Value(decisive)) return decisive;
    }
    bool both_known = std::holds_alternative<bool>(a) && std::holds_alternative<bool>(b);
    return both_known ? Value(!decisive) : Value(Unknown{});
  }

  Part between(int depth) {
    Part x = number_part(depth), low = number_part(depth), high = number_part(depth);
    bool is_negated = below(2) == 0;
    Value first = compare_values(x.value, is_negated ? 2 : 5, low.value);
    Value second = compare_values(x.value, is_negated ? 4 : 3, high.value);
    return {fmt::format("{} {}BETWEEN {} AND {}", x.at(Part::kSum), is_negated ? "NOT " : "", low.at(Part::kSum),
                        high.at(Part::kSum)),
            Part::kComparison, logical(first, second, is_negated)};
  }

  Part in() {
    Part x = name();
    bool is_negated = below(2) == 0, of_texts = below(2) == 0,
         is_like = of_texts ? std::holds_alternative<std::string_view>(x.value) : is_number(x.value);
    std::string list;
    bool found = false;
    for (int i = below(5); i >= 0; --i) {
      Part one = of_texts ? text() : number_part(0);
      if (!of_texts && !is_number_literal(one.text)) one = {"1", Part::kPrimary, std::int64_t{1}};
      found = found || compare_values(x.value, 0, one.value) == Value(true);
      list += (list.empty() ? "" : ", ") + one.text;
    }
    return {fmt::format("{} {}IN ({})", x.text, is_negated ? "NOT " : "", list), Part::kComparison,
            is_like ? Value(found != is_negated) : Value(Unknown{})};
  }
  static bool is_number_literal(std::string_view text) { return text[0] < 'a'; }

  Part like() {
    Part x = name();
    bool is_negated = below(2) == 0;
    constexpr std::pair<std::string_view, std::string_view> kPatterns[]{
        {"%", " x xy it's "}, {"x%", "x xy "}, {"_", "x "}, {"%''_", "it's "}};
    auto [pattern, texts] = kPatterns[below(4)];
    const auto* value = std::get_if<std::string_view>(&x.value);
    bool matches = value != nullptr && ((" " + std::string(texts)).contains(" " + std::string(*value) + " ") ||
                                        (pattern == "%" && value->empty()));
    return {fmt::format("{} {}LIKE '{}'", x.text, is_negated ? "NOT " : "", pattern), Part::kComparison,
            is_unknown(x.value) ? Value(Unknown{}) : Value(matches != is_negated)};
  }

  std::vector<Value> message_;
};

bool matches(const std::string& text, const std::vector<Value>& message) {
  Result<Selector> selector = Selector::compile(text);
  if (!selector) RC_FAIL(text + ": " + selector.error().message);
  std::vector<Value> values;
  for (const std::string& name : selector->names()) {
    auto at = std::ranges::find(Maker::kNames, name) - Maker::kNames.begin();
    values.push_back(message[static_cast<std::size_t>(at)]);
  }
  return selector->matches(values);
}

RC_GTEST_PROP(SelectorModel, AgreesWithThePlainestEvaluation, ()) {
  Maker maker;
  Part condition = maker.condition(below(5));
  RC_LOG() << condition.text << std::endl;
  RC_ASSERT(matches(condition.text, maker.message()) == (condition.value == Value(true)));
  RC_ASSERT(matches("NOT " + condition.at(Part::kNot), maker.message()) == (condition.value == Value(false)));
}

}  // namespace
}  // namespace wharf::selector
