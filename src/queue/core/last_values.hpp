#pragma once
// The newest message of each key that a queue has, waiting or with a consumer: the next of that key takes its place.
// One that is out is not replaced; it is forgotten when it would come back, since a newer one is there. Memory is for
// each key that has a message, and for what is out: the key's text and some 250 bytes.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "queue/core/offset_ranges.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

class LastValues {
 public:
  struct Newest {
    MessageId message;
    std::uint32_t bytes = 0;
    Offset place;  // in whose stead it goes out: its own, or that of the first of those that it has replaced
  };

  const Newest* find(std::string_view key) const;
  /// The newest of its key from now on. `place`: it goes out as if it were there.
  void add(std::string key, Newest newest);
  /// Out, while a newer one has come.
  void outlive(MessageId message) { outlived_.insert(message); }
  bool is_outlived(MessageId message) const { return outlived_.contains(message); }
  /// Not ready any more, and ready again.
  void went(std::uint8_t level, OffsetRange range);
  void came_back(MessageId message);
  /// Gone, or on its way to where dead letters go.
  void forget(MessageId message);
  void forget(std::uint8_t level, OffsetRange range);

  /// Of those that are ready and go out before their turn: the first, and its place.
  std::optional<Newest> first_ahead() const;
  std::size_t size() const { return by_key_.size(); }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using ByKey = std::unordered_map<std::string, Newest, Hash, std::equal_to<>>;

  ByKey by_key_;
  std::map<MessageId, ByKey::pointer> by_message_;  // into by_key_, whose elements stay where they are
  std::map<MessageId, MessageId> ahead_;            // ready ones by their places, where these are not their own
  std::set<MessageId> outlived_;
};

}  // namespace wharf::queue
