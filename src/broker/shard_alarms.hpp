#pragma once
// What the node is short of, as one shard knows it: its doors hold back publishers meanwhile.
#include <set>
#include <utility>
#include <vector>

namespace wharf::broker {

struct Shortage {
  bool memory = false;
  bool disk = false;

  bool any() const { return memory || disk; }
  friend bool operator==(Shortage, Shortage) = default;
};

class AlarmListener {
 public:
  virtual ~AlarmListener() = default;
  /// May forget itself.
  virtual void shortage_changed(Shortage now) = 0;
};

/// Touched by its own shard only.
class ShardAlarms {
 public:
  Shortage now() const { return now_; }
  /// Until forget(): whoever waits for a shortage to end.
  void listen(AlarmListener& listener) { listeners_.insert(&listener); }
  void forget(AlarmListener& listener) { listeners_.erase(&listener); }

  void change(Shortage now) {
    if (std::exchange(now_, now) == now) return;
    std::vector<AlarmListener*> all(listeners_.begin(), listeners_.end());
    for (AlarmListener* one : all) {
      if (listeners_.contains(one)) one->shortage_changed(now);
    }
  }

 private:
  Shortage now_;
  std::set<AlarmListener*> listeners_;
};

}  // namespace wharf::broker
