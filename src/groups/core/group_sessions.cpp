// Staying in and leaving: heartbeats, commits that count as such, LeaveGroup, session timeouts.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "groups/core/group.hpp"

namespace wharf::groups {

/// Is this the member it says it is? A fenced instance is noted with the address of the process that took over.
MaybeError Group::check_member(const std::string& member_id, const std::optional<std::string>& instance_id,
                               GroupStep* step) {
  if (instance_id) {
    const Member* holder = members_.find_static(*instance_id);
    if (!holder) return ErrorCode::kUnknownMember;
    if (holder->member_id != member_id) {
      if (step) {
        note(RebalanceStep::kFenced, member_id,
             fmt::format("instance '{}' is held by '{}' at {}", *instance_id, holder->member_id, holder->client_host), *step);
      }
      return ErrorCode::kFencedInstance;
    }
  }
  if (!members_.find(member_id)) return ErrorCode::kUnknownMember;
  return std::nullopt;
}

void Group::start_session(Member& member, MonotonicTime now, std::int32_t timeout_ms) {
  member.session_deadline = deadline(now, timeout_ms);
}

void Group::heartbeat(const Heartbeat& request, GroupStep& step) {
  auto answer = [&](MaybeError error) { step.actions.replies.push_back({request.token, HeartbeatResponse{error}}); };
  if (state_ == GroupState::kDead) return answer(ErrorCode::kUnavailable);
  if (auto error = check_member(request.member_id, request.group_instance_id, &step)) return answer(error);
  if (request.generation != generation_) return answer(ErrorCode::kIllegalGeneration);
  Member& member = *members_.find(request.member_id);
  start_session(member, step.now.monotonic, member.session_timeout_ms);
  if (state_ == GroupState::kPreparingRebalance) return answer(ErrorCode::kRebalanceInProgress);
  answer(std::nullopt);
}

MaybeError Group::accept_commit(const CommitOffsets& request, Now now) {
  if (state_ == GroupState::kDead) return ErrorCode::kUnavailable;
  if (request.generation < 0 && state_ == GroupState::kEmpty) return std::nullopt;
  if (request.generation < 0 && request.member_id.empty() && !request.group_instance_id) return ErrorCode::kUnknownMember;
  if (auto error = check_member(request.member_id, request.group_instance_id, nullptr)) return error;
  if (request.generation != generation_) return ErrorCode::kIllegalGeneration;
  // It knows this generation, so its JoinGroup was answered: what it still holds from the one before is no longer its own.
  if (state_ == GroupState::kCompletingRebalance) return ErrorCode::kRebalanceInProgress;
  Member& member = *members_.find(request.member_id);
  start_session(member, now.monotonic, member.session_timeout_ms);
  return std::nullopt;
}

void Group::leave(const LeaveGroup& request, GroupStep& step) {
  LeaveResponse response;
  if (state_ == GroupState::kDead) {
    response.error = ErrorCode::kUnavailable;
    return step.actions.replies.push_back({request.token, std::move(response)});
  }
  const LeavingMember* first = nullptr;
  std::size_t members_before = members_.size();
  for (const LeavingMember& leaving : request.members) {
    MaybeError error = leave_one(leaving, step);
    if (!error && !first && members_.size() < members_before) first = &leaving;
    response.members.push_back({leaving.member_id, leaving.group_instance_id, error});
  }
  step.actions.replies.push_back({request.token, std::move(response)});
  if (members_.size() == members_before) return maybe_complete_join(step);  // ids that were never used concern nobody else
  std::string reason = first->reason.empty() ? "a member left" : "a member left; its reason: " + first->reason;
  const std::string& who = first->member_id.empty() ? *first->group_instance_id : first->member_id;
  rebalance_or_complete(who, std::move(reason), step);
}

MaybeError Group::leave_one(const LeavingMember& leaving, GroupStep& step) {
  std::string reason = leaving.reason.empty() ? "left the group" : "left the group: " + leaving.reason;
  if (leaving.member_id.empty()) {  // by instance id: an administrator removes it, whatever its member id is
    const Member* member = leaving.group_instance_id ? members_.find_static(*leaving.group_instance_id) : nullptr;
    if (!member) return ErrorCode::kUnknownMember;
    remove_member(std::string(member->member_id), ErrorCode::kUnknownMember, std::move(reason), step);
    return std::nullopt;
  }
  if (members_.pending().erase(leaving.member_id) > 0) return std::nullopt;
  if (auto error = check_member(leaving.member_id, leaving.group_instance_id, &step)) return error;
  remove_member(leaving.member_id, ErrorCode::kUnknownMember, std::move(reason), step);
  return std::nullopt;
}

/// Takes it out and answers what it has parked; the caller goes on to the rebalance.
void Group::remove_member(const std::string& member_id, ErrorCode parked_error, std::string reason, GroupStep& step) {
  Member& member = *members_.find(member_id);
  answer_parked(member, parked_error, step);
  note(RebalanceStep::kMemberRemoved, member_id, std::move(reason), step);
  members_.remove(member_id);
}

void Group::expire_sessions(GroupStep& step) {
  MonotonicTime now = step.now.monotonic;
  if (std::erase_if(members_.pending(), [&](const auto& entry) { return entry.second <= now; }) > 0) {
    maybe_complete_join(step);
  }
  std::vector<std::string> expired;
  for (auto& [id, member] : members_.all()) {
    if (member.session_deadline > now) continue;
    if (!member.is_new && (member.awaits_join() || member.sync_token)) {
      member.session_deadline = kNever;  // it waits for us, not we for it; the answer starts the session again
    } else {
      expired.push_back(id);
    }
  }
  for (const std::string& id : expired) {
    const Member* member = members_.find(id);
    if (!member || member->session_deadline > now) continue;  // the rebalance of one before it saw to this one
    std::string reason = member->is_new ? "its JoinGroup waited too long" : "no heartbeat within the session timeout";
    remove_member(id, ErrorCode::kUnknownMember, reason, step);
    rebalance_or_complete(id, "a member's session timed out", step);
  }
}

void Group::tick(GroupStep& step) {
  MonotonicTime now = step.now.monotonic;
  if (now < wake_) return;
  expire_sessions(step);
  if (join_deadline_ <= now) join_deadline_passed(step);
  if (sync_deadline_ <= now) sync_deadline_passed(step);
  if (store_retry_ <= now) {
    store_retry_ = state_ == GroupState::kDead ? deadline(now, std::max(settings_.store_retry_ms, 1)) : kNever;
    if (state_ == GroupState::kStable) store(to_stored(state_timestamp_), StoreCorrection{}, step);
    if (state_ == GroupState::kEmpty) store(to_stored(state_timestamp_), StoreEmpty{generation_}, step);
  }
  update_wake();
}

}  // namespace wharf::groups
