#include "queue/core/schedule_record.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "queue/core/range_bytes.hpp"

namespace wharf::queue {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kChange = 1;
constexpr std::uint8_t kSnapshot = 2;

enum Tag : std::uint8_t { kFired = 1, kCancelled = 2 };

void put_u32(std::vector<std::byte>& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(value >> shift));
}

std::uint32_t take_u32(FieldCursor& fields) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | fields.byte();
  return value;
}

void put_entry(std::vector<std::byte>& out, Tag tag, const BucketId& bucket, const std::vector<std::byte>& content) {
  out.push_back(std::byte{tag});
  out.push_back(std::byte{bucket.level});
  put_u32(out, bucket.number);
  put_u32(out, bucket.generation);
  put_number(out, static_cast<std::int64_t>(content.size()));
  out.insert(out.end(), content.begin(), content.end());
}

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::kMalformed, fmt::format("a record of a schedule's state: {}", why));
}

Result<void> read_fired(FieldCursor& entry, BucketState& state) {
  DueKey fired{Timestamp{entry.varlong()}, Offset(entry.varlong())};
  bool is_before_all = fired.offset == DueKey().offset;  // of those that are due then
  if (entry.failed() || entry.left() > 0 || !(is_before_all || is_plausible_offset(fired.offset.value)))
    return malformed("a place that cannot be");
  state.fired = std::max(state.fired, fired);
  return {};
}

Result<void> read_entry(std::uint8_t tag, FieldCursor& entry, BucketState& state) {
  if (tag == kFired) return read_fired(entry, state);
  if (tag == kCancelled && !read_ranges(entry, state.cancelled)) return malformed("cancelled messages that cannot be");
  return {};  // of a later version: what it adds may be passed over
}

}  // namespace

std::vector<std::byte> encode(const ScheduleChange& change) {
  std::vector<std::byte> out{std::byte{kVersion}, std::byte{change.is_snapshot ? kSnapshot : kChange}};
  for (const auto& [bucket, what] : change.buckets) {
    if (what.fired) {
      std::vector<std::byte> content;
      put_number(content, what.fired->due.ms);
      put_number(content, what.fired->offset.value);
      put_entry(out, kFired, bucket, content);
    }
    if (!what.cancelled.empty()) put_entry(out, kCancelled, bucket, encoded_ranges(what.cancelled));
  }
  return out;
}

Result<void> apply_schedule_record(ByteView record, std::map<BucketId, BucketState>& buckets) {
  FieldCursor fields(record);
  std::uint8_t version = fields.byte(), kind = fields.byte();
  if (fields.failed()) return malformed("too short");
  if (version != kVersion)
    return fail(ErrorCode::kUnsupportedVersion, fmt::format("a record of a schedule's state has version {}", version));
  if (kind != kChange && kind != kSnapshot) return malformed("neither a change nor a snapshot");
  std::map<BucketId, BucketState> told;
  while (fields.left() > 0) {
    std::uint8_t tag = fields.byte();
    BucketId bucket{.level = fields.byte()};
    bucket.number = take_u32(fields);
    bucket.generation = take_u32(fields);
    ByteView content = fields.bytes(fields.varlong());
    if (fields.failed()) return malformed("a length that reaches past the end");
    FieldCursor entry(content);
    Result<void> read = read_entry(tag, entry, told[bucket]);
    if (!read) return read;
  }
  if (kind == kSnapshot) {
    buckets = std::move(told);
    return {};
  }
  for (const auto& [bucket, what] : told) {
    BucketState& state = buckets[bucket];
    state.fired = std::max(state.fired, what.fired);
    for (const auto& [first, next] : what.cancelled.ranges()) state.cancelled.add({first, next});
  }
  return {};
}

}  // namespace wharf::queue
