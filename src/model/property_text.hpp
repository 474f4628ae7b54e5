#pragma once
// Typed properties as text, for readers that know no types: Kafka's consumers, and later STOMP's.
#include <cstddef>
#include <vector>

#include "model/encoded_table.hpp"

namespace wharf {

/// Adds the readable form of a field of a table that was checked: text and bytes as they are, numbers in decimal,
/// `true` and `false`, times as seconds in decimal, lists and tables as compact JSON. Not for 'V', which has no text.
///
/// In JSON, bytes that are no UTF-8 are base64, and floats without a number (NaN, infinity) are null. 'L' is signed, as
/// RabbitMQ reads it.
void append_text(std::vector<std::byte>& to, const TableCursor::Field& field);

}  // namespace wharf
