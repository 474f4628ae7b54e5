#include "protocols/kafka/wire/field_failure.hpp"

#include <fmt/format.h>

namespace wharf::kafka {

void FieldFailure::fail(ErrorCode code, std::string why) {
  if (!failure_) failure_ = Error{code, std::move(why)};
}

void FieldFailure::in_field(std::string_view name) {
  bool needs_dot = !path_.empty() && path_.front() != '[';
  path_.insert(0, needs_dot ? fmt::format("{}.", name) : std::string(name));
}

void FieldFailure::in_element(std::size_t index) {
  bool needs_dot = !path_.empty() && path_.front() != '[';
  path_.insert(0, fmt::format("[{}]{}", index, needs_dot ? "." : ""));
}

Error FieldFailure::error() const {
  WHARF_ASSERT(failure_);
  return {failure_->code, fmt::format("{} {}", path_.empty() ? "the message" : path_, failure_->message)};
}

void FieldFailure::forget() {
  failure_.reset();
  path_.clear();
}

}  // namespace wharf::kafka
