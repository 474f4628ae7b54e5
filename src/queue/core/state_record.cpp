#include "queue/core/state_record.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "queue/core/range_bytes.hpp"

namespace wharf::queue {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kChange = 1;
constexpr std::uint8_t kSnapshot = 2;

enum Tag : std::uint8_t { kSettled = 1, kTries = 2, kHandedBelow = 3, kFloor = 4, kCounted = 5, kHandedAhead = 6 };

constexpr std::int64_t kExpiringFlag = 1;

void put_entry(std::vector<std::byte>& out, Tag tag, std::uint8_t level, const std::vector<std::byte>& content) {
  out.push_back(std::byte{tag});
  out.push_back(std::byte{level});
  put_number(out, static_cast<std::int64_t>(content.size()));
  out.insert(out.end(), content.begin(), content.end());
}

std::vector<std::byte> tries_bytes(const std::map<Offset, std::uint32_t>& tries) {
  std::vector<std::byte> out;
  Offset at{0};
  for (const auto& [offset, count] : tries) {
    put_number(out, offset.value - at.value);
    put_number(out, count);
    at = offset;
  }
  return out;
}

std::vector<std::byte> offset_bytes(Offset offset) {
  std::vector<std::byte> out;
  put_number(out, offset.value);
  return out;
}

std::vector<std::byte> counted_bytes(const Counted& counted) {
  std::vector<std::byte> out;
  put_number(out, counted.below.value);
  put_number(out, static_cast<std::int64_t>(counted.bytes));
  put_number(out, counted.expiring ? kExpiringFlag : 0);
  return out;
}

/// Of one level in one record.
struct Told {
  OffsetRanges settled, handed_ahead;
  std::map<Offset, std::uint32_t> tries;
  Offset handed_below, floor;
  std::optional<Counted> counted;
};

void add_all(OffsetRanges added, OffsetRanges& to) {
  if (to.empty()) {
    to = std::move(added);
    return;
  }
  for (const auto& [first, next] : added.ranges()) to.add({first, next});
}

void apply(Told told, CursorState& state) {
  add_all(std::move(told.settled), state.settled);
  add_all(std::move(told.handed_ahead), state.handed_ahead);
  for (const auto& [offset, count] : told.tries) state.tries.insert_or_assign(offset, count);
  state.handed_below = std::max(state.handed_below, told.handed_below);
  state.floor = std::max(state.floor, told.floor);
  if (told.counted) state.counted = *told.counted;
}

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::kMalformed, fmt::format("a record of a queue's state: {}", why));
}

Result<void> read_messages(FieldCursor& entry, OffsetRanges& into) {
  if (!read_ranges(entry, into)) return malformed("messages that cannot be");
  return {};
}

Result<void> read_tries(FieldCursor& entry, std::map<Offset, std::uint32_t>& into) {
  std::int64_t at = 0;
  while (entry.left() > 0) {
    std::int64_t gap = entry.varlong(), count = entry.varlong();
    if (entry.failed() || !is_plausible_offset(gap) || !is_plausible_offset(at + gap) || count < 0 || count > UINT32_MAX) return malformed("tries that cannot be");
    at += gap;
    into.insert_or_assign(Offset(at), static_cast<std::uint32_t>(count));
  }
  return {};
}

Result<void> read_offset(FieldCursor& entry, Offset& into) {
  std::int64_t value = entry.varlong();
  if (entry.failed() || !is_plausible_offset(value) || entry.left() > 0) return malformed("an offset that cannot be");
  into = std::max(into, Offset(value));
  return {};
}

/// The last one holds, whatever came before.
Result<void> read_counted(FieldCursor& entry, std::optional<Counted>& into) {
  std::int64_t below = entry.varlong(), bytes = entry.varlong(), flags = entry.varlong();
  if (entry.failed() || !is_plausible_offset(below) || !is_plausible_offset(bytes)) return malformed("a count that cannot be");
  into = Counted{Offset(below), static_cast<std::uint64_t>(bytes), (flags & kExpiringFlag) != 0};
  return {};
}

Result<void> read_entry(std::uint8_t tag, FieldCursor& entry, Told& told) {
  switch (tag) {
    case kSettled: return read_messages(entry, told.settled);
    case kHandedAhead: return read_messages(entry, told.handed_ahead);
    case kTries: return read_tries(entry, told.tries);
    case kHandedBelow: return read_offset(entry, told.handed_below);
    case kFloor: return read_offset(entry, told.floor);
    case kCounted: return read_counted(entry, told.counted);
    default: return {};  // of a later version: what it adds may be passed over
  }
}

}  // namespace

std::vector<std::byte> encode(const StateChange& change) {
  std::vector<std::byte> out{std::byte{kVersion}, std::byte{change.is_snapshot ? kSnapshot : kChange}};
  for (const auto& [level, what] : change.levels) {
    if (what.floor) put_entry(out, kFloor, level, offset_bytes(*what.floor));
    if (what.handed_below) put_entry(out, kHandedBelow, level, offset_bytes(*what.handed_below));
    if (!what.settled.empty()) put_entry(out, kSettled, level, encoded_ranges(what.settled));
    if (!what.handed_ahead.empty()) put_entry(out, kHandedAhead, level, encoded_ranges(what.handed_ahead));
    if (!what.tries.empty()) put_entry(out, kTries, level, tries_bytes(what.tries));
    if (what.counted) put_entry(out, kCounted, level, counted_bytes(*what.counted));
  }
  return out;
}

Result<void> apply_state_record(ByteView record, std::map<std::uint8_t, CursorState>& levels) {
  FieldCursor fields(record);
  std::uint8_t version = fields.byte(), kind = fields.byte();
  if (fields.failed()) return malformed("too short");
  if (version != kVersion) return fail(ErrorCode::kUnsupportedVersion, fmt::format("a record of a queue's state has version {}", version));
  if (kind != kChange && kind != kSnapshot) return malformed("neither a change nor a snapshot");
  std::map<std::uint8_t, Told> told;
  while (fields.left() > 0) {
    std::uint8_t tag = fields.byte(), level = fields.byte();
    ByteView content = fields.bytes(fields.varlong());
    if (fields.failed()) return malformed("a length that reaches past the end");
    FieldCursor entry(content);
    Result<void> read = read_entry(tag, entry, told[level]);
    if (!read) return read;
  }
  if (kind == kSnapshot) levels.clear();
  for (auto& [level, what] : told) apply(std::move(what), levels[level]);
  return {};
}

}  // namespace wharf::queue
