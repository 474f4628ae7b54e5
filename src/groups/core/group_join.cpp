// JoinGroup: newcomers, members that come back, static members that come back under a new id.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "groups/core/group.hpp"

namespace wharf::groups {
namespace {

// The client's name is only a hint for people in the id; the whole id must fit into a stored string.
constexpr std::size_t kMemberIdPrefixBytes = 255;

std::string client_reason(const JoinGroup& request) {
  return request.reason.empty() ? std::string() : "; the client's reason: " + request.reason;
}

}  // namespace

void Group::refuse_join(RequestToken token, std::string member_id, ErrorCode error, GroupStep& step) {
  JoinResponse response;
  response.error = error;
  response.member_id = std::move(member_id);
  answer_join(token, std::move(response), step);
}

JoinResponse Group::current_generation(const Member& member) const {
  JoinResponse response;
  response.generation = generation_;
  response.protocol_type = protocol_type_;
  response.protocol_name = protocol_name_;
  response.leader = members_.leader().value_or(std::string());
  response.member_id = member.member_id;
  if (members_.is_leader(member.member_id)) {
    for (const auto& [id, other] : members_.all()) {
      response.members.push_back({id, other.group_instance_id, other.metadata(protocol_name_.value_or(std::string()))});
    }
  }
  return response;
}

/// Room under group.max.size (KIP-389). While members rejoin, those that already have count, so that a group that is over the
/// limit sheds the last to come.
bool Group::accepts(const std::string& member_id) const {
  const Member* member = members_.find(member_id);
  switch (state_) {
    case GroupState::kPreparingRebalance:
      return (member && member->awaits_join()) || static_cast<std::int64_t>(members_.awaiting_join()) < settings_.max_size;
    case GroupState::kCompletingRebalance:
    case GroupState::kStable: return member || static_cast<std::int64_t>(members_.size()) < settings_.max_size;
    case GroupState::kEmpty:
    case GroupState::kDead: return true;
  }
  return true;
}

void Group::join(JoinGroup request, GroupStep& step) {
  if (state_ == GroupState::kDead) {
    return refuse_join(request.token, std::move(request.member_id), ErrorCode::kUnavailable, step);
  }
  if (!accepts(request.member_id)) {
    refuse_join(request.token, "", ErrorCode::kGroupFull, step);
    members_.pending().erase(request.member_id);
    if (members_.find(request.member_id)) {
      remove_member(request.member_id, ErrorCode::kUnknownMember, "the group is full", step);
    }
    return maybe_complete_join(step);
  }
  bool type_fits = members_.empty() ? !request.protocol_type.empty() : request.protocol_type == protocol_type_;
  if (!type_fits || !members_.has_in_common(request.protocols)) {
    return refuse_join(request.token, std::move(request.member_id), ErrorCode::kInconsistentProtocol, step);
  }
  request.protocols = without_repeats(std::move(request.protocols));
  if (request.member_id.empty()) return join_new(std::move(request), step);
  join_known(std::move(request), step);
}

void Group::join_new(JoinGroup request, GroupStep& step) {
  std::string_view prefix = request.group_instance_id ? *request.group_instance_id : request.client_id;
  std::string member_id = fmt::format("{}-{}", cut_text(prefix, kMemberIdPrefixBytes), request.member_id_suffix);
  if (request.group_instance_id) {
    if (const Member* present = members_.find_static(*request.group_instance_id)) {
      std::string old_id = present->member_id;
      return replace_static_member(std::move(request), old_id, std::move(member_id), step);
    }
    return add_member(std::move(request), std::move(member_id), step);
  }
  if (request.requires_known_member_id) return hand_out_id(request, std::move(member_id), step);
  add_member(std::move(request), std::move(member_id), step);
}

/// KIP-394: the id first, membership when the client comes back with it. So a client that gives up leaves no member behind.
void Group::hand_out_id(const JoinGroup& request, std::string member_id, GroupStep& step) {
  if (members_.pending().size() >= settings_.pending_members_max) {
    return refuse_join(request.token, "", ErrorCode::kGroupFull, step);
  }
  members_.pending()[member_id] = deadline(step.now.monotonic, request.session_timeout_ms);
  refuse_join(request.token, std::move(member_id), ErrorCode::kMemberIdRequired, step);
}

void Group::join_known(JoinGroup request, GroupStep& step) {
  const std::string member_id = request.member_id;
  if (members_.pending().contains(member_id)) {
    // Only dynamic members are given an id this way: one that claims to be static starts over.
    if (request.group_instance_id) return refuse_join(request.token, member_id, ErrorCode::kUnknownMember, step);
    return add_member(std::move(request), member_id, step);
  }
  if (auto error = check_member(member_id, request.group_instance_id, &step)) {
    return refuse_join(request.token, member_id, *error, step);
  }
  Member& member = *members_.find(member_id);
  bool unchanged = same_protocols(member.protocols, request.protocols);
  // The leader asks for a rebalance by joining again: what it assigns may have changed without its subscription changing.
  bool leads_stable = state_ == GroupState::kStable && members_.is_leader(member_id);
  if (state_ != GroupState::kPreparingRebalance && unchanged && !leads_stable) {
    // It may have missed the answer to its first JoinGroup: the generation stands.
    return answer_join(request.token, current_generation(member), step);
  }
  std::string reason = (leads_stable ? "the leader joined again" : "a member joined again") + client_reason(request);
  update_member(member, std::move(request), step);
  rebalance_or_complete(member_id, std::move(reason), step);
}

void Group::add_member(JoinGroup request, std::string member_id, GroupStep& step) {
  if (members_.empty()) protocol_type_ = request.protocol_type;
  std::string reason = "a new member joined" + client_reason(request);
  Member fresh;
  fresh.member_id = member_id;
  fresh.group_instance_id = std::move(request.group_instance_id);
  fresh.client_id = std::move(request.client_id);
  fresh.client_host = std::move(request.client_host);
  fresh.session_timeout_ms = request.session_timeout_ms;
  fresh.rebalance_timeout_ms = request.rebalance_timeout_ms;
  fresh.protocols = std::move(request.protocols);
  fresh.is_new = true;
  if (state_ == GroupState::kPreparingRebalance && is_initial_) member_added_ = true;
  Member& member = members_.add(std::move(fresh));
  members_.park_join(member, request.token);
  start_session(member, step.now.monotonic, settings_.new_member_join_timeout_ms);
  rebalance_or_complete(member_id, std::move(reason), step);
}

void Group::update_member(Member& member, JoinGroup request, const GroupStep& step) {
  members_.set_protocols(member, std::move(request.protocols));
  member.session_timeout_ms = request.session_timeout_ms;
  member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  if (auto displaced = members_.park_join(member, request.token)) {
    step.actions.replies.push_back(
        {*displaced, JoinResponse{.error = ErrorCode::kRebalanceInProgress, .member_id = member.member_id}});
  }
}

void Group::replace_static_member(JoinGroup request, const std::string& old_id, std::string new_id, GroupStep& step) {
  answer_parked(*members_.find(old_id), ErrorCode::kFencedInstance, step);
  note(RebalanceStep::kFenced, old_id, fmt::format("replaced by a new process at {}", request.client_host), step);
  StoreStaticMember purpose{.generation = generation_,
                            .token = request.token,
                            .new_id = std::move(new_id),
                            .before = *members_.find(old_id),
                            .leader_before = members_.leader(),
                            .supports_skip_assignment = request.supports_skip_assignment};
  Member& member = members_.rename(old_id, purpose.new_id);
  member.client_id = request.client_id;
  member.client_host = request.client_host;
  std::string reason = "a static member came back with another subscription" + client_reason(request);
  update_member(member, std::move(request), step);
  start_session(member, step.now.monotonic, member.session_timeout_ms);
  if (state_ == GroupState::kStable) {
    if (members_.elect_protocol() == protocol_name_) {
      return store(to_stored(state_timestamp_), std::move(purpose), step);
    }
    return rebalance_or_complete(member.member_id, std::move(reason), step);
  }
  store_rename(member, step);
  if (state_ == GroupState::kCompletingRebalance) {
    // The leader may be assigning to the old id already: that assignment would not reach the new one.
    return prepare_rebalance(member.member_id, "a static member came back during the assignment", step);
  }
  maybe_complete_join(step);
}

/// The generation that is in the log, with this instance's new id in the place of its old one.
void Group::store_rename(const Member& member, GroupStep& step) {
  if (!last_stored_) return;
  StoredGroup renamed = *last_stored_;
  auto old = std::ranges::find(renamed.members, member.group_instance_id, &StoredMember::group_instance_id);
  if (old == renamed.members.end()) return;
  if (renamed.leader == old->member_id) renamed.leader = member.member_id;
  old->member_id = member.member_id;
  store(std::move(renamed), StoreCorrection{}, step);
}

void Group::answer_static_member(const StoreStaticMember& purpose, GroupStep& step) {
  Member* member = members_.find(purpose.new_id);
  // A rebalance has begun meanwhile: its end answers.
  if (state_ != GroupState::kStable || generation_ != purpose.generation || !member ||
      member->join_token() != purpose.token) {
    return;
  }
  members_.take_join(*member);
  start_session(*member, step.now.monotonic, member->session_timeout_ms);
  JoinResponse response = current_generation(*member);
  if (purpose.supports_skip_assignment) {
    response.skip_assignment = members_.is_leader(purpose.new_id);
  } else {
    // An older client that learned it leads would assign: it is told of the leader that was.
    response.leader = purpose.leader_before.value_or(std::string());
    response.members.clear();
  }
  answer_join(purpose.token, std::move(response), step);
}

void Group::revert_static_member(const StoreStaticMember& purpose, ErrorCode error, GroupStep& step) {
  if (state_ != GroupState::kStable || generation_ != purpose.generation) return;  // the rebalance stores it anew
  Member* member = members_.find(purpose.new_id);
  if (!member || member->join_token() != purpose.token) {
    return prepare_rebalance(purpose.new_id, "a static member's new id could not be stored", step);
  }
  members_.take_join(*member);
  if (auto token = std::exchange(member->sync_token, std::nullopt)) answer_sync(*token, {.error = error}, step);
  Member& old = members_.rename(purpose.new_id, purpose.before.member_id);
  members_.set_protocols(old, purpose.before.protocols);
  old.session_timeout_ms = purpose.before.session_timeout_ms;
  old.rebalance_timeout_ms = purpose.before.rebalance_timeout_ms;
  old.client_id = purpose.before.client_id;
  old.client_host = purpose.before.client_host;
  start_session(old, step.now.monotonic, old.session_timeout_ms);
  last_stored_ = to_stored(state_timestamp_);
  // A later write that is under way holds the id that was just taken back.
  if (stores_in_flight_ > 0) store(to_stored(state_timestamp_), StoreCorrection{}, step);
  refuse_join(purpose.token, "", error, step);
}

}  // namespace wharf::groups
