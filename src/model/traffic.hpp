#pragma once
// Counters of what passes, and how fast it passes. A shard numbers its seconds (Seconds); a counter keeps what it was
// when each of the last ones began, and takes that down with the first change of a second: to count costs a comparison
// and an addition, and nobody goes round to take samples. What does not change costs nothing.
//
//   enum class Event { kPublish, kAck, kEnd };
//   Counters<Event> counters;
//   counters.turn_to(seconds);                    // before anything of this second is counted
//   counters.count(Event::kPublish, 3);
//   Traffic<Event> traffic = counters.traffic(seconds, shard.now());   // totals, and rates per second
//
// Of one shard; sums over shards are sums of Traffic.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "model/time.hpp"

namespace wharf {

/// The seconds of one shard, as long as they take.
class Seconds {
 public:
  static constexpr std::uint32_t kKept = 3;
  /// A rate is that of at least the last so long; it is not more than a second longer.
  static constexpr Nanoseconds kWindow = std::chrono::seconds(2);

  /// The next one begins.
  void advance(MonotonicTime at) { began_[++now_ % kKept] = at; }
  std::uint32_t now() const { return now_; }

  /// What a rate at `at` is the rate of: the time since that second began.
  struct Window {
    std::uint32_t since = 0;
    double seconds = 0;  // at least one: right after a start a message would be a thousand a second
  };
  Window window(MonotonicTime at) const {
    std::uint32_t since = now_;
    while (since > 1 && now_ - since < kKept - 1 && at - began_[since % kKept] < kWindow) --since;
    return {since, std::max(1.0, std::chrono::duration<double>(at - began_[since % kKept]).count())};
  }
  /// When it began, of those that are kept.
  MonotonicTime began(std::uint32_t second) const { return began_[second % kKept]; }

 private:
  std::array<MonotonicTime, kKept> began_{};
  std::uint32_t now_ = 0;
};

/// `Event` is an enumeration from 0 that ends with kEnd.
template <class Event>
struct Traffic {
  static constexpr std::size_t kEvents = static_cast<std::size_t>(Event::kEnd);
  using Totals = std::array<std::uint64_t, kEvents>;
  Totals totals{};
  std::array<double, kEvents> rates{};  // per second

  std::uint64_t total(Event event) const { return totals[static_cast<std::size_t>(event)]; }
  double rate(Event event) const { return rates[static_cast<std::size_t>(event)]; }
  void add(const Traffic& other) {
    add(other.totals);
    for (std::size_t i = 0; i < kEvents; ++i) rates[i] += other.rates[i];
  }
  /// Of what has no rate any more, or whose rates nobody asks for.
  void add(const Totals& other) {
    for (std::size_t i = 0; i < kEvents; ++i) totals[i] += other[i];
  }
};

template <class Event>
class Counters {
 public:
  bool is_of(const Seconds& seconds) const { return seconds.now() == second_; }
  void turn_to(const Seconds& seconds) {
    if (!is_of(seconds)) [[unlikely]] {
      take_down(seconds);
    }
  }
  void count(Event event, std::uint64_t more = 1) { numbers_[static_cast<std::size_t>(event)] += more; }
  /// Of what goes up and down.
  void set(Event event, std::uint64_t number) { numbers_[static_cast<std::size_t>(event)] = number; }
  /// Both, for who counts one thing at a time.
  void count(const Seconds& seconds, Event event, std::uint64_t more = 1) {
    turn_to(seconds);
    count(event, more);
  }
  std::uint64_t total(Event event) const { return numbers_[static_cast<std::size_t>(event)]; }
  const Traffic<Event>::Totals& totals() const { return numbers_; }
  bool has_counted() const { return second_ != 0; }
  /// Nothing is in its rates any more.
  bool is_at_rest(const Seconds& seconds) const { return seconds.now() - second_ >= Seconds::kKept; }
  /// When the last second began in which something was counted.
  std::optional<MonotonicTime> last_counted() const { return has_counted() ? std::optional(last_) : std::nullopt; }

  Traffic<Event> traffic(const Seconds& seconds, MonotonicTime now) const {
    Traffic<Event> traffic{.totals = numbers_, .rates = {}};
    Seconds::Window window = seconds.window(now);
    const Numbers& then = at_start_of(window.since);
    for (std::size_t i = 0; i < then.size(); ++i) {
      traffic.rates[i] = static_cast<double>(static_cast<std::int64_t>(numbers_[i] - then[i])) / window.seconds;
    }
    return traffic;
  }

 private:
  using Numbers = Traffic<Event>::Totals;
  struct Samples {
    std::array<std::uint32_t, Seconds::kKept> seconds{};  // 0: none
    std::array<Numbers, Seconds::kKept> numbers{};
  };

  void take_down(const Seconds& seconds) {
    if (!samples_) samples_ = std::make_unique<Samples>();
    const std::uint32_t second = seconds.now();
    last_ = seconds.began(second);
    samples_->seconds[second % Seconds::kKept] = second;
    samples_->numbers[second % Seconds::kKept] = numbers_;
    second_ = second;
  }
  /// Nothing has changed between it and the next second that was taken down.
  const Numbers& at_start_of(std::uint32_t second) const {
    const Numbers* found = &numbers_;
    std::uint32_t best = 0;
    for (std::size_t i = 0; samples_ && i < Seconds::kKept; ++i) {
      std::uint32_t of = samples_->seconds[i];
      if (of < second || (best != 0 && of > best) || of == 0) continue;
      best = of;
      found = &samples_->numbers[i];
    }
    return *found;
  }

  Numbers numbers_{};
  std::uint32_t second_ = 0;  // the last in which something was counted; 0: none
  MonotonicTime last_{};      // its beginning
  std::unique_ptr<Samples> samples_;
};

}  // namespace wharf
