#pragma once
// An hour of samples: numbers that were taken down every few seconds, the oldest forgotten for the newest.
//
//   Ring<2> depths;
//   depths.add({now_ms, {ready, unsettled}});
//   std::vector<Point> drawn = points_of(depths, 0, {.age_ms = 600'000, .increment_ms = 5'000}, now_ms);
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/time.hpp"

namespace wharf::history {

inline constexpr Milliseconds kSampleInterval = std::chrono::seconds(5);
inline constexpr Milliseconds kKept = std::chrono::hours(1);
/// Both ends of the hour.
inline constexpr std::size_t kSamples = static_cast<std::size_t>(kKept / kSampleInterval) + 1;

template <std::size_t kValues>
class Ring {
 public:
  struct Sample {
    std::int64_t at_ms = 0;  // since 1970
    std::array<std::uint64_t, kValues> values{};
  };
  static constexpr std::size_t kMostBytes = kSamples * sizeof(Sample);

  /// A clock that was set back begins the hour anew: times in a ring only rise.
  void add(const Sample& sample) {
    if (size() > 0 && sample.at_ms <= at(size() - 1).at_ms) samples_.clear(), next_ = 0;
    if (samples_.size() < kSamples) {
      if (samples_.size() == samples_.capacity()) samples_.reserve(std::min(kSamples, samples_.size() * 2 + 16));
      samples_.push_back(sample);
    } else {
      samples_[next_] = sample;
      next_ = (next_ + 1) % kSamples;
    }
  }
  std::size_t size() const { return samples_.size(); }
  /// The oldest is 0.
  const Sample& at(std::size_t place) const { return samples_[(next_ + place) % samples_.size()]; }
  std::size_t bytes() const { return samples_.capacity() * sizeof(Sample); }

 private:
  std::vector<Sample> samples_;
  std::size_t next_ = 0;  // the oldest, once it is full
};

/// How far back, and how densely: RabbitMQ's *_age and *_incr.
struct Range {
  std::int64_t age_ms = 0;
  std::int64_t increment_ms = 1;
};

struct Point {
  std::int64_t at_ms = 0;
  std::uint64_t value = 0;
};

/// Of the sums over the given values; at multiples of the increment, the newest first, each what was known by then.
/// Nothing of before the first sample.
template <std::size_t kValues>
std::vector<Point> points_of(const Ring<kValues>& ring, std::initializer_list<std::size_t> values, Range range,
                             std::int64_t now_ms) {
  std::vector<Point> points;
  std::size_t place = ring.size();
  const std::int64_t last = now_ms - now_ms % range.increment_ms;
  for (std::int64_t at = last; at >= last - range.age_ms; at -= range.increment_ms) {
    while (place > 0 && ring.at(place - 1).at_ms > at) --place;
    if (place == 0) break;
    Point point{.at_ms = at};
    for (std::size_t value : values) point.value += ring.at(place - 1).values[value];
    points.push_back(point);
  }
  return points;
}

}  // namespace wharf::history
