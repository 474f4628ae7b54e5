#include "protocols/amqp091/wire/field_table.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/error.hpp"

namespace wharf::amqp091 {
namespace {

/// In the reader's words where it has some.
std::string_view reason(TableFault fault) {
  return fault == TableFault::kPastEnd ? kPastTheEnd : to_string(fault);
}

}  // namespace

Outcome<PropertyTable> decode_table(ByteView encoded) {
  std::expected<PropertyTable, TableFault> table = decode_property_table(encoded);
  if (table) return std::move(*table);
  Reader reader(encoded);
  reader.fail_here(reason(table.error()));
  return refuse(reader.error("a field table"));
}

PropertyTable read_table(Reader& reader) {
  std::expected<PropertyTable, TableFault> table = decode_property_table(reader.long_bytes());
  if (table) return std::move(*table);
  reader.fail_here(reason(table.error()));
  return {};
}

void skip_table(Reader& reader) {
  TableFault fault = check_table(reader.long_bytes());
  if (fault != TableFault::kNone) reader.fail_here(reason(fault));
}

void write_table(Writer& writer, const PropertyTable& table) {
  std::vector<std::byte> encoded;
  TableFault fault = encode_properties(encoded, table);
  if (fault != TableFault::kNone) return writer.fail_here(reason(fault));
  writer.long_bytes(encoded);
}

void write_edited_table(Writer& writer, ByteView encoded, std::span<const FieldEdit> edits) {
  WHARF_ASSERT(edits.size() <= 64);
  std::uint64_t written = 0;  // one bit for each edit: its field stands already, or has none
  std::vector<std::byte> value;
  auto write_once = [&](std::size_t index) {
    if ((written >> index & 1) != 0) return;
    written |= std::uint64_t{1} << index;
    if (!edits[index].value) return;
    value.clear();
    TableFault fault = encode_property(value, edits[index].name, *edits[index].value);
    if (fault != TableFault::kNone) writer.fail_here(reason(fault));
    writer.raw(value);
  };
  std::size_t start = writer.begin_sized();
  TableCursor cursor(encoded);
  while (auto field = cursor.next()) {
    auto edit = std::ranges::find(edits, field->name, &FieldEdit::name);
    if (edit == edits.end()) {
      writer.raw(field->encoded);
    } else {
      write_once(static_cast<std::size_t>(edit - edits.begin()));
    }
  }
  for (std::size_t index = 0; index < edits.size(); ++index) write_once(index);
  writer.end_sized(start);
}

}  // namespace wharf::amqp091
