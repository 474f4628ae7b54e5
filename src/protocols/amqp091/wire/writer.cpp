#include "protocols/amqp091/wire/writer.hpp"

#include <fmt/format.h>

namespace wharf::amqp091 {
void Writer::rewind(std::size_t position) {
  GatheredBytes::rewind(position);
  why_ = field_ = {};
}

ProtocolError Writer::error(std::string_view what, MethodId method) const {
  return {ReplyCode::kInternalError, fmt::format("{}{}{} {}", what, field_.empty() ? "" : ": ", field_, why_), method};
}

}  // namespace wharf::amqp091
