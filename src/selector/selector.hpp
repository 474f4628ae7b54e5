#pragma once
// A condition on messages, compiled once and then asked of each: SQL92's conditional expressions as JMS has them (JMS
// 3.1, section 3.8; docs/selectors.md). message_filter.hpp ties one to the broker's messages.
//
//     Result<Selector> selector = Selector::compile("color = 'red' AND weight > 2.5");
//     std::vector<Value> values{...};                          // one for each of selector->names()
//     if (selector->matches(values)) ...
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "selector/value.hpp"

namespace wharf::selector {

struct Program;

/// Immutable; copies share what was compiled.
class Selector {
 public:
  /// kInvalidArgument, with the position in the text and a sentence; kTooLarge. Deep nesting and many patterns are
  /// refused (compiler.hpp), before they cost anything.
  static Result<Selector> compile(std::string_view text, Dialect dialect = Dialect::kJms);

  /// What it asks of a message, each name once.
  const std::vector<std::string>& names() const;
  /// Whether the condition is true: neither false nor unknown. `values[i]` is what the message says under `names()[i]`.
  bool matches(std::span<const Value> values) const;
  const std::string& text() const;

 private:
  explicit Selector(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace wharf::selector
