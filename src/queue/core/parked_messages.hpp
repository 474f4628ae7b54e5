#pragma once
// The messages of one group that a scan has looked at and could not hand out: in the order in which they will go, eight
// bytes each. Made for arrivals at the end and departures at the front.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "queue/core/types.hpp"

namespace wharf::queue {

/// The order in which a queue hands out: the highest level first, its oldest in front.
struct EarlierInQueue {
  bool operator()(MessageId a, MessageId b) const {
    return a.level != b.level ? a.level > b.level : a.offset < b.offset;
  }
};

/// Rising offsets.
class OffsetQueue {
 public:
  /// False: it was there.
  bool add(Offset offset) {
    if (empty() || offset > offsets_.back()) return offsets_.push_back(offset), true;
    auto at = std::lower_bound(begin(), offsets_.end(), offset);
    if (*at == offset) return false;
    if (at == begin() && gone_ > 0) {
      offsets_[--gone_] = offset;  // it was in front, and came back
    } else {
      offsets_.insert(at, offset);
    }
    return true;
  }
  bool remove(Offset offset) {
    auto at = std::lower_bound(begin(), offsets_.end(), offset);
    if (at == offsets_.end() || *at != offset) return false;
    if (at != begin()) return offsets_.erase(at), true;
    if (++gone_ * 2 > offsets_.size()) offsets_.erase(offsets_.begin(), begin()), gone_ = 0;
    return true;
  }
  /// How many of them.
  template <class IsGone>
  std::size_t remove_if(IsGone is_gone) {
    std::size_t before = size();
    offsets_.erase(offsets_.begin(), begin());
    gone_ = 0;
    std::erase_if(offsets_, is_gone);
    return before - size();
  }
  Offset front() const { return offsets_[gone_]; }
  bool empty() const { return size() == 0; }
  std::size_t size() const { return offsets_.size() - gone_; }

 private:
  std::vector<Offset>::iterator begin() { return offsets_.begin() + static_cast<std::ptrdiff_t>(gone_); }

  std::vector<Offset> offsets_;
  std::size_t gone_ = 0;  // of them, in front
};

class ParkedMessages {
 public:
  bool add(MessageId id) { return levels_[id.level].add(id.offset); }
  bool remove(MessageId id) {
    auto level = levels_.find(id.level);
    if (level == levels_.end() || !level->second.remove(id.offset)) return false;
    if (level->second.empty()) levels_.erase(level);
    return true;
  }
  /// Those for which `is_gone(MessageId)` holds; how many.
  template <class IsGone>
  std::size_t remove_if(IsGone is_gone) {
    std::size_t removed = 0;
    for (auto& [number, offsets] : levels_) {
      MessageId id{number, {}};
      removed += offsets.remove_if([&](Offset offset) { return id.offset = offset, is_gone(id); });
    }
    std::erase_if(levels_, [](const auto& level) { return level.second.empty(); });
    return removed;
  }
  /// The next one to go; none: there is none.
  std::optional<MessageId> front() const {
    if (levels_.empty()) return std::nullopt;
    return MessageId{levels_.begin()->first, levels_.begin()->second.front()};
  }

 private:
  std::map<std::uint8_t, OffsetQueue, std::greater<>> levels_;
};

}  // namespace wharf::queue
