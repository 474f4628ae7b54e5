#pragma once
// Tables of typed properties as bytes: AMQP 0-9-1's field tables (section 4.2.5.5 of the specification, with the types
// that RabbitMQ reads and writes: its errata page, "3. Field types"). Stored messages keep their user properties so,
// because what an AMQP client sent then comes out byte for byte, and because no other dialect has a richer form.
//
//   V nothing   t bool   b B s u I i l L integers of 8 to 64 bits, small letters signed up to 16 bits, I signed, i not,
//   l signed, L not   f d floats   D decimal   T seconds   S text   x bytes   A list   F table
//
// RabbitMQ reads 'L' as a signed number too, and py-amqp writes negative ones so; here it keeps its letter and its
// bits, and signed_integer_of() reads it as RabbitMQ does. An octet of 't' that is neither 0 nor 1 becomes 1, as there.
//
// Functions on `encoded` want the bytes of a table without the length in front.
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "model/bytes.hpp"
#include "model/property.hpp"
#include "model/record_varint.hpp"

namespace wharf {

/// Tables and lists inside each other; a message that was dead-lettered has four.
inline constexpr int kMaxTableDepth = 32;
/// Values in one table, those of inner tables and lists counted: a byte or two encoded, some 80 in memory.
inline constexpr std::size_t kMaxTableValues = 65'536;
/// Bytes of a property's name.
inline constexpr std::size_t kMaxPropertyNameBytes = 255;

/// Why bytes are no table, or a table has no bytes.
enum class TableFault : std::uint8_t { kNone, kPastEnd, kTooDeep, kTooManyValues, kUnknownType, kNameTooLong };
/// Goes on from the table's name: "has a value of an unknown type".
std::string_view to_string(TableFault fault);

std::expected<PropertyTable, TableFault> decode_property_table(ByteView encoded);
/// Adds the bytes at the end of `to`. With a fault, which is a limit reached, `to` is left half written: what is
/// written whole can be read.
TableFault encode_properties(std::vector<std::byte>& to, const PropertyTable& table);
/// One field: its name, its type's letter, its value.
TableFault encode_property(std::vector<std::byte>& to, std::string_view name, const PropertyValue& value);

/// Any integer type's value, 'L' taken as signed; none for other types.
std::optional<std::int64_t> signed_integer_of(const PropertyValue& value);

/// How far a walk has come within the limits.
struct TableWalk {
  std::size_t values_left = kMaxTableValues;
  TableFault fault = TableFault::kNone;

  bool ok() const { return fault == TableFault::kNone; }
  void fail(TableFault why) {
    if (ok()) fault = why;
  }
  void look_at(const FieldCursor& bytes) {
    if (bytes.failed()) fail(TableFault::kPastEnd);
  }
};

/// Walks the fields of a table that stays encoded, and allocates nothing. Once it has come to the end with ok(), all of
/// the table is what decode_property_table() takes.
class TableCursor {
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

  explicit TableCursor(ByteView encoded) : bytes_(encoded) {}
  std::optional<Field> next();
  bool ok() const { return walk_.ok(); }
  TableFault fault() const { return walk_.fault; }

 private:
  FieldCursor bytes_;
  TableWalk walk_;
};

/// Takes the value that comes next, whose type was read, from a table that was checked; without a length in front.
ByteView take_value(FieldCursor& bytes, char type);
/// Walks all of it.
TableFault check_table(ByteView encoded);
/// The first field of that name.
std::optional<TableCursor::Field> find_field(ByteView encoded, std::string_view name);

}  // namespace wharf
