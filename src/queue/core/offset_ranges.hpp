#pragma once
// Disjoint ranges of offsets, joined where they touch: what is settled above a cursor's floor.
#include <cstdint>
#include <map>

#include "model/ids.hpp"

namespace wharf::queue {

/// [first, next)
struct OffsetRange {
  Offset first;
  Offset next;
  std::int64_t size() const { return next.value - first.value; }
  friend bool operator==(const OffsetRange&, const OffsetRange&) = default;
};

class OffsetRanges {
 public:
  /// Adds those of `added` that are not in it yet; how many.
  std::int64_t add(OffsetRange added) {
    if (added.size() <= 0) return 0;
    std::int64_t new_ones = added.size();
    auto at = ranges_.upper_bound(added.first);
    if (at != ranges_.begin() && std::prev(at)->second >= added.first) --at;
    while (at != ranges_.end() && at->first <= added.next) {
      Offset overlap_first = std::max(at->first, added.first), overlap_next = std::min(at->second, added.next);
      if (overlap_first < overlap_next) new_ones -= overlap_next.value - overlap_first.value;
      added = {std::min(at->first, added.first), std::max(at->second, added.next)};
      at = ranges_.erase(at);
    }
    ranges_.emplace_hint(at, added.first, added.next);
    count_ += new_ones;
    return new_ones;
  }

  bool holds(Offset offset) const { return next_outside(offset) != offset; }
  /// The first offset from `offset` on that is in no range.
  Offset next_outside(Offset offset) const {
    auto at = ranges_.upper_bound(offset);
    if (at == ranges_.begin()) return offset;
    --at;
    return at->second > offset ? at->second : offset;
  }
  /// Where the first range at or behind `offset` begins, `limit` if that is earlier.
  Offset next_inside(Offset offset, Offset limit) const {
    if (holds(offset)) return offset;
    auto at = ranges_.lower_bound(offset);
    return at == ranges_.end() ? limit : std::min(at->first, limit);
  }
  /// How many offsets of `range` are in it.
  std::int64_t count_in(OffsetRange range) const {
    std::int64_t count = 0;
    auto at = ranges_.upper_bound(range.first);
    if (at != ranges_.begin()) --at;
    for (; at != ranges_.end() && at->first < range.next; ++at) {
      std::int64_t first = std::max(at->first, range.first).value, next = std::min(at->second, range.next).value;
      if (first < next) count += next - first;
    }
    return count;
  }
  /// A range that begins at or below `floor` is taken out: where it ends; `floor` without one.
  Offset take_front(Offset floor) {
    while (!ranges_.empty() && ranges_.begin()->first <= floor) {
      floor = std::max(floor, ranges_.begin()->second);
      count_ -= ranges_.begin()->second.value - ranges_.begin()->first.value;
      ranges_.erase(ranges_.begin());
    }
    return floor;
  }

  bool empty() const { return ranges_.empty(); }
  std::int64_t count() const { return count_; }
  /// first -> next, ascending.
  const std::map<Offset, Offset>& ranges() const { return ranges_; }
  friend bool operator==(const OffsetRanges&, const OffsetRanges&) = default;

 private:
  std::map<Offset, Offset> ranges_;
  std::int64_t count_ = 0;
};

}  // namespace wharf::queue
