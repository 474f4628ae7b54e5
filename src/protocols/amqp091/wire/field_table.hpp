#pragma once
// Field tables (section 4.2.5.5 of the specification, with the types that RabbitMQ reads and writes: its errata page,
// "3. Field types") <-> PropertyTable. What came in goes out byte for byte.
//
//   V nothing   t bool   b B s u I i l L integers of 8 to 64 bits, small letters signed up to 16 bits, I signed, i not,
//   l signed, L not   f d floats   D decimal   T seconds   S text   x bytes   A list   F table
//
// RabbitMQ reads 'L' as a signed number too, and py-amqp writes negative ones so; here it keeps its letter and its
// bits, and signed_integer_of() reads it as RabbitMQ does. An octet of 't' that is neither 0 nor 1 becomes 1, as there.
//
// Functions on `encoded` want the bytes of a table without the length in front.
#include <optional>
#include <span>
#include <string_view>

#include "model/bytes.hpp"
#include "model/property.hpp"
#include "protocols/amqp091/wire/reader.hpp"
#include "protocols/amqp091/wire/writer.hpp"

namespace wharf::amqp091 {

/// Tables and lists inside each other; a message that was dead-lettered has four.
inline constexpr int kMaxTableDepth = 32;
/// Values in one table, those of inner tables and lists counted: a byte or two on the wire, some 80 in memory.
inline constexpr std::size_t kMaxTableValues = 65'536;

/// Errors: SYNTAX_ERROR for bytes that are no table, or above the limits.
Outcome<PropertyTable> decode_table(ByteView encoded);
/// The table that stands next, with its length. Errors stick in the reader.
PropertyTable read_table(Reader& reader);
/// With its length. Errors stick in the writer: a name above 255 bytes, tables too deep.
void write_table(Writer& writer, const PropertyTable& table);

/// Any integer type's value, 'L' taken as signed; none for other types.
std::optional<std::int64_t> signed_integer_of(const PropertyValue& value);

/// Walks the fields of a table that stays encoded, and allocates nothing. Once it has come to the end with ok(), all of
/// the table is what decode_table() takes.
class FieldCursor {
 public:
  struct Field {
    std::string_view name;
    char type = 0;
    ByteView value;    // behind the type's letter; lengths of S, x, A, F included
    ByteView encoded;  // the whole field

    /// Of type S; nothing for others.
    std::optional<std::string_view> text() const;
    /// Only after the cursor has come past the field with ok().
    PropertyValue decode() const;
  };

  explicit FieldCursor(ByteView encoded) : reader_(encoded) {}
  std::optional<Field> next();
  bool ok() const { return reader_.ok(); }
  ProtocolError error() const { return reader_.error("a field table"); }
  /// Where it failed, for a reader that it is a part of.
  const Reader& reader() const { return reader_; }

 private:
  Reader reader_;
  std::size_t values_left_ = kMaxTableValues;
};

/// The first field of that name.
std::optional<FieldCursor::Field> find_field(ByteView encoded, std::string_view name);

/// A header that gets another value, is appended (no field had that name), or goes (no value).
struct FieldEdit {
  std::string_view name;
  std::optional<PropertyValue> value;
};
/// Writes the table, with its length, edited; all other fields keep their bytes and places. A name that stood twice
/// stands once afterwards. At most 64 edits, each of another name. `encoded` is a table that was walked to its end.
void write_edited_table(Writer& writer, ByteView encoded, std::span<const FieldEdit> edits);

}  // namespace wharf::amqp091
