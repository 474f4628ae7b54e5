// The rebalance itself: waiting for members to join, the next generation, the leader's assignment.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "groups/core/group.hpp"
#include "groups/core/subscription.hpp"

namespace wharf::groups {
namespace {

constexpr std::int32_t kLeastRetryMs = 1'000;  // a rebalance timeout of 0 must not spin

}  // namespace

void Group::rebalance_or_complete(std::string_view member_id, std::string reason, GroupStep& step) {
  if (state_ == GroupState::kPreparingRebalance) return maybe_complete_join(step);
  prepare_rebalance(member_id, std::move(reason), step);
}

void Group::prepare_rebalance(std::string_view member_id, std::string reason, GroupStep& step) {
  if (state_ == GroupState::kCompletingRebalance) {
    for (auto& [id, member] : members_.all()) member.assignment = {};
    answer_syncs(ErrorCode::kRebalanceInProgress, step);
  }
  for (auto& [id, member] : members_.all()) member.sync_is_pending = false;
  sync_deadline_ = kNever;
  store_retry_ = kNever;
  is_initial_ = state_ == GroupState::kEmpty;
  set_state(GroupState::kPreparingRebalance);
  note(RebalanceStep::kStarted, member_id, std::move(reason), step);
  if (is_initial_) {
    // A new group: others of the same deployment are about to start too (KIP-134).
    member_added_ = false;
    initial_delay_ms_ = settings_.initial_rebalance_delay_ms;
    initial_remaining_ms_ = std::max<std::int64_t>(members_.max_rebalance_timeout_ms() - initial_delay_ms_, 0);
    join_deadline_ = deadline(step.now.monotonic, initial_delay_ms_);
  } else if (members_.all_joined()) {
    complete_join(step);
  } else {
    join_deadline_ = deadline(step.now.monotonic, members_.max_rebalance_timeout_ms());
  }
}

void Group::maybe_complete_join(GroupStep& step) {
  if (state_ == GroupState::kPreparingRebalance && !is_initial_ && members_.all_joined()) complete_join(step);
}

void Group::join_deadline_passed(GroupStep& step) {
  if (is_initial_ && member_added_ && initial_remaining_ms_ > 0) {
    member_added_ = false;
    std::int64_t delay_ms = std::min<std::int64_t>(settings_.initial_rebalance_delay_ms, initial_remaining_ms_);
    initial_remaining_ms_ = std::max<std::int64_t>(initial_remaining_ms_ - initial_delay_ms_, 0);
    initial_delay_ms_ = delay_ms;
    join_deadline_ = deadline(step.now.monotonic, delay_ms);
    return;
  }
  complete_join(step);
}

void Group::complete_join(GroupStep& step) {
  join_deadline_ = kNever;
  is_initial_ = false;
  std::vector<std::string> absent;
  for (const auto& [id, member] : members_.all()) {
    if (!member.awaits_join() && !member.is_static()) absent.push_back(id);
  }
  for (const std::string& id : absent) {
    remove_member(id, ErrorCode::kUnknownMember, "did not join again in time", step);
  }
  if (!members_.empty() && !members_.elect_joined_leader()) {
    // Only static members are left, none of them here: their sessions decide.
    join_deadline_ = deadline(step.now.monotonic, std::max(members_.max_rebalance_timeout_ms(), kLeastRetryMs));
    return;
  }
  next_generation(step);
}

void Group::next_generation(GroupStep& step) {
  generation_ = generation_ == std::numeric_limits<std::int32_t>::max() ? 1 : generation_ + 1;
  if (members_.empty()) {
    protocol_name_.reset();
    subscribed_topics_ = read_subscriptions();
    set_state(GroupState::kEmpty);
    note(RebalanceStep::kEmptied, "", "no members", step);
    state_timestamp_ = step.now.wall;
    store(to_stored(step.now.wall), StoreEmpty{generation_}, step);
    return;
  }
  protocol_name_ = members_.elect_protocol();
  subscribed_topics_ = read_subscriptions();
  set_state(GroupState::kCompletingRebalance);
  for (auto& [id, member] : members_.all()) {
    member.is_new = false;
    member.sync_is_pending = true;
    start_session(member, step.now.monotonic, member.session_timeout_ms);
    if (auto token = members_.take_join(member)) answer_join(*token, current_generation(member), step);
  }
  sync_deadline_ = deadline(step.now.monotonic, members_.max_rebalance_timeout_ms());
}

/// Members that never sync in this generation are as good as gone.
void Group::sync_deadline_passed(GroupStep& step) {
  sync_deadline_ = kNever;
  std::vector<std::string> silent;
  for (const auto& [id, member] : members_.all()) {
    if (member.sync_is_pending) silent.push_back(id);
  }
  if (silent.empty()) return;
  for (const std::string& id : silent) {
    remove_member(id, ErrorCode::kUnknownMember, "did not sync in time", step);
  }
  prepare_rebalance(silent.front(), fmt::format("{} members did not sync in time", silent.size()), step);
}

void Group::sync(const SyncGroup& request, GroupStep& step) {
  auto differs = [](const std::optional<std::string>& asked, const std::string& ours) { return asked && *asked != ours; };
  auto refuse = [&](ErrorCode error) { answer_sync(request.token, {.error = error}, step); };
  if (state_ == GroupState::kDead) return refuse(ErrorCode::kUnavailable);
  if (auto error = check_member(request.member_id, request.group_instance_id, &step)) return refuse(*error);
  if (request.generation != generation_) return refuse(ErrorCode::kIllegalGeneration);
  if (differs(request.protocol_type, protocol_type_) ||
      (protocol_name_ && differs(request.protocol_name, *protocol_name_))) {
    return refuse(ErrorCode::kInconsistentProtocol);
  }
  if (state_ == GroupState::kPreparingRebalance) return refuse(ErrorCode::kRebalanceInProgress);
  Member& member = *members_.find(request.member_id);
  member.sync_is_pending = false;
  if (state_ == GroupState::kStable) {
    return answer_sync(request.token, {.protocol_type = protocol_type_, .protocol_name = protocol_name_,
                                       .assignment = member.assignment}, step);
  }
  if (auto displaced = std::exchange(member.sync_token, request.token)) {
    answer_sync(*displaced, {.error = ErrorCode::kRebalanceInProgress}, step);
  }
  if (members_.is_leader(request.member_id) && storing_generation_ != generation_) store_assignment(request, step);
}

/// The group's state becomes durable first, and only then is anybody told (Kafka's own order).
void Group::store_assignment(const SyncGroup& request, GroupStep& step) {
  std::map<std::string_view, SharedBytes> assigned;
  for (const MemberAssignment& one : request.assignments) assigned.insert_or_assign(one.member_id, one.assignment);
  StoredGroup stored = to_stored(step.now.wall);
  for (StoredMember& member : stored.members) {
    auto found = assigned.find(member.member_id);
    member.assignment = found == assigned.end() ? SharedBytes() : found->second;
  }
  storing_generation_ = generation_;
  store(std::move(stored), StoreAssignment{generation_}, step);
}

void Group::answer_syncs(MaybeError error, GroupStep& step) {
  for (auto& [id, member] : members_.all()) {
    auto token = std::exchange(member.sync_token, std::nullopt);
    if (!token) continue;
    SyncResponse response{.error = error};
    if (!error) {
      response.protocol_type = protocol_type_;
      response.protocol_name = protocol_name_;
      response.assignment = member.assignment;
    }
    answer_sync(*token, std::move(response), step);
    start_session(member, step.now.monotonic, member.session_timeout_ms);
  }
}

std::optional<std::set<std::string>> Group::read_subscriptions() const {
  if (protocol_type_ != kConsumerProtocolType) return std::nullopt;
  std::set<std::string> topics;
  if (members_.empty()) return topics;
  for (const auto& [id, member] : members_.all()) {
    auto subscribed = subscribed_topics(member.metadata(protocol_name_.value_or(std::string())).view());
    if (!subscribed) return std::nullopt;
    topics.merge(*subscribed);
  }
  return topics;
}

}  // namespace wharf::groups
