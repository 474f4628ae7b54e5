#include "protocols/stomp/session/errors.hpp"

#include <fmt/format.h>

#include "protocols/amqp091/session/errors.hpp"

namespace wharf::stomp {

ProtocolError protocol_error(const amqp091::ProtocolError& error) {
  std::string word(amqp091::to_string(error.code));
  std::string detail = fmt::format("{} - {}", word, error.message);
  for (char& letter : word) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return {std::move(word), std::move(detail)};
}

ProtocolError protocol_error(const Error& error) {
  return protocol_error(amqp091::protocol_error(error));
}

}  // namespace wharf::stomp
