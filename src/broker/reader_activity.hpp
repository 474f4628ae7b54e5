#pragma once
// Who has lately asked for which partition, by way of one shard's connections. A fetch names no group member, so a reader is
// known by what both a fetch and a member have: client id and host. Two members with one client id on one host that read the
// same partition in different groups are one reader here.
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "model/ids.hpp"
#include "model/time.hpp"

namespace wharf::broker {

using ReaderId = std::uint64_t;

inline ReaderId reader_id(std::string_view client_id, std::string_view host) {
  std::uint64_t id = std::hash<std::string_view>()(client_id);
  return id * 0x9E3779B97F4A7C15u ^ std::hash<std::string_view>()(host);
}

/// Bounded: while it is full nothing new is noted, and who is not noted counts as asking; forget_before() makes room.
class ReaderActivity {
 public:
  static constexpr std::size_t kMost = 100'000;

  /// `reader` asks for `partition` now, and waits for an answer until `until`.
  void note(ReaderId reader, PartitionId partition, MonotonicTime until) {
    auto found = last_.find({reader, partition});
    if (found != last_.end()) {
      found->second = std::max(found->second, until);
    } else if (last_.size() < kMost) {
      last_.emplace(Key{reader, partition}, until);
    }
  }
  bool asked_since(ReaderId reader, PartitionId partition, MonotonicTime since) const {
    auto found = last_.find({reader, partition});
    return found != last_.end() ? found->second >= since : is_full();
  }
  bool is_full() const { return last_.size() >= kMost; }
  void forget_before(MonotonicTime time) {
    std::erase_if(last_, [time](const auto& entry) { return entry.second < time; });
  }

 private:
  struct Key {
    ReaderId reader = 0;
    PartitionId partition;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  std::map<Key, MonotonicTime> last_;  // a tree: a client that chooses its ids cannot make it slow
};

}  // namespace wharf::broker
