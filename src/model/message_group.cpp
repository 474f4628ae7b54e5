#include "model/message_group.hpp"

#include <cstdint>
#include <optional>
#include <utility>

#include "model/encoded_table.hpp"
#include "model/message.hpp"

namespace wharf {
namespace {

/// Behind their length.
std::string_view text_of(const TableCursor::Field& field) {
  constexpr std::size_t kLengthBytes = 4;
  if (field.type != 'S' && field.type != 'x') return {};
  return as_text(field.value.subspan(kLengthBytes));
}

bool is_negative(std::string_view text) {
  return text.size() > 1 && text[0] == '-' && text.find_first_not_of("0123456789", 1) == std::string_view::npos &&
         text.find_first_not_of('0', 1) != std::string_view::npos;
}

bool is_negative(const TableCursor::Field& field) {
  if (field.type == 'S') return is_negative(text_of(field));
  if (field.type == 'x' || field.type == 'A' || field.type == 'F') return false;
  std::optional<std::int64_t> number = signed_integer_of(field.decode());
  return number && *number < 0;
}

MessageGroup group_in(ByteView properties) {
  MessageGroup group;
  bool has_id = false, has_sequence = false;  // the first of a name counts
  TableCursor cursor(properties);
  while (auto field = cursor.next()) {
    if (field->name == kGroupProperty && !std::exchange(has_id, true)) group.id = text_of(*field);
    if (field->name == kGroupSequenceProperty && !std::exchange(has_sequence, true)) group.closes = is_negative(*field);
  }
  return group;
}

MessageGroup group_in(const RecordHeaders& headers) {
  MessageGroup group;
  std::optional<RecordHeader> id = headers.last(kGroupProperty), sequence = headers.last(kGroupSequenceProperty);
  if (id && id->value) group.id = as_text(*id->value);
  group.closes = sequence && sequence->value && is_negative(as_text(*sequence->value));
  return group;
}

}  // namespace

MessageGroup group_of(const Record& record) {
  MessageGroup group;
  if (is_plain(record)) {
    group = group_in(record.headers);
  } else if (Result<MessageView> message = message_of(record); message && message->properties) {
    group = group_in(*message->properties);
  }
  if (group.id.empty() && record.key) group.id = as_text(*record.key);
  return group;
}

}  // namespace wharf
