#pragma once
// The ids (model/deduplication_id.hpp) of the messages that a queue has, waiting or with a consumer: one that comes
// with an id that is there already is a duplicate. Memory is for each message that has an id, until it is settled or
// dies.
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/time.hpp"
#include "queue/core/offset_ranges.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

class WaitingIds {
 public:
  /// The message that has this id; none: none that would still be delivered at `now`.
  std::optional<MessageId> find(std::string_view id, Timestamp now) const;
  /// In the place of one that had the same id. `expires`: from then on it is no reason to drop another, though it may
  /// still stand behind older ones.
  void add(std::string id, MessageId message, std::optional<Timestamp> expires);
  void forget(MessageId message);
  void forget(std::uint8_t level, OffsetRange range);
  std::size_t size() const { return by_id_.size(); }

 private:
  struct Holder {
    MessageId message;
    std::optional<Timestamp> expires;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Holder, Hash, std::equal_to<>> by_id_;
  std::map<MessageId, const std::string*> by_message_;  // keys of by_id_, which stay where they are
};

}  // namespace wharf::queue
