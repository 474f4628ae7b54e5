#include "selector/operators.hpp"

#include <charconv>
#include <limits>

namespace wharf::selector {
namespace {

bool holds(std::partial_ordering order, Comparison how) {
  switch (how) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessOrEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterOrEqual:
      return order >= 0;
  }
  return false;
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

std::partial_ordering order_of_numbers(const Value& left, const Value& right) {
  const auto* whole_left = std::get_if<std::int64_t>(&left);
  const auto* whole_right = std::get_if<std::int64_t>(&right);
  if (whole_left != nullptr && whole_right != nullptr) return *whole_left <=> *whole_right;
  if (whole_left != nullptr) return order(*whole_left, std::get<double>(right));
  if (whole_right != nullptr) return 0 <=> order(*whole_right, std::get<double>(left));
  return std::get<double>(left) <=> std::get<double>(right);
}

/// Texts and truths.
template <class T>
Value equal_or_not(const Value& left, Comparison how, const Value& right) {
  bool same = std::get<T>(left) == std::get<T>(right);
  if (how == Comparison::kEqual) return same;
  return how == Comparison::kNotEqual && !same;
}

template <class T>
bool are_both(const Value& left, const Value& right) {
  return std::holds_alternative<T>(left) && std::holds_alternative<T>(right);
}

double approximate(const Value& number) {
  const auto* whole = std::get_if<std::int64_t>(&number);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(number);
}

std::optional<Value> calculate_whole(std::int64_t left, Arithmetic how, std::int64_t right) {
  std::int64_t result = 0;
  switch (how) {
    case Arithmetic::kAdd:
      return __builtin_add_overflow(left, right, &result) ? std::nullopt : std::optional<Value>(result);
    case Arithmetic::kSubtract:
      return __builtin_sub_overflow(left, right, &result) ? std::nullopt : std::optional<Value>(result);
    case Arithmetic::kMultiply:
      return __builtin_mul_overflow(left, right, &result) ? std::nullopt : std::optional<Value>(result);
    case Arithmetic::kDivide:
      if (right == 0) return Unknown{};
      if (left == std::numeric_limits<std::int64_t>::min() && right == -1) return std::nullopt;
      return left / right;
  }
  return std::nullopt;
}

double calculate_approximate(double left, Arithmetic how, double right) {
  switch (how) {
    case Arithmetic::kAdd:
      return left + right;
    case Arithmetic::kSubtract:
      return left - right;
    case Arithmetic::kMultiply:
      return left * right;
    case Arithmetic::kDivide:
      return left / right;
  }
  return 0;
}

}  // namespace

std::partial_ordering order(std::int64_t whole, double approximate) {
  constexpr double kBeyond = 9223372036854775808.0;  // 2^63
  if (approximate != approximate) return std::partial_ordering::unordered;
  if (approximate >= kBeyond) return std::partial_ordering::less;
  if (approximate < -kBeyond) return std::partial_ordering::greater;
  auto towards_zero = static_cast<std::int64_t>(approximate);
  if (whole != towards_zero) return whole <=> towards_zero;
  return 0.0 <=> approximate - static_cast<double>(towards_zero);
}

Value as_number(const Value& value, Dialect dialect) {
  if (is_number(value)) return value;
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr || dialect != Dialect::kRocketMq) return Unknown{};
  const char* end = text->data() + text->size();
  std::int64_t whole = 0;
  auto read = std::from_chars(text->data(), end, whole);
  if (read.ec == std::errc() && read.ptr == end) return whole;
  double approximate = 0;
  auto approximately = std::from_chars(text->data(), end, approximate);
  if (approximately.ec == std::errc() && approximately.ptr == end) return approximate;
  return Unknown{};
}

Value compare(const Value& left, Comparison how, const Value& right, Dialect dialect) {
  if (std::holds_alternative<Unknown>(left) || std::holds_alternative<Unknown>(right)) return Unknown{};
  if (is_number(left) && is_number(right)) return holds(order_of_numbers(left, right), how);
  if (are_both<std::string_view>(left, right)) return equal_or_not<std::string_view>(left, how, right);
  if (are_both<bool>(left, right)) return equal_or_not<bool>(left, how, right);
  if (dialect != Dialect::kRocketMq) return false;
  if (is_number(left) || is_number(right)) {
    Value a = as_number(left, dialect), b = as_number(right, dialect);
    return is_number(a) && is_number(b) && holds(order_of_numbers(a, b), how);
  }
  Truth a = truth_of(left, dialect), b = truth_of(right, dialect);
  return a && b && std::get<bool>(equal_or_not<bool>(*a, how, *b));
}

Value calculate(const Value& left, Arithmetic how, const Value& right, Dialect dialect) {
  Value a = as_number(left, dialect), b = as_number(right, dialect);
  if (!is_number(a) || !is_number(b)) return Unknown{};
  if (are_both<std::int64_t>(a, b)) {
    std::optional<Value> whole = calculate_whole(std::get<std::int64_t>(a), how, std::get<std::int64_t>(b));
    if (whole) return *whole;
  }
  return calculate_approximate(approximate(a), how, approximate(b));
}

Value negate(const Value& number, Dialect dialect) {
  Value value = as_number(number, dialect);
  if (const auto* approximate = std::get_if<double>(&value)) return -*approximate;
  return calculate(std::int64_t{0}, Arithmetic::kSubtract, value, dialect);
}

Truth truth_of(const Value& value, Dialect dialect) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr || dialect != Dialect::kRocketMq) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return std::nullopt;
}

Truth both(Truth left, Truth right) {
  if (left == false || right == false) return false;
  return left && right ? Truth(true) : std::nullopt;
}

Truth either(Truth left, Truth right) {
  if (left == true || right == true) return true;
  return left && right ? Truth(false) : std::nullopt;
}

Truth opposite(Truth truth) {
  return truth ? Truth(!*truth) : std::nullopt;
}

Value value_of(Truth truth) {
  return truth ? Value(*truth) : Value(Unknown{});
}

}  // namespace wharf::selector
