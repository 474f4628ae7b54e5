#pragma once
// How fast groups get on: what they had read of their topics when somebody asked before.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "model/time.hpp"

namespace wharf::v1 {

class GroupProgress {
 public:
  /// Messages read since the server's start, by group and topic; what was read before counts as nothing.
  using Read = std::map<std::pair<std::string, std::string>, std::int64_t>;
  struct Sample {
    MonotonicTime at;
    Read read;
  };

  /// `now` is remembered, unless the last one is fresh.
  void note(Sample now) {
    if (last_ && now.at - last_->at > kForgotten) before_.reset(), last_.reset();
    if (last_ && now.at - last_->at < kFresh) return;
    before_ = std::exchange(last_, std::move(now));
  }
  /// Messages per second between the two that are remembered. None: nobody asked before, or the group was not there.
  std::optional<double> rate(const std::string& group, const std::string& topic) const {
    if (!before_) return std::nullopt;
    auto then = before_->read.find({group, topic}), now = last_->read.find({group, topic});
    if (then == before_->read.end() || now == last_->read.end()) return std::nullopt;
    double seconds = std::chrono::duration<double>(last_->at - before_->at).count();
    return std::max(0.0, static_cast<double>(now->second - then->second) / seconds);
  }

 private:
  static constexpr Nanoseconds kFresh = std::chrono::seconds(2);
  static constexpr Nanoseconds kForgotten = std::chrono::minutes(1);
  std::optional<Sample> before_, last_;
};

}  // namespace wharf::v1
