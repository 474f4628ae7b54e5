#pragma once
// Field tables on the wire: model/encoded_table.hpp's bytes with their length in front. What came in goes out byte for
// byte. Functions on `encoded` want the bytes without the length.
#include <optional>
#include <span>
#include <string_view>

#include "model/bytes.hpp"
#include "model/encoded_table.hpp"
#include "model/property.hpp"
#include "protocols/amqp091/wire/reader.hpp"
#include "protocols/amqp091/wire/writer.hpp"

namespace wharf::amqp091 {

/// Errors: SYNTAX_ERROR for bytes that are no table, or above the limits.
Outcome<PropertyTable> decode_table(ByteView encoded);
/// The table that stands next, with its length. Errors stick in the reader.
PropertyTable read_table(Reader& reader);
/// Goes past it, and checks all of it.
void skip_table(Reader& reader);
/// With its length. Errors stick in the writer: a name above 255 bytes, tables too deep, too many values.
void write_table(Writer& writer, const PropertyTable& table);

/// A header that gets another value, is appended (no field had that name), or goes (no value).
struct FieldEdit {
  std::string_view name;
  std::optional<PropertyValue> value;
};
/// Writes the table, with its length, edited; all other fields keep their bytes and places. A name that stood twice
/// stands once afterwards. At most 64 edits, each of another name. `encoded` is a table that was walked to its end.
void write_edited_table(Writer& writer, ByteView encoded, std::span<const FieldEdit> edits);

}  // namespace wharf::amqp091
