#pragma once
// Disjoint ranges of positions in a file, joined where they touch: which bytes of a segment were verified since the start.
#include <algorithm>
#include <cstdint>
#include <vector>

namespace wharf::log {

struct Interval {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // behind the last
  friend bool operator==(const Interval&, const Interval&) = default;
};

class IntervalSet {
 public:
  void add(Interval added) {
    if (added.begin >= added.end) return;
    auto first = std::ranges::lower_bound(ranges_, added.begin, {}, &Interval::end);
    auto last = first;
    for (; last != ranges_.end() && last->begin <= added.end; ++last) {
      added.begin = std::min(added.begin, last->begin);
      added.end = std::max(added.end, last->end);
    }
    first = ranges_.erase(first, last);
    ranges_.insert(first, added);
  }

  /// How far the range that holds `position` reaches; `position` itself when none does.
  std::uint64_t covered_from(std::uint64_t position) const {
    auto holding = std::ranges::upper_bound(ranges_, position, {}, &Interval::end);
    return holding != ranges_.end() && holding->begin <= position ? holding->end : position;
  }

  const std::vector<Interval>& ranges() const { return ranges_; }
  void clear() { ranges_.clear(); }

 private:
  std::vector<Interval> ranges_;
};

}  // namespace wharf::log
