#include "queue/core/schedule_envelope.hpp"

#include <string_view>

#include <fmt/format.h>

#include "queue/core/range_bytes.hpp"

namespace wharf::queue {
namespace {

constexpr std::uint8_t kRouted = 1, kToQueue = 2;

void put_text(std::vector<std::byte>& out, std::string_view text) {
  put_number(out, static_cast<std::int64_t>(text.size()));
  ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::string take_text(FieldCursor& fields) {
  return std::string(as_text(fields.bytes(fields.varlong())));
}

struct Begin {
  std::uint8_t version = 0;
  Timestamp due;
};

Result<Begin> begin(FieldCursor& fields) {
  Begin begins{.version = fields.byte(), .due = {}};
  if (!fields.failed() && begins.version != kRouted && begins.version != kToQueue) {
    return fail(ErrorCode::kUnsupportedVersion, fmt::format("a delayed message has version {}", begins.version));
  }
  begins.due = Timestamp{fields.varlong()};
  if (fields.failed()) return fail(ErrorCode::kMalformed, "a delayed message without its time");
  return begins;
}

}  // namespace

std::vector<std::byte> encode(const ScheduleEnvelope& envelope) {
  std::vector<std::byte> out{std::byte{envelope.queue ? kToQueue : kRouted}};
  put_number(out, envelope.due.ms);
  put_text(out, envelope.name_space);
  put_text(out, envelope.exchange);
  put_number(out, static_cast<std::int64_t>(envelope.extra_keys.size()));
  for (const std::string& key : envelope.extra_keys) put_text(out, key);
  out.push_back(envelope.key ? std::byte{1} : std::byte{0});
  if (envelope.key) put_text(out, *envelope.key);
  if (envelope.queue) put_text(out, *envelope.queue);
  return out;
}

Result<Timestamp> due_of(ByteView encoded) {
  FieldCursor fields(encoded);
  Result<Begin> begins = begin(fields);
  if (!begins) return fail(begins.error());
  return begins->due;
}

Result<ScheduleEnvelope> decode_envelope(ByteView encoded) {
  FieldCursor fields(encoded);
  Result<Begin> begins = begin(fields);
  if (!begins) return fail(begins.error());
  ScheduleEnvelope envelope{.due = begins->due, .name_space = take_text(fields), .exchange = take_text(fields)};
  for (std::int64_t keys = fields.varlong(); keys > 0 && !fields.failed(); --keys)
    envelope.extra_keys.push_back(take_text(fields));
  if (fields.byte() != 0) envelope.key = take_text(fields);
  if (begins->version == kToQueue) envelope.queue = take_text(fields);
  if (fields.failed() || fields.left() > 0)
    return fail(ErrorCode::kMalformed, "a delayed message whose address cannot be read");
  return envelope;
}

}  // namespace wharf::queue
