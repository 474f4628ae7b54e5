#include "selector/selector.hpp"

#include "selector/compiler.hpp"

namespace wharf::selector {

Result<Selector> Selector::compile(std::string_view text, Dialect dialect) {
  Result<Program> program = compile_program(text, dialect);
  if (!program) return fail(std::move(program.error()));
  return Selector(std::make_shared<const Program>(std::move(*program)));
}

const std::vector<std::string>& Selector::names() const {
  return program_->names;
}

bool Selector::matches(std::span<const Value> values) const {
  WHARF_ASSERT(values.size() == program_->names.size());
  return program_->run(values) == true;
}

const std::string& Selector::text() const {
  return program_->text;
}

}  // namespace wharf::selector
