#pragma once
// A clock that stands still until it is moved. The wall clock follows the monotonic one and can be made to jump.
#include "runtime/clock.hpp"

namespace wharf::sim {

class SimulatedClock final : public runtime::Clock {
 public:
  /// Starts an hour after the machine did, on 2026-01-01 00:00 UTC.
  static constexpr MonotonicTime kStart{std::chrono::hours(1)};
  static constexpr Timestamp kWallStart{1'767'225'600'000};

  MonotonicTime monotonic_now() const override { return now_; }
  Timestamp wall_now() const override {
    auto passed = std::chrono::duration_cast<Milliseconds>(now_ - kStart);
    return Timestamp{kWallStart.ms + passed.count() + jumped_.count()};
  }

  /// Never back: an earlier time changes nothing.
  void advance_to(MonotonicTime time) {
    if (time > now_) now_ = time;
  }
  void advance(Nanoseconds by) { advance_to(now_ + by); }
  /// An operator or a time service sets the wall clock, forth or back.
  void jump_wall(Milliseconds by) { jumped_ += by; }

 private:
  MonotonicTime now_ = kStart;
  Milliseconds jumped_{0};
};

}  // namespace wharf::sim
