#include "queue/core/range_bytes.hpp"

#include <algorithm>
#include <array>

namespace wharf::queue {

void put_number(std::vector<std::byte>& out, std::int64_t value) {
  std::array<std::byte, kMaxVarlongBytes> bytes;
  std::byte* end = put_varint(bytes.data(), value);
  out.insert(out.end(), bytes.data(), end);
}

std::vector<std::byte> encoded_ranges(std::vector<OffsetRange> ranges) {
  std::ranges::sort(ranges, {}, &OffsetRange::first);
  std::vector<std::byte> out;
  Offset at{0};
  for (const OffsetRange& range : ranges) {
    put_number(out, range.first.value - at.value);
    put_number(out, range.size());
    at = range.next;
  }
  return out;
}

bool read_ranges(FieldCursor& entry, OffsetRanges& into) {
  std::int64_t at = 0;
  while (entry.left() > 0) {
    std::int64_t gap = entry.varlong(), count = entry.varlong();
    if (entry.failed() || !is_plausible_offset(count) || gap < -at || !is_plausible_offset(gap + at) ||
        !is_plausible_offset(at + gap + count))
      return false;
    into.add({Offset(at + gap), Offset(at + gap + count)});
    at += gap + count;
  }
  return true;
}

}  // namespace wharf::queue
