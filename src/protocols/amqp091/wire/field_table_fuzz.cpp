// A field table, from any bytes: both walks agree, and what was read comes out byte for byte.
#include <algorithm>
#include <cstdint>

#include "model/error.hpp"
#include "protocols/amqp091/wire/field_table.hpp"

using namespace wharf;           // NOLINT
using namespace wharf::amqp091;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView encoded = std::as_bytes(std::span(data, size));
  Outcome<PropertyTable> table = decode_table(encoded);
  TableCursor cursor(encoded);
  std::size_t fields = 0;
  while (auto field = cursor.next()) {
    if (table) WHARF_ASSERT(field->name == (*table)[fields].name);
    ++fields;
  }
  WHARF_ASSERT(cursor.ok() == table.has_value());
  if (!table) return 0;
  WHARF_ASSERT(fields == table->size());

  Writer writer;
  write_table(writer, *table);
  ByteView written = writer.bytes_since(4);
  WHARF_ASSERT(writer.ok() && written.size() == size);
  Writer again;
  write_table(again, decode_table(written).value());
  WHARF_ASSERT(std::ranges::equal(again.bytes_since(4), written));

  Writer edited;
  const FieldEdit edits[] = {
      {"a", Null{}}, {table->empty() ? std::string_view() : std::string_view(table->front().name), std::nullopt}};
  write_edited_table(edited, encoded, edits);
  WHARF_ASSERT(edited.ok() && decode_table(edited.bytes_since(4)).has_value());
  return 0;
}
