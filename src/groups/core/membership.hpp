#pragma once
// Who is in a group: members by id, static members by instance id, ids handed out and not yet used, who leads, and which
// protocols all have in common. Knows nothing of states and time; Group decides when to call.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "groups/core/events.hpp"

namespace wharf::groups {

inline constexpr MonotonicTime kNever = MonotonicTime::max();

struct Member {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = 0;
  std::vector<Protocol> protocols;  // each name once, in order of preference
  SharedBytes assignment;
  std::optional<RequestToken> sync_token;  // a parked SyncGroup
  MonotonicTime session_deadline = kNever;
  bool is_new = false;          // its first JoinGroup is parked: it does not know its id, so it cannot send heartbeats
  bool sync_is_pending = false; // this generation's SyncGroup has not come yet

  bool is_static() const { return group_instance_id.has_value(); }
  bool awaits_join() const { return join_token_.has_value(); }
  std::optional<RequestToken> join_token() const { return join_token_; }
  /// Its bytes for one protocol; empty if it does not offer it.
  SharedBytes metadata(std::string_view protocol) const;

 private:
  friend class Membership;
  std::optional<RequestToken> join_token_;  // a parked JoinGroup
};

/// The first of each name.
std::vector<Protocol> without_repeats(std::vector<Protocol> protocols);
bool same_protocols(const std::vector<Protocol>& a, const std::vector<Protocol>& b);

class Membership {
 public:
  using Members = std::map<std::string, Member, std::less<>>;

  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }
  const Members& all() const { return members_; }
  Members& all() { return members_; }
  Member* find(std::string_view member_id);
  const Member* find(std::string_view member_id) const;
  /// Null where no member has this instance id.
  const Member* find_static(const std::string& group_instance_id) const;
  std::size_t static_count() const { return by_instance_.size(); }

  const std::optional<std::string>& leader() const { return leader_; }
  bool is_leader(std::string_view member_id) const { return leader_ && *leader_ == member_id; }
  void restore_leader(std::optional<std::string> leader);
  /// Hands the lead to a member whose JoinGroup is parked, if the leader's is not. False if no such member is there.
  bool elect_joined_leader();

  /// The member's id and instance id are new here. The first one leads.
  Member& add(Member member);
  /// Its parked requests have been answered. Another leads if this one did.
  void remove(std::string_view member_id);
  /// The same member under a new id (KIP-345). Its parked requests have been answered.
  Member& rename(std::string_view old_id, const std::string& new_id);
  void set_protocols(Member& member, std::vector<Protocol> protocols);

  /// Parks a JoinGroup; returns the token that it displaces.
  std::optional<RequestToken> park_join(Member& member, RequestToken token);
  std::optional<RequestToken> take_join(Member& member);
  std::size_t awaiting_join() const { return awaiting_join_; }
  bool all_joined() const { return awaiting_join_ == members_.size() && pending_.empty(); }

  /// Ids handed out (KIP-394), with the time until which each may be used.
  std::map<std::string, MonotonicTime, std::less<>>& pending() { return pending_; }
  const std::map<std::string, MonotonicTime, std::less<>>& pending() const { return pending_; }

  std::int32_t max_rebalance_timeout_ms() const;
  /// One of `protocols` is offered by every member (always, while there is none).
  bool has_in_common(const std::vector<Protocol>& protocols) const;
  /// Each member votes for the first on its list that all offer; most votes win, a tie goes to the lower name. Not empty.
  std::string elect_protocol() const;

 private:
  void count_protocols(const Member& member, int by);

  Members members_;
  std::map<std::string, std::string> by_instance_;  // instance id -> member id
  std::map<std::string, MonotonicTime, std::less<>> pending_;
  std::map<std::string, std::size_t, std::less<>> protocol_counts_;
  std::optional<std::string> leader_;
  std::size_t awaiting_join_ = 0;
};

}  // namespace wharf::groups
