#include "protocols/amqp091/wire/reader.hpp"

#include <fmt/format.h>

namespace wharf::amqp091 {

ProtocolError Reader::error(std::string_view what, MethodId method) const {
  return {code_, fmt::format("{}{}{} {}", what, field_.empty() ? "" : ": ", field_, why_), method};
}

}  // namespace wharf::amqp091
