#pragma once
// The groups of one shard: routes events to groups, keeps their committed offsets, decides what is written, and answers when
// that is durable. No I/O, no clock, no randomness.
//
// The shell's loop: actions = step(event, now) or, at next_deadline(), tick(now); it writes the appends in order, sends the
// replies, and steps again with AppendCommitted / AppendFailed, in the order of the appends. Every request token that went in
// comes out in exactly one reply.
//
// Start: replay() each record of the log in order, then loaded(). What is committed shows (fetch_offsets) only once it is
// durable, and is what a replay of the log would give: state is changed by records, by the same code in both cases.
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "groups/core/actions.hpp"
#include "groups/core/committed_offsets.hpp"
#include "groups/core/events.hpp"
#include "groups/core/group.hpp"
#include "groups/core/settings.hpp"
#include "groups/core/views.hpp"

namespace wharf::groups {

class GroupCoordinator {
 public:
  explicit GroupCoordinator(GroupSettings settings) : settings_(settings) {}
  GroupCoordinator(const GroupCoordinator&) = delete;
  GroupCoordinator& operator=(const GroupCoordinator&) = delete;

  /// kMalformed for a record that does not parse; records of kinds unknown here are passed over.
  Result<void> replay(ByteView key, std::optional<ByteView> value);
  /// The log has been read: sessions of the members found in it start now.
  Actions loaded(Now now);

  Actions step(Event event, Now now);
  Actions tick(Now now);
  /// When tick() may have something to do; none while nothing waits. Never later than that, sometimes earlier.
  std::optional<MonotonicTime> next_deadline() const;
  /// The groups move elsewhere: whatever is parked or being written is answered kNotCoordinator. Afterwards they are only
  /// looked at: who asks meanwhile is told what was committed, and not that nothing was.
  Actions resign(Now now);

  /// None where there is no such group (Kafka shows it as "Dead").
  std::optional<DescribedGroup> describe(std::string_view group_id) const;
  std::vector<ListedGroup> list(const ListFilter& filter = {}) const;
  /// Something of it is on its way to the log.
  bool is_writing(std::string_view group_id) const;
  /// One answer for each partition asked, in that order; offset -1 for that partition alone where nothing is committed.
  std::vector<FetchedTopic> fetch_offsets(std::string_view group_id, std::span<const OffsetsToFetch> topics) const;
  /// By topic and the id that they were committed for: an earlier topic of one name stands apart from today's.
  std::vector<FetchedTopic> fetch_all_offsets(std::string_view group_id) const;
  /// Oldest first; empty where there is no such group.
  std::vector<RebalanceEntry> history(std::string_view group_id) const;

  /// Looks at up to `limit` groups with ids from `from_group` on: offsets whose retention is over, and groups to drop. The
  /// shell asks the topics whether their partitions still hold data, and steps with ExpireOffsets for each group.
  ExpiryRound expiry_round(std::string_view from_group, std::size_t limit, Now now) const;

  std::size_t group_count() const { return groups_.size(); }
  /// No append is under way.
  bool is_settled() const { return pending_.empty(); }

 private:
  struct Entry {
    Group group;
    CommittedOffsets offsets;
    std::size_t appends_in_flight = 0;
    MonotonicTime registered = kNever;  // in wakes_, unless kNever
  };
  using Groups = std::map<std::string, Entry, std::less<>>;

  // What an append is for, beside its changes.
  struct GroupWrite {
    StorePurpose purpose;
  };
  struct OffsetCommit {
    RequestToken token;
    CommitOffsetsResponse response;
  };
  struct OffsetDelete {
    RequestToken token;
    DeleteOffsetsResponse response;
  };
  struct GroupRemoval {
    std::optional<RequestToken> token;  // none: expired
  };
  struct Cleanup {};
  using Purpose = std::variant<GroupWrite, OffsetCommit, OffsetDelete, GroupRemoval, Cleanup>;
  struct PendingAppend {
    AppendId id;
    std::string group_id;
    std::vector<StoredChange> changes;
    Purpose purpose;
  };

  void on(JoinGroup request, Now now, Actions& actions);
  void on(const SyncGroup& request, Now now, Actions& actions);
  void on(const Heartbeat& request, Now now, Actions& actions);
  void on(const LeaveGroup& request, Now now, Actions& actions);
  void on(CommitOffsets request, Now now, Actions& actions);
  void on(const DeleteOffsets& request, Now now, Actions& actions);
  void on(const DeleteGroup& request, Now now, Actions& actions);
  void on(const ExpireOffsets& event, Now now, Actions& actions);
  void on(const TopicDeleted& event, Now now, Actions& actions);
  void on(const AppendCommitted& event, Now now, Actions& actions);
  void on(const AppendFailed& event, Now now, Actions& actions);

  Entry* find(std::string_view group_id);
  const Entry* find(std::string_view group_id) const;
  Entry& find_or_create(const std::string& group_id);
  /// Runs `turn(group, step)`, then what is due, then turns what it wants stored into appends.
  template <class Turn>
  void with_group(Entry& entry, Now now, Actions& actions, Turn turn);
  void append(Entry& entry, std::vector<StoredChange> changes, Purpose purpose, Actions& actions);
  /// Re-registers the group's wake-up; drops it if there is nothing left of it.
  void settle(const std::string& group_id);
  void register_wake(Groups::iterator at, MonotonicTime wake);
  void apply(const StoredChange& change);
  /// An offset is removed for good only together with what is still being written before it.
  std::set<std::pair<std::string, std::int32_t>> known_offsets(const Entry& entry) const;
  void remove_group(Entry& entry, std::optional<RequestToken> token, Actions& actions);
  bool may_expire(const Entry& entry, const std::string& topic, const CommittedOffset& offset, Now now) const;
  static void answer_failed(PendingAppend& failed, ErrorCode error, Actions& actions);

  GroupSettings settings_;
  Groups groups_;
  std::set<std::pair<MonotonicTime, std::string_view>> wakes_;  // ids are the keys of groups_
  std::deque<PendingAppend> pending_;                           // in the order of their ids
  AppendId next_append_{1};
};

}  // namespace wharf::groups
