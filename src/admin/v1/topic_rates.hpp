#pragma once
// What topics' counters were when somebody asked before: rates are told of the time in between. Nothing is sampled
// while nobody asks.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::v1 {

/// Of a topic, over all its partitions and shards. The counters only rise, from the server's start on.
struct TopicNumbers {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> segments = 0;
  std::uint64_t records_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t records_out = 0;
  std::uint64_t bytes_out = 0;
};
using NumbersByTopic = std::unordered_map<TopicId, TopicNumbers>;

class TopicRates {
 public:
  struct Sample {
    MonotonicTime at;
    std::shared_ptr<const NumbersByTopic> numbers;
  };

  /// The sample to count from: of some ten seconds ago where there is one that old, else the oldest since; none: nobody
  /// asked within a minute. `now` is remembered, unless the last one is fresh.
  std::optional<Sample> since(const Sample& now) {
    while (!samples_.empty() && now.at - samples_.front().at > kLongest) samples_.pop_front();
    while (samples_.size() > 1 && now.at - samples_[1].at >= kWanted) samples_.pop_front();
    std::optional<Sample> before;
    if (!samples_.empty() && now.at - samples_.front().at >= kShortest) before = samples_.front();
    if (samples_.empty() || now.at - samples_.back().at >= kShortest) samples_.push_back(now);
    return before;
  }

 private:
  static constexpr Nanoseconds kShortest = std::chrono::seconds(1);
  static constexpr Nanoseconds kWanted = std::chrono::seconds(10);
  static constexpr Nanoseconds kLongest = std::chrono::minutes(1);
  std::deque<Sample> samples_;  // ten or so: one a second at most
};

}  // namespace wharf::v1
