#include "selector/program.hpp"

#include <algorithm>

#include <boost/container/small_vector.hpp>

namespace wharf::selector {
namespace {

/// Of values of one list's kind.
bool is_less(const Value& left, const Value& right) {
  const auto* a = std::get_if<std::string_view>(&left);
  const auto* b = std::get_if<std::string_view>(&right);
  if (a != nullptr && b != nullptr) return *a < *b;
  return compare(left, Comparison::kLess, right, Dialect::kJms) == Value(true);
}

/// The values that an instruction works on.
struct Machine {
  const Program& program;
  std::span<const Value> message;
  boost::container::small_vector<Value, 16> stack;

  Value pop() {
    Value top = stack.back();
    stack.pop_back();
    return top;
  }
  Value& top() { return stack.back(); }

  void step(Instruction instruction);
  void combine(Instruction instruction);
  Value within(bool is_within);
  Value is_in(const ConstantList& list, bool wanted);
  Value is_like(const LikePattern& pattern, bool wanted);
};

void Machine::step(Instruction instruction) {
  switch (instruction.operation) {
    case Operation::kConstant:
      return stack.push_back(program.constants[instruction.operand]);
    case Operation::kMessage:
      return stack.push_back(message[instruction.operand]);
    case Operation::kNegate:
      top() = negate(top(), program.dialect);
      return;
    case Operation::kNumber:
      top() = as_number(top(), program.dialect);
      return;
    case Operation::kIn:
    case Operation::kNotIn:
      top() = is_in(program.lists[instruction.operand], instruction.operation == Operation::kIn);
      return;
    case Operation::kLike:
    case Operation::kNotLike:
      top() = is_like(program.patterns[instruction.operand], instruction.operation == Operation::kLike);
      return;
    case Operation::kIsNull:
      top() = std::holds_alternative<Unknown>(top());
      return;
    case Operation::kIsNotNull:
      top() = !std::holds_alternative<Unknown>(top());
      return;
    case Operation::kNot:
      top() = value_of(opposite(truth_of(top(), program.dialect)));
      return;
    case Operation::kBetween:
    case Operation::kNotBetween:
      top() = within(instruction.operation == Operation::kBetween);
      return;
    default:
      return combine(instruction);
  }
}

void Machine::combine(Instruction instruction) {
  Value right = pop();
  Value& left = top();
  Dialect dialect = program.dialect;
  if (instruction.operation == Operation::kCompare) {
    left = compare(left, static_cast<Comparison>(instruction.operand), right, dialect);
  } else if (instruction.operation == Operation::kCalculate) {
    left = calculate(left, static_cast<Arithmetic>(instruction.operand), right, dialect);
  } else if (instruction.operation == Operation::kAnd) {
    left = value_of(both(truth_of(left, dialect), truth_of(right, dialect)));
  } else {
    left = value_of(either(truth_of(left, dialect), truth_of(right, dialect)));
  }
}

/// The negation is of the comparisons: what is no number is neither between two numbers nor outside of them.
Value Machine::within(bool is_within) {
  Value high = pop(), low = pop();
  auto holds = [this](const Value& bound, Comparison how) {
    return truth_of(compare(top(), how, bound, program.dialect), program.dialect);
  };
  if (is_within) return value_of(both(holds(low, Comparison::kGreaterOrEqual), holds(high, Comparison::kLessOrEqual)));
  return value_of(either(holds(low, Comparison::kLess), holds(high, Comparison::kGreater)));
}

Value Machine::is_in(const ConstantList& list, bool wanted) {
  Value value = list.of_texts ? top() : as_number(top(), program.dialect);
  if (list.of_texts && !std::holds_alternative<std::string_view>(value)) return Unknown{};
  if (std::holds_alternative<Unknown>(value)) return Unknown{};
  return list.holds(value) == wanted;
}

/// What is no text is not like any.
Value Machine::is_like(const LikePattern& pattern, bool wanted) {
  if (std::holds_alternative<Unknown>(top())) return Unknown{};
  const auto* text = std::get_if<std::string_view>(&top());
  return (text != nullptr && pattern.matches(*text)) == wanted;
}

}  // namespace

void ConstantList::sort() {
  std::ranges::sort(values, is_less);
}

bool ConstantList::holds(const Value& value) const {
  auto at = std::ranges::lower_bound(values, value, is_less);
  return at != values.end() && compare(*at, Comparison::kEqual, value, Dialect::kJms) == Value(true);
}

Truth Program::run(std::span<const Value> message) const {
  Machine machine{*this, message, {}};
  machine.stack.reserve(stack_depth);
  for (Instruction instruction : instructions) machine.step(instruction);
  return truth_of(machine.top(), dialect);
}

}  // namespace wharf::selector
