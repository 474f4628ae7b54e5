#pragma once
// Whole numbers (microseconds, bytes) counted in buckets of powers of two. Recording is three increments; histograms of several
// shards add up.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wharf {

struct Histogram {
  /// Bucket i counts the values below 2^i that are in no lower bucket; the last one all larger values too.
  std::array<std::uint64_t, 40> buckets{};
  std::uint64_t count = 0;
  std::uint64_t sum = 0;

  void record(std::uint64_t value) {
    auto bucket = static_cast<std::size_t>(std::bit_width(value));
    ++buckets[bucket < buckets.size() ? bucket : buckets.size() - 1];
    ++count;
    sum += value;
  }
  void add(const Histogram& other) {
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
    count += other.count;
    sum += other.sum;
  }
};

}  // namespace wharf
