#pragma once
// What an x-message-deduplication exchange has seen: ids (model/deduplication_id.hpp) of messages, each for so long,
// the newest of them in so much memory. Has no clock: time comes in.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/time.hpp"

namespace wharf::routing {

class DuplicateCache {
 public:
  /// Of ids; beyond, some are forgotten however many entries are asked for.
  static constexpr std::uint64_t kMostIdBytes = 256u << 20;

  struct Seen {
    bool is_new = false;
    std::uint64_t ticket = 0;  // of the message that came first with this id
  };
  /// A message comes. Where it is new it is remembered as `ticket`, for `lifetime` or until there is no room for it any
  /// more, in `most_entries` at most. What would be forgotten next makes room: the soonest, of those without a lifetime
  /// the oldest.
  Seen see(std::string_view id, std::optional<Milliseconds> lifetime, std::uint64_t most_entries, std::uint64_t ticket,
           MonotonicTime now);
  /// It came to nothing: as if it had not been there.
  void forget(std::string_view id, std::uint64_t ticket);
  std::size_t size() const { return seen_.size(); }

 private:
  using Ends = std::multimap<MonotonicTime, const std::string*>;
  struct Entry {
    std::uint64_t ticket = 0;
    Ends::iterator end;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  void drop_first();

  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> seen_;
  Ends ends_;  // of those of one time, the oldest first; keys of seen_, which stay where they are
  std::uint64_t id_bytes_ = 0;
};

}  // namespace wharf::routing
