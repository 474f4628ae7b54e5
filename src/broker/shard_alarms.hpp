#pragma once
// What the node is short of, as one shard knows it: its doors hold back publishers meanwhile.
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

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
  void listen(AlarmListener& listener) {
    if (numbers_.emplace(&listener, next_).second) listeners_.emplace(next_++, &listener);
  }
  void forget(AlarmListener& listener) {
    if (auto number = numbers_.extract(&listener)) listeners_.erase(number.mapped());
  }

  /// They are told in the order in which they came, which a run can repeat.
  void change(Shortage now) {
    if (std::exchange(now_, now) == now) return;
    const std::uint64_t end = next_;  // who comes meanwhile is not told
    for (auto next = listeners_.begin(); next != listeners_.end() && next->first < end;) {
      auto [number, listener] = *next;
      listener->shortage_changed(now);
      next = listeners_.upper_bound(number);
    }
  }

 private:
  Shortage now_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, AlarmListener*> listeners_;
  std::unordered_map<AlarmListener*, std::uint64_t> numbers_;
};

}  // namespace wharf::broker
