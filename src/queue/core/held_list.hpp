#pragma once
// The messages that one consumer was handed and may still hold, so that what it held is found when it goes without a
// look at what all others hold. Settled ones leave it now and then: it is at most twice as long as what is held, and a
// few more.
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "queue/core/types.hpp"

namespace wharf::queue {

class HeldList {
 public:
  /// `still_held(MessageId)`: by this consumer.
  template <class StillHeld>
  void note(MessageId id, StillHeld still_held) {
    if (ids_.size() >= sweep_at_) {
      sweep(still_held);
      sweep_at_ = std::max(kShortest, 2 * ids_.size());
    }
    ids_.push_back(id);
  }
  /// What it holds, each once, the lowest level first.
  template <class StillHeld>
  std::vector<MessageId> take(StillHeld still_held) {
    sweep(still_held);
    return std::exchange(ids_, {});
  }
  std::size_t size() const { return ids_.size(); }

 private:
  static constexpr std::size_t kShortest = 64;

  template <class StillHeld>
  void sweep(StillHeld still_held) {
    std::erase_if(ids_, [&still_held](MessageId id) { return !still_held(id); });
    std::ranges::sort(ids_);  // one that came back and went out again is in it twice
    ids_.erase(std::ranges::unique(ids_).begin(), ids_.end());
  }

  std::vector<MessageId> ids_;
  std::size_t sweep_at_ = kShortest;
};

}  // namespace wharf::queue
