#pragma once
// Typed properties as text, for readers that know no types: Kafka's consumers, and later STOMP's.
#include <string_view>

#include <fmt/format.h>

#include "model/encoded_table.hpp"

namespace wharf {

/// The readable form of a field of a table that was checked: text and bytes as they are, numbers in decimal, `true` and
/// `false`, times as seconds in decimal, lists and tables as compact JSON, 'V' empty. A view of the field or of `room`,
/// whose content before is lost.
///
/// In JSON, bytes that are no UTF-8 are base64, and floats without a number (NaN, infinity) are null. 'L' is signed, as
/// RabbitMQ reads it.
std::string_view readable_text(const TableCursor::Field& field, fmt::memory_buffer& room);

}  // namespace wharf
