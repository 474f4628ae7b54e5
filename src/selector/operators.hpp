#pragma once
// SQL92's operators on values, in three-valued logic. What is Unknown on one side is Unknown; values of unlike types
// are never equal, different, smaller or larger: false (JMS 3.1, section 3.8.1.2). Texts and truths are equal or
// different, and have no order. Numbers of both kinds compare by what they are, without rounding.
#include <compare>
#include <optional>

#include "selector/value.hpp"

namespace wharf::selector {

enum class Comparison : std::uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
enum class Arithmetic : std::uint8_t { kAdd, kSubtract, kMultiply, kDivide };

Value compare(const Value& left, Comparison how, const Value& right, Dialect dialect);
/// As Java has it: whole numbers stay whole, and are divided so. Where 64 bits do not hold the result it becomes an
/// approximate number instead of another one; what is divided by the whole number 0 is Unknown, like texts and truths.
Value calculate(const Value& left, Arithmetic how, const Value& right, Dialect dialect);
Value negate(const Value& number, Dialect dialect);
/// The number itself; Unknown for what is none.
Value as_number(const Value& value, Dialect dialect);

/// Exact between the kinds; unordered with NaN.
std::partial_ordering order(std::int64_t whole, double approximate);

/// none: unknown. What is no truth is unknown.
using Truth = std::optional<bool>;
Truth truth_of(const Value& value, Dialect dialect);
Truth both(Truth left, Truth right);
Truth either(Truth left, Truth right);
Truth opposite(Truth truth);
Value value_of(Truth truth);

}  // namespace wharf::selector
