#pragma once
// What will happen at which virtual time: deliveries, completions, faults. Events of one time run in an order drawn from
// the seed; who needs an order of its own asks for different times.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "model/time.hpp"
#include "sim/random.hpp"
#include "sim/simulated_clock.hpp"

namespace wharf::sim {

class EventQueue {
 public:
  using Event = std::move_only_function<void()>;

  explicit EventQueue(std::uint64_t seed) : random_(seed, "events") {}

  MonotonicTime now() const { return now_; }
  /// At `time`, or at the next turn when that has passed.
  void at(MonotonicTime time, Event event);
  void after(Nanoseconds delay, Event event) { at(now_ + delay, std::move(event)); }

  std::optional<MonotonicTime> next() const;
  bool due() const { return !events_.empty() && events_.begin()->first.time <= now_; }
  void advance_to(MonotonicTime time) {
    if (time > now_) now_ = time;
  }
  /// Runs the first event. There must be one.
  void run_first();
  void clear();

 private:
  struct Key {
    MonotonicTime time;
    std::uint64_t tie_break;
    std::uint64_t number;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  SeededRandom random_;
  MonotonicTime now_ = SimulatedClock::kStart;
  std::map<Key, Event> events_;
  std::uint64_t next_number_ = 0;
};

}  // namespace wharf::sim
