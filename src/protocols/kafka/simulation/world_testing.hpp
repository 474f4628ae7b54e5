#pragma once
// What everybody in a simulation of the door shares: time, the network, what went wrong, and when it was calm.
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "model/ids.hpp"
#include "sim/simulation.hpp"

namespace wharf::kafka {

inline constexpr std::uint16_t kPort = 9092;
inline constexpr const char* kBroker = "broker";
inline constexpr const char* kTopic = "t";
inline constexpr std::int32_t kPartitions = 3;
/// Beyond what it asked to wait for, no request of an undisturbed client takes longer.
inline constexpr Nanoseconds kPatience = std::chrono::seconds(5);

struct World {
  explicit World(std::uint64_t seed) : simulation(seed) {}

  sim::Simulation simulation;
  TopicId topic;
  int life = 0;  // of the broker: 1, 2, ...
  std::vector<std::string> complaints;

  MonotonicTime now() const { return simulation.now(); }
  void complain(std::string what) { complaints.push_back(std::move(what)); }

  // --- calm: whoever is cut off, or whose broker goes, may not wonder about anything
  void disturb(const std::string& host) { calm_since_[host] = MonotonicTime::max(); }
  /// What is on its way still arrives, as resets do.
  void calm(const std::string& host) { calm_since_[host] = now() + kAftermath; }
  bool was_calm(const std::string& host, MonotonicTime since) const {
    return calm_since(host) <= since && calm_since(kBroker) <= since;
  }

 private:
  static constexpr Nanoseconds kAftermath = std::chrono::seconds(1);

  MonotonicTime calm_since(const std::string& host) const {
    auto found = calm_since_.find(host);
    return found == calm_since_.end() ? MonotonicTime::min() : found->second;
  }

  std::map<std::string, MonotonicTime> calm_since_;  // by host
};

}  // namespace wharf::kafka
