#pragma once
// A compiled condition: instructions that push values onto a stack and work on its top. No jumps: every instruction
// runs once, so a message costs what the selector's length says.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "selector/like_pattern.hpp"
#include "selector/operators.hpp"

namespace wharf::selector {

enum class Operation : std::uint8_t {
  kConstant,   // operand: which
  kMessage,    // operand: which of the message's values
  kCompare,    // operand: Comparison
  kCalculate,  // operand: Arithmetic
  kNegate,
  kNumber,   // a plus in front
  kBetween,  // value, low, high
  kNotBetween,
  kIn,  // operand: which list
  kNotIn,
  kLike,  // operand: which pattern
  kNotLike,
  kIsNull,
  kIsNotNull,
  kAnd,
  kOr,
  kNot,
};

struct Instruction {
  Operation operation;
  std::uint32_t operand = 0;
};

/// Constants of IN: all texts or all numbers, sorted.
struct ConstantList {
  bool of_texts = false;
  std::vector<Value> values;

  void sort();
  bool holds(const Value& value) const;
};

struct Program {
  Dialect dialect = Dialect::kJms;
  std::string text;
  std::vector<std::string> names;  // of the message's values, each once
  std::vector<Instruction> instructions;
  std::vector<Value> constants;
  std::vector<ConstantList> lists;
  std::vector<LikePattern> patterns;
  std::vector<std::unique_ptr<const std::string>> texts;  // that the constants' views are of
  std::size_t stack_depth = 0;                            // at most

  Truth run(std::span<const Value> message) const;
};

}  // namespace wharf::selector
