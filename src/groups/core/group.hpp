#pragma once
// One consumer group of the classic protocol: members join, the leader assigns, all sync, heartbeats keep them in. A state
// machine without I/O: requests and time go in; answers, writes and history come out through a GroupStep.
//
//     Empty --join--> PreparingRebalance --all joined or time over--> CompletingRebalance --assignment stored--> Stable
//       ^                    |   ^                                            |                                    |
//       +----nobody left-----+   +------ a member joins, leaves, fails -------+------------------------------------+
//     Dead: its removal is being written; asked again later, it is gone.
//
// Follows Kafka's coordinator (KIP-62, 134, 345, 389, 394, 559, 800, 814). Where it differs, it does so for the waiting client:
// a request that a newer one of the same member displaces is answered (REBALANCE_IN_PROGRESS), and so is the parked
// SyncGroup of a member that is removed (UNKNOWN_MEMBER_ID); Kafka lets both time out. A static member's new id is stored at
// once even during a rebalance: after a restart in the middle of it, Kafka fences the new process for good.
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "groups/core/actions.hpp"
#include "groups/core/membership.hpp"
#include "groups/core/rebalance_history.hpp"
#include "groups/core/settings.hpp"
#include "groups/core/stored.hpp"

namespace wharf::groups {

enum class GroupState : std::uint8_t { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable, kDead };

/// Kafka's names: "Empty", "PreparingRebalance", ...
std::string_view to_string(GroupState state);

// Why a group's metadata is written, and what is to be done once that is settled.
struct StoreAssignment {
  std::int32_t generation;
};
struct StoreEmpty {
  std::int32_t generation;
};
struct StoreStaticMember {  // KIP-345: an instance came back under a new id, without a rebalance
  std::int32_t generation;
  RequestToken token;
  std::string new_id;
  Member before;
  std::optional<std::string> leader_before;
  bool supports_skip_assignment;
};
struct StoreCorrection {};  // member ids in the log put right, for the case that we restart: nothing waits for it
using StorePurpose = std::variant<StoreAssignment, StoreEmpty, StoreStaticMember, StoreCorrection>;

struct StoreRequest {
  StoredGroup group;
  StorePurpose purpose;
};

/// One turn of a group: the time, and where its output goes.
struct GroupStep {
  Now now;
  Actions& actions;
  std::vector<StoreRequest> stores;  // to be written, in order, and reported by stored() or store_failed()
};

class Group {
 public:
  /// `settings` outlives the group.
  Group(std::string group_id, const GroupSettings& settings);
  /// As it was stored: empty, or stable with all sessions to be started by loaded().
  Group(std::string group_id, const GroupSettings& settings, const StoredGroup& stored);

  void loaded(GroupStep& step);
  void join(JoinGroup request, GroupStep& step);
  void sync(const SyncGroup& request, GroupStep& step);
  void heartbeat(const Heartbeat& request, GroupStep& step);
  void leave(const LeaveGroup& request, GroupStep& step);
  /// Whether this commit may be written. A member's commit counts as its heartbeat.
  MaybeError accept_commit(const CommitOffsets& request, Now now);
  /// Does what is due by step.now.
  void tick(GroupStep& step);

  void stored(const StoredGroup& group, const StorePurpose& purpose, GroupStep& step);
  void store_failed(const StorePurpose& purpose, ErrorCode error, GroupStep& step);
  /// Its removal is being written (only when empty) or has failed.
  void begin_removal() { set_state(GroupState::kDead); }
  void removal_failed() { set_state(GroupState::kEmpty); }
  /// Answers whatever is parked; the group is somebody else's now.
  void resign(ErrorCode error, GroupStep& step);

  const std::string& id() const { return group_id_; }
  GroupState state() const { return state_; }
  std::int32_t generation() const { return generation_; }
  const std::string& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol_name() const { return protocol_name_; }
  const Membership& members() const { return members_; }
  const RebalanceHistory& history() const { return history_; }
  Timestamp state_timestamp() const { return state_timestamp_; }
  /// Subscribed, or may be for all we know (a consumer group whose subscriptions we cannot read).
  bool is_subscribed(const std::string& topic) const;
  bool subscription_is_known() const { return subscribed_topics_.has_value(); }
  /// No member, nobody expected, nothing ever stored: forgetting it loses nothing.
  bool is_forgettable() const;
  bool was_stored() const { return was_stored_; }
  /// A lower bound of the time when tick() next has something to do.
  MonotonicTime wake() const { return wake_; }
  /// What a restart would have to know, as of now. Only when stable or empty.
  StoredGroup to_stored(Timestamp state_timestamp) const;

 private:
  // group_join.cpp
  bool accepts(const std::string& member_id) const;
  void join_new(JoinGroup request, GroupStep& step);
  void join_known(JoinGroup request, GroupStep& step);
  void hand_out_id(const JoinGroup& request, std::string member_id, GroupStep& step);
  void add_member(JoinGroup request, std::string member_id, GroupStep& step);
  void update_member(Member& member, JoinGroup request, const GroupStep& step);
  void replace_static_member(JoinGroup request, const std::string& old_id, std::string new_id, GroupStep& step);
  void store_rename(const Member& member, GroupStep& step);
  void answer_static_member(const StoreStaticMember& purpose, GroupStep& step);
  void revert_static_member(const StoreStaticMember& purpose, ErrorCode error, GroupStep& step);
  JoinResponse current_generation(const Member& member) const;
  static void refuse_join(RequestToken token, std::string member_id, ErrorCode error, GroupStep& step);
  // group_rebalance.cpp
  void rebalance_or_complete(std::string_view member_id, std::string reason, GroupStep& step);
  void prepare_rebalance(std::string_view member_id, std::string reason, GroupStep& step);
  void maybe_complete_join(GroupStep& step);
  void complete_join(GroupStep& step);
  void next_generation(GroupStep& step);
  void store_assignment(const SyncGroup& request, GroupStep& step);
  void answer_syncs(MaybeError error, GroupStep& step);
  void join_deadline_passed(GroupStep& step);
  void sync_deadline_passed(GroupStep& step);
  std::optional<std::set<std::string>> read_subscriptions() const;
  // group_sessions.cpp
  MaybeError check_member(const std::string& member_id, const std::optional<std::string>& instance_id, GroupStep* step);
  void remove_member(const std::string& member_id, ErrorCode parked_error, std::string reason, GroupStep& step);
  void expire_sessions(GroupStep& step);
  MaybeError leave_one(const LeavingMember& leaving, GroupStep& step);
  void start_session(Member& member, MonotonicTime now, std::int32_t timeout_ms);
  // group.cpp
  void set_state(GroupState state) { state_ = state; }
  void store(StoredGroup group, StorePurpose purpose, GroupStep& step);
  void note(RebalanceStep what, std::string_view member_id, std::string reason, GroupStep& step);
  MonotonicTime deadline(MonotonicTime now, std::int64_t delay_ms);
  void update_wake();
  static void answer_join(RequestToken token, JoinResponse response, GroupStep& step);
  static void answer_sync(RequestToken token, SyncResponse response, GroupStep& step);
  void answer_parked(Member& member, ErrorCode error, GroupStep& step);

  std::string group_id_;
  const GroupSettings& settings_;
  GroupState state_ = GroupState::kEmpty;
  std::int32_t generation_ = 0;
  std::string protocol_type_;
  std::optional<std::string> protocol_name_;
  Timestamp state_timestamp_ = kNoTimestamp;
  Membership members_;
  std::optional<std::set<std::string>> subscribed_topics_;
  bool was_stored_ = false;
  std::size_t stores_in_flight_ = 0;
  std::optional<StoredGroup> last_stored_;  // written or being written; kept only of groups with static members
  std::optional<std::int32_t> storing_generation_;  // the leader's assignment for this one is being written

  bool is_initial_ = false;  // this rebalance began in Empty: it waits for the initial delay
  bool member_added_ = false;
  std::int64_t initial_delay_ms_ = 0;
  std::int64_t initial_remaining_ms_ = 0;
  MonotonicTime join_deadline_ = kNever;
  MonotonicTime sync_deadline_ = kNever;
  MonotonicTime store_retry_ = kNever;
  MonotonicTime wake_ = kNever;
  RebalanceHistory history_;
};

}  // namespace wharf::groups
