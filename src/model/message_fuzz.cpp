// A record's headers, made up by a Kafka producer: a `wharf` header of any bytes, or plain ones. What reads as a
// message is written and read again as the same one.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf {
namespace {

/// The one record of a batch, which must stay.
Record only_record(ByteView batch) {
  BatchView view = read_batch(batch).value();
  Record record;
  WHARF_ASSERT(RecordReader(view.header, view.records()).next(record).value());
  return record;
}

std::vector<std::byte> stored(std::span<const RecordHeader> headers) {
  BatchBuilder builder({});
  builder.append({.timestamp = Timestamp{1}, .value = as_bytes("body"), .headers = headers});
  return builder.finish().value();
}

std::vector<std::byte> stored(const MessageView& message) {
  BatchBuilder builder({});
  append_message(builder, message, Timestamp{1});
  return builder.finish().value();
}

void check_again(const Record& record, const MessageView& message) {
  std::vector<std::byte> once = stored(message);
  Record again = only_record(once);
  Result<MessageView> same = message_of(again);
  WHARF_ASSERT(same && same->origin == message.origin && same->routing_key == message.routing_key);
  WHARF_ASSERT(as_text(same->body) == "body" && same->expiration == message.expiration);
  WHARF_ASSERT(same->properties.has_value() == message.properties.has_value());
  WHARF_ASSERT(std::ranges::equal(stored(*same), once));
  WHARF_ASSERT(priority_of(again) == message.priority);
  if (!message_of(record) || is_plain(record)) return;
  WHARF_ASSERT(expiration_ms_of(record) == expiration_ms_of(again) && priority_of(record) == message.priority);
}

void check(const Record& record) {
  Result<MessageView> read = message_of(record);
  MessageView message = read ? *read : plain_message_of(record);
  PropertyTable properties = properties_of(record);
  std::vector<std::byte> table;
  std::size_t left_out = append_properties(table, record, std::numeric_limits<std::size_t>::max());
  auto decoded = decode_property_table(table);
  WHARF_ASSERT(decoded && left_out == 0 && decoded->size() == properties.size());
  if (message.properties) WHARF_ASSERT(std::ranges::equal(table, *message.properties));
  message.properties = table;
  check_again(record, message);
  if (read) check_again(record, *read);

  std::vector<std::byte> short_table;
  append_properties(short_table, record, 64);
  WHARF_ASSERT(short_table.size() <= 64 && check_table(short_table) == TableFault::kNone);
}

/// Headers cut from the bytes: a length each for a name and a value, whose highest bit makes it null.
void check_plain(ByteView bytes) {
  std::vector<RecordHeader> headers;
  auto take = [&](std::size_t length) {
    ByteView taken = bytes.first(std::min(length, bytes.size()));
    bytes = bytes.subspan(taken.size());
    return taken;
  };
  while (bytes.size() >= 2) {
    auto name_length = static_cast<std::size_t>(bytes[0]);
    auto value_length = static_cast<std::size_t>(bytes[1]);
    take(2);
    RecordHeader& header = headers.emplace_back(RecordHeader{as_text(take(name_length)), std::nullopt});
    if (value_length < 0x80) header.value = take(value_length);
  }
  std::vector<std::byte> batch = stored(headers);
  check(only_record(batch));
}

}  // namespace
}  // namespace wharf

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wharf;  // NOLINT
  if (size == 0) return 0;
  ByteView bytes = std::as_bytes(std::span(data, size)).subspan(1);
  if (data[0] == 'p') {
    check_plain(bytes);
  } else {
    const std::array<RecordHeader, 2> headers = {RecordHeader{kMessageHeader, bytes}, RecordHeader{"a", as_bytes("b")}};
    std::vector<std::byte> batch = stored(headers);
    check(only_record(batch));
  }
  return 0;
}
