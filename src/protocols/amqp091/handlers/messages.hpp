#pragma once
// The canonical message <-> class basic's properties.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/message.hpp"
#include "protocols/amqp091/wire/basic_properties.hpp"

namespace wharf::amqp091 {

/// What was published; all borrowed. The exchange, key and body are the caller's to add.
MessageView message_of(const PropertiesView& properties);

/// A header of the broker's own.
struct AddedHeader {
  std::string_view name;
  std::int64_t value = 0;
  bool replaces = false;  // one of that name which the message has; otherwise that one stays
};

/// Writes the encoded properties of a stored message over `to`. Strings that are too long for AMQP are left out, as are
/// headers of another dialect's message for which `limit_bytes` has no room.
void write_properties(const MessageView& message, const Record& record, const std::optional<AddedHeader>& added,
                      std::size_t limit_bytes, std::vector<std::byte>& to);

}  // namespace wharf::amqp091
