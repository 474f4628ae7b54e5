#pragma once
// How far one selector has looked at one level of a queue, so that nothing is looked at twice: all that was ready below
// its position does not match. Consumers with equal selectors share it. What becomes ready again behind the position is
// looked at again; memory is for these alone.
#include <optional>
#include <set>

#include "queue/core/cursor.hpp"
#include "queue/core/offset_ranges.hpp"

namespace wharf::queue {

class SelectorScan {
 public:
  /// The first ready message that matches, or that nobody has looked at yet.
  struct Next {
    Ready ready;
    bool matches = false;
  };
  std::optional<Next> next(const Cursor& cursor) const {
    std::optional<Ready> ready = cursor.ready_at_or_behind(looked_below_);
    if (!again_.empty()) ready = cursor.ready_at_or_behind(*again_.begin());
    if (found_ && (!ready || *found_ < ready->offset)) ready = cursor.ready_at_or_behind(*found_);
    if (!ready) return std::nullopt;
    return Next{*ready, found_ == ready->offset};
  }
  /// next()'s message was looked at.
  void looked(Offset offset, bool matches) {
    if (again_.erase(offset) == 0) looked_below_ = offset.plus(1);
    if (!matches) return;
    if (found_) again_.insert(*found_);
    found_ = offset;
  }
  /// Is ready, and was not.
  void came_back(Offset offset) {
    if (offset < looked_below_) again_.insert(offset);
  }
  /// Are not ready any more.
  void went(OffsetRange range) {
    if (found_ && *found_ >= range.first && *found_ < range.next) found_.reset();
    again_.erase(again_.lower_bound(range.first), again_.lower_bound(range.next));
  }

 private:
  Offset looked_below_{0};
  std::set<Offset> again_;       // below the position
  std::optional<Offset> found_;  // the first that matches
};

}  // namespace wharf::queue
