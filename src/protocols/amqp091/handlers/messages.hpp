#pragma once
// The canonical message <-> class basic's properties.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/message.hpp"
#include "protocols/amqp091/wire/basic_properties.hpp"

namespace wharf::amqp091 {

/// What was published; all borrowed. The exchange, key and body are the caller's to add.
MessageView message_of(const PropertiesView& properties);

/// Writes the encoded properties of a stored message over `to`. Strings that are too long for AMQP are left out, as are
/// headers of another dialect's message for which `limit_bytes` has no room. `tries`: shown as x-delivery-count if it
/// is not 0.
void write_properties(const MessageView& message, const Record& record, std::uint32_t tries, std::size_t limit_bytes,
                      std::vector<std::byte>& to);

}  // namespace wharf::amqp091
