#pragma once
// What RabbitMQ looks at in the properties of a publish before it routes: expiration, user-id, CC and BCC.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "protocols/amqp091/wire/basic_properties.hpp"
#include "protocols/amqp091/wire/reply_code.hpp"

namespace wharf::amqp091 {

/// Who has signed in, as of then.
struct Publisher {
  std::string_view user;
  std::span<const std::string> tags = {};  // with `impersonator` among them any user-id is theirs
};

/// Errors: PRECONDITION_FAILED for an expiration that is not a number of milliseconds in 32 bits, for a user-id that is
/// not `publisher`'s.
Outcome<void> check_properties(const PropertiesView& properties, const Publisher& publisher);
/// The same for properties that did not come as AMQP's bytes.
Outcome<void> check_properties(std::optional<std::string_view> expiration, std::optional<std::string_view> user_id,
                               const Publisher& publisher);

/// Routing keys beside the one of basic.publish.
struct ExtraKeys {
  std::vector<std::string> keys;  // of CC, then BCC
  bool has_blind = false;         // BCC is there, and must not be seen by consumers
};
/// Errors: PRECONDITION_FAILED if CC or BCC is no list. None: neither is there.
Outcome<std::optional<ExtraKeys>> extra_keys(ByteView headers);

}  // namespace wharf::amqp091
