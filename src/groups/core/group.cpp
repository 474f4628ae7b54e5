#include "groups/core/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "groups/core/subscription.hpp"

namespace wharf::groups {

std::string_view to_string(GroupState state) {
  switch (state) {
    case GroupState::kEmpty: return "Empty";
    case GroupState::kPreparingRebalance: return "PreparingRebalance";
    case GroupState::kCompletingRebalance: return "CompletingRebalance";
    case GroupState::kStable: return "Stable";
    case GroupState::kDead: return "Dead";
  }
  return "Unknown";
}

Group::Group(std::string group_id, const GroupSettings& settings)
    : group_id_(std::move(group_id)), settings_(settings), history_(settings.history_entries) {}

Group::Group(std::string group_id, const GroupSettings& settings, const StoredGroup& stored)
    : Group(std::move(group_id), settings) {
  was_stored_ = true;
  state_ = stored.members.empty() ? GroupState::kEmpty : GroupState::kStable;
  generation_ = stored.generation;
  protocol_type_ = stored.protocol_type;
  protocol_name_ = stored.protocol_name;
  state_timestamp_ = stored.state_timestamp;
  for (const StoredMember& from : stored.members) {
    Member member;
    member.member_id = from.member_id;
    member.group_instance_id = from.group_instance_id;
    member.client_id = from.client_id;
    member.client_host = from.client_host;
    member.session_timeout_ms = from.session_timeout_ms;
    member.rebalance_timeout_ms = from.rebalance_timeout_ms;
    member.protocols = {{stored.protocol_name.value_or(std::string()), from.subscription}};
    member.assignment = from.assignment;
    members_.add(std::move(member));
  }
  members_.restore_leader(stored.leader);
  subscribed_topics_ = read_subscriptions();
  if (members_.static_count() > 0) last_stored_ = stored;
}

void Group::loaded(GroupStep& step) {
  for (auto& [id, member] : members_.all()) start_session(member, step.now.monotonic, member.session_timeout_ms);
  if (static_cast<std::int64_t>(members_.size()) > settings_.max_size) {
    prepare_rebalance("", "the loaded group is larger than group.max.size", step);
  }
}

StoredGroup Group::to_stored(Timestamp state_timestamp) const {
  StoredGroup stored;
  stored.protocol_type = protocol_type_;
  stored.generation = generation_;
  stored.protocol_name = protocol_name_;
  stored.leader = members_.leader();
  stored.state_timestamp = state_timestamp;
  for (const auto& [id, member] : members_.all()) {
    stored.members.push_back({id, member.group_instance_id, member.client_id, member.client_host,
                              member.rebalance_timeout_ms, member.session_timeout_ms,
                              member.metadata(protocol_name_.value_or(std::string())), member.assignment});
  }
  return stored;
}

bool Group::is_subscribed(const std::string& topic) const {
  if (subscribed_topics_) return subscribed_topics_->contains(topic);
  return protocol_type_ == kConsumerProtocolType;
}

bool Group::is_forgettable() const {
  return state_ == GroupState::kEmpty && !was_stored_ && members_.pending().empty();
}

void Group::store(StoredGroup group, StorePurpose purpose, GroupStep& step) {
  was_stored_ = true;
  ++stores_in_flight_;
  last_stored_.reset();
  if (members_.static_count() > 0) last_stored_ = group;
  step.stores.push_back({std::move(group), std::move(purpose)});
}

void Group::stored(const StoredGroup& group, const StorePurpose& purpose, GroupStep& step) {
  --stores_in_flight_;
  if (const auto* member = std::get_if<StoreStaticMember>(&purpose)) return answer_static_member(*member, step);
  if (std::holds_alternative<StoreCorrection>(purpose)) return;
  state_timestamp_ = group.state_timestamp;
  const auto* assigned = std::get_if<StoreAssignment>(&purpose);
  if (!assigned) return;
  if (storing_generation_ == assigned->generation) storing_generation_.reset();
  // Members may have come or gone while this was written: then it is no longer theirs.
  if (state_ != GroupState::kCompletingRebalance || assigned->generation != generation_) return;
  for (const StoredMember& from : group.members) members_.find(from.member_id)->assignment = from.assignment;
  set_state(GroupState::kStable);
  note(RebalanceStep::kStabilized, "", fmt::format("{} members, {} of them static", members_.size(), members_.static_count()),
       step);
  answer_syncs(std::nullopt, step);
}

void Group::store_failed(const StorePurpose& purpose, ErrorCode error, GroupStep& step) {
  --stores_in_flight_;
  if (const auto* member = std::get_if<StoreStaticMember>(&purpose)) return revert_static_member(*member, error, step);
  if (const auto* empty = std::get_if<StoreEmpty>(&purpose)) {
    if ((state_ == GroupState::kEmpty || state_ == GroupState::kDead) && empty->generation == generation_) {
      store_retry_ = deadline(step.now.monotonic, settings_.store_retry_ms);
    }
    return;
  }
  if (std::holds_alternative<StoreCorrection>(purpose)) {
    // Otherwise the end of the rebalance stores it.
    if (state_ == GroupState::kStable) store_retry_ = deadline(step.now.monotonic, settings_.store_retry_ms);
    return;
  }
  std::int32_t generation = std::get<StoreAssignment>(purpose).generation;
  if (storing_generation_ == generation) storing_generation_.reset();
  if (state_ != GroupState::kCompletingRebalance || generation != generation_) return;
  answer_syncs(error, step);
  prepare_rebalance("", "the assignment could not be stored", step);
}

void Group::resign(ErrorCode error, GroupStep& step) {
  for (auto& [id, member] : members_.all()) answer_parked(member, error, step);
}

void Group::note(RebalanceStep what, std::string_view member_id, std::string reason, GroupStep& step) {
  RebalanceEntry kept = history_.add({step.now.wall, generation_, what, std::string(member_id), std::move(reason)});
  if (kept.times == 1) step.actions.noted.push_back({group_id_, std::move(kept)});
}

MonotonicTime Group::deadline(MonotonicTime now, std::int64_t delay_ms) {
  MonotonicTime at = now + Milliseconds(std::max<std::int64_t>(delay_ms, 0));
  wake_ = std::min(wake_, at);
  return at;
}

void Group::update_wake() {
  wake_ = std::min({join_deadline_, sync_deadline_, store_retry_});
  for (const auto& [id, member] : members_.all()) wake_ = std::min(wake_, member.session_deadline);
  for (const auto& [id, until] : members_.pending()) wake_ = std::min(wake_, until);
}

void Group::answer_join(RequestToken token, JoinResponse response, GroupStep& step) {
  step.actions.replies.push_back({token, std::move(response)});
}

void Group::answer_sync(RequestToken token, SyncResponse response, GroupStep& step) {
  step.actions.replies.push_back({token, std::move(response)});
}

void Group::answer_parked(Member& member, ErrorCode error, GroupStep& step) {
  if (auto token = members_.take_join(member)) {
    // An id that is gone is not repeated: the client starts over without one.
    refuse_join(*token, error == ErrorCode::kUnknownMember ? std::string() : member.member_id, error, step);
  }
  if (auto token = std::exchange(member.sync_token, std::nullopt)) answer_sync(*token, {.error = error}, step);
}

}  // namespace wharf::groups
