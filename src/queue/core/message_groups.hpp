#pragma once
// Message groups: messages of one group go to one consumer at a time, in order. A group is its owner's from its first
// delivery on for as long as the owner is there; while nothing of it is out it costs memory only among the groups that
// were used last, and of those that are forgotten the next message finds a new owner. What is out keeps a group with
// who has it, also after that one has cancelled; a message that waits for its next try keeps its group waiting.
//
// Groups whose owner has no room, or whose turn it is not, hold nobody up: scans go on behind their messages
// (group_scan.hpp). Consumers with different selectors see the queue by scans of their own; a group of which nothing is
// out passes from one to the other.
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>

#include <boost/unordered/unordered_flat_map.hpp>

#include "queue/core/consumers.hpp"
#include "queue/core/group_scan.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

/// How much a queue with groups remembers.
struct GroupLimits {
  std::size_t idle_groups = 65'536;        // whose owner is known though nothing of them is out
  std::size_t parked_messages = 1u << 20;  // of each selector
};

class MessageGroups {
 public:
  MessageGroups(const Consumers& consumers, bool rebalances, GroupLimits limits = {});

  // --- Consumers
  /// Where groups are to be balanced anew, those that there are fall free as soon as nothing of them is out.
  void subscribed(ConsumerId id, SelectorId selector);
  /// Its groups fall free as soon as nothing of them is out.
  void stopped(ConsumerId id, SelectorId selector);
  /// What it holds, or has on its way, is another.
  void changed(ConsumerId id);

  // --- Messages
  struct Next : GroupScan::Next {
    SelectorId selector;
  };
  /// The next message that one of the consumers takes or has to look at; none: nothing to do, nobody has room, or
  /// held_back() must be let out first.
  std::optional<Next> next(const Levels& levels);
  /// The same for who takes a single message of any group that is nobody's.
  std::optional<Next> next_for_getter(const Levels& levels);
  /// A message that somebody could have had but for the reserve.
  std::optional<MessageId> held_back(const Levels& levels) const;
  /// What was to be looked at matches the selector, or does not.
  void looked(SelectorId selector, MessageId id, bool matches, GroupId group);
  /// There is a message that this consumer could have if it had room, or one that nobody has looked at.
  bool could_have(ConsumerId id, SelectorId selector, const Levels& levels);
  /// The message that next() has found is no owner's.
  bool is_anybodys(SelectorId selector, GroupId group) const {
    return group == kNoGroup || access(selector, group).kind != GroupAccess::Kind::kOwned;
  }
  /// Whose the message is that next() has found.
  ConsumerId taker(SelectorId selector, GroupId group) const;
  /// `settled`: it is gone with that. `closes`: the group begins anew behind it, with whose turn it is.
  void handed(MessageId id, GroupId group, SelectorId selector, ConsumerId to, bool settled, bool closes);
  /// Is ready again.
  void came_back(MessageId id);
  /// Came back, and waits for its next try.
  void rests(MessageId id);
  /// Is not out any more, and will not come back.
  void gone(MessageId id);
  void gone(std::uint8_t level, OffsetRange range);
  /// Are not ready any more.
  void went(std::uint8_t level, OffsetRange range);

  /// That something is remembered of.
  std::size_t size() const { return groups_.size(); }
  std::size_t parked() const;

 private:
  struct Group {
    std::optional<ConsumerId> owner;
    SelectorId selector;    // of its owner
    std::uint32_t out = 0;  // with the owner
    std::uint32_t resting = 0;
    bool closing = false;                              // falls free with the last that is out
    std::optional<std::list<GroupId>::iterator> idle;  // has an owner, and nothing is out
  };
  struct Out {
    GroupId group;
    bool resting = false;
  };

  GroupAccess access(SelectorId selector, GroupId id) const;
  std::optional<Next> next_of(SelectorId selector, GroupScan& scan, const Levels& levels, GroupScan::Wanted wanted);
  std::optional<ConsumerId> choose(SelectorId selector) const {
    return consumers_.choose(selector == kAnyMessage ? std::nullopt : std::optional(selector));
  }
  void changed(GroupId id, Group& group);
  void forget(std::size_t idle_groups);
  void leave(const Out& out);

  const Consumers& consumers_;
  bool rebalances_;
  GroupLimits limits_;
  std::unordered_map<std::uint64_t, Group> groups_;
  std::list<GroupId> idle_;  // longest first
  struct HashId {
    std::size_t operator()(MessageId id) const {
      return static_cast<std::size_t>(id.offset.value) * 0x9E3779B97F4A7C15u + id.level;
    }
  };
  boost::unordered_flat_map<MessageId, Out, HashId> out_;
  std::map<SelectorId, GroupScan> scans_;
  std::map<SelectorId, MessageId> held_back_;
  SelectorId turn_;     // whose it is, or of the next one
  int looks_left_ = 0;  // before it is the next one's
};

}  // namespace wharf::queue
