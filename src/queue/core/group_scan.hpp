#pragma once
// What consumers with one selector (or without one) have seen of a queue with message groups. Each ready message is
// looked at once, in order: what cannot go yet, because its group is somebody else's or its owner has no room, is
// parked with its group, and the scan goes on behind it. When the group can go on, its first message is found here,
// without a look.
//
// Messages that leave otherwise (expired, dropped, taken by others) stay parked until their turn comes, and are passed
// over then; a full lot is swept of them.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "queue/core/cursor.hpp"
#include "queue/core/parked_messages.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

using Levels = std::map<std::uint8_t, Cursor>;

/// Who may have the next message of a group, as far as the consumers of one scan are concerned.
struct GroupAccess {
  enum class Kind : std::uint8_t {
    kOpen,   // whose turn it is
    kOwned,  // its owner, when that has room
    kShut,   // nobody, for now
  };
  Kind kind = Kind::kOpen;
  ConsumerId owner{};
  friend bool operator==(GroupAccess, GroupAccess) = default;
};

class GroupScan {
 public:
  /// So many messages may be parked: then no more are looked at before some have gone.
  explicit GroupScan(std::size_t most_parked) : most_parked_(most_parked) {}

  struct Next {
    MessageId id;
    Ready ready;
    bool looked_at = false;  // and it may go out
    GroupId group;
  };
  /// For whom it has to be.
  struct Wanted {
    bool by_owners = true;
    bool by_anybody = true;  // somebody has room
  };
  std::optional<Next> next(const Levels& levels, Wanted wanted);
  /// With room this consumer would have a message, or would have to look at one.
  bool could_have(ConsumerId consumer, const Levels& levels);
  /// next()'s message was looked at.
  void looked(MessageId id);
  /// It is one that this scan's consumers want.
  void park(MessageId id, GroupId group, GroupAccess access);
  /// next()'s message, or another that was parked, has gone.
  void unpark(MessageId id, GroupId group);
  /// Is ready, and was not: looked at again where it is behind.
  void came_back(MessageId id);
  /// Are not ready any more.
  void went(std::uint8_t level, OffsetRange range);
  /// Another rule holds for the group.
  void allow(GroupId group, GroupAccess access);
  /// A consumer of this scan, from its join() to its leave(), has room or has none. Only these can own groups.
  void join(ConsumerId consumer) { owners_.try_emplace(consumer.value); }
  void room(ConsumerId consumer, bool has_room);
  /// REQUIRES: other rules hold for what it owned.
  void leave(ConsumerId consumer) { owners_.erase(consumer.value); }
  /// Those of its groups that have something parked.
  std::vector<GroupId> owned_by(ConsumerId consumer) const;
  std::size_t parked() const { return parked_messages_; }

 private:
  struct Group {
    ParkedMessages messages;
    GroupAccess access;
    std::optional<MessageId> listed;  // its first message, in open_ or with its owner
  };
  struct Owner {
    std::map<MessageId, GroupId, EarlierInQueue> first;  // of each group
    bool has_room = false;
    std::optional<MessageId> listed;  // in able_
  };
  struct Candidate {
    MessageId id;
    GroupId group;
    bool looked_at = false;
  };

  std::optional<Candidate> candidate(const Levels& levels, Wanted wanted);
  std::optional<MessageId> unlooked(const Levels& levels);
  void list(GroupId id, Group& group);
  void unlist(Group& group);
  void list(ConsumerId id, Owner& owner);
  void sweep(const Levels& levels);

  std::size_t most_parked_;
  std::map<std::uint8_t, Offset> looked_below_;        // by level
  std::set<MessageId, EarlierInQueue> again_;          // below it, and not looked at since it came back
  std::unordered_map<std::uint64_t, Group> groups_;    // with something parked
  std::map<MessageId, GroupId, EarlierInQueue> open_;  // the first of each group that is, and messages without a group
  std::unordered_map<std::uint64_t, Owner> owners_;    // all of this scan's consumers
  std::map<MessageId, ConsumerId, EarlierInQueue> able_;  // the first message of each owner with room
  std::size_t parked_messages_ = 0;
  std::uint64_t left_since_sweep_ = 0;
};

}  // namespace wharf::queue
