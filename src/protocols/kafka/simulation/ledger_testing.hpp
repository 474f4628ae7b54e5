#pragma once
// What is known of the topic's records: those that were acknowledged, and those that somebody has read. At one offset
// there is one record, for ever.
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/kafka/simulation/world_testing.hpp"

namespace wharf::kafka {

class Ledger {
 public:
  explicit Ledger(World& world) : world_(world) {}

  void acknowledged(std::int32_t partition, std::int64_t offset, std::string_view value) {
    know(partition, offset, value, "acknowledged");
    acknowledged_[at(partition)].try_emplace(offset, world_.now());
  }
  void read(std::int32_t partition, std::int64_t offset, std::string_view value) {
    know(partition, offset, value, "read");
  }
  /// Since when somebody has known that there are records at or after `offset`.
  std::optional<MonotonicTime> acknowledged_since(std::int32_t partition, std::int64_t offset) const {
    std::optional<MonotonicTime> first;
    const auto& all = acknowledged_[at(partition)];
    for (auto one = all.lower_bound(offset); one != all.end(); ++one)
      first = std::min(first.value_or(one->second), one->second);
    return first;
  }
  /// Behind the last record that anybody knows of.
  std::int64_t end(std::int32_t partition) const {
    const auto& all = known_[at(partition)];
    return all.empty() ? 0 : all.rbegin()->first + 1;
  }
  /// In the order of their offsets.
  const std::map<std::int64_t, std::string>& records(std::int32_t partition) const { return known_[at(partition)]; }

 private:
  static std::size_t at(std::int32_t partition) { return static_cast<std::size_t>(partition); }
  void know(std::int32_t partition, std::int64_t offset, std::string_view value, const char* how) {
    auto [there, is_new] = known_[at(partition)].try_emplace(offset, value);
    if (is_new || there->second == value) return;
    world_.complain(
        fmt::format("{}-{} was {} as '{:.40}', known as '{:.40}'", partition, offset, how, value, there->second));
  }

  World& world_;
  std::array<std::map<std::int64_t, std::string>, kPartitions> known_;
  std::array<std::map<std::int64_t, MonotonicTime>, kPartitions> acknowledged_;
};

}  // namespace wharf::kafka
