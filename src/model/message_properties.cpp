#include "model/message_properties.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "model/byte_order.hpp"
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/utf8.hpp"

namespace wharf {
namespace {

/// Of a record with a `wharf` header that can be read; an empty table where the message had no properties.
std::optional<ByteView> typed_table(const Record& record) {
  if (is_plain(record)) return std::nullopt;
  Result<MessageView> message = message_of(record);
  if (!message) return std::nullopt;
  return message->properties.value_or(ByteView());
}

/// The headers of a record that has no typed table, as far as a table can hold them. Returns how many it cannot.
template <class Visit>
std::size_t for_each_plain(const Record& record, Visit visit) {
  bool lies = !is_plain(record);
  std::size_t visited = 0;
  std::size_t left_out = 0;
  for (RecordHeader header : record.headers) {
    if (std::exchange(lies, false)) continue;
    if (header.key.size() > kMaxPropertyNameBytes || visited == kMaxTableValues) {
      ++left_out;
    } else {
      ++visited;
      visit(header);
    }
  }
  return left_out;
}

PropertyValue value_of(const RecordHeader& header) {
  if (!header.value) return Null{};
  std::string_view text = as_text(*header.value);
  if (is_utf8(text)) return std::string(text);
  return Binary(header.value->begin(), header.value->end());
}

/// Appends fields while they fit, and counts those that do not.
struct LimitedTable {
  std::vector<std::byte>& to;
  std::size_t bytes_left;
  std::size_t left_out = 0;

  bool has_room(std::size_t bytes) {
    if (bytes > bytes_left) return ++left_out, false;
    bytes_left -= bytes;
    return true;
  }
  void raw(ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
  void byte(std::size_t value) { to.push_back(static_cast<std::byte>(value)); }

  void add(const RecordHeader& header) {
    std::size_t size = 1 + header.key.size() + 1 + (header.value ? 4 + header.value->size() : 0);
    if (!has_room(size)) return;
    byte(header.key.size());
    raw(as_bytes(header.key));
    if (!header.value) return byte('V');
    byte(is_utf8(as_text(*header.value)) ? 'S' : 'x');
    std::array<std::byte, 4> length;
    store_big_endian(length.data(), static_cast<std::uint32_t>(header.value->size()));
    raw(length);
    raw(*header.value);
  }
};

}  // namespace

PropertyTable properties_of(const Record& record) {
  if (std::optional<ByteView> typed = typed_table(record)) return decode_property_table(*typed).value();
  PropertyTable table;
  for_each_plain(record,
                 [&](const RecordHeader& header) { table.push_back({std::string(header.key), value_of(header)}); });
  return table;
}

std::size_t append_properties(std::vector<std::byte>& to, const Record& record, std::size_t limit_bytes) {
  LimitedTable table{to, limit_bytes};
  if (std::optional<ByteView> typed = typed_table(record)) {
    TableCursor cursor(*typed);
    while (auto field = cursor.next()) {
      if (table.has_room(field->encoded.size())) table.raw(field->encoded);
    }
  } else {
    table.left_out += for_each_plain(record, [&](const RecordHeader& header) { table.add(header); });
  }
  return table.left_out;
}

}  // namespace wharf
