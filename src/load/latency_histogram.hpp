#pragma once
// Latencies, counted in buckets that are at most 1.6 % wide: adding one costs nothing and the memory is fixed.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "model/time.hpp"

namespace wharf::load {

class LatencyHistogram {
 public:
  void add(Nanoseconds latency) {
    const auto value = static_cast<std::uint64_t>(latency.count() < 0 ? 0 : latency.count());
    ++counts_[bucket_of(value)];
    ++count_;
    if (value > max_) max_ = value;
  }
  std::uint64_t count() const { return count_; }
  Nanoseconds max() const { return Nanoseconds(max_); }
  /// The latency that `share` (0 to 1) of all do not exceed: the upper end of its bucket, never above max(). 0 without
  /// any.
  Nanoseconds at(double share) const;

 private:
  static constexpr std::size_t kPerDoubling = 64;
  static constexpr std::size_t kDoublings = 64 - 6;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < kPerDoubling) return value;
    const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 7;
    return kPerDoubling + shift * kPerDoubling + ((value >> shift) - kPerDoubling);
  }
  static std::uint64_t highest_in(std::size_t bucket);

  std::array<std::uint64_t, kPerDoubling*(kDoublings + 1)> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace wharf::load
