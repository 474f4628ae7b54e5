#include "load/latency_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace wharf::load {

std::uint64_t LatencyHistogram::highest_in(std::size_t bucket) {
  if (bucket < kPerDoubling) return bucket;
  const std::size_t shift = bucket / kPerDoubling - 1;
  const std::uint64_t first = (kPerDoubling + bucket % kPerDoubling) << shift;
  return first + (std::uint64_t{1} << shift) - 1;
}

Nanoseconds LatencyHistogram::at(double share) const {
  const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return Nanoseconds(std::min(highest_in(bucket), max_));
  }
  return Nanoseconds(max_);
}

}  // namespace wharf::load
