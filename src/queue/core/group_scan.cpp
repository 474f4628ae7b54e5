#include "queue/core/group_scan.hpp"

#include <algorithm>

namespace wharf::queue {
namespace {

using Kind = GroupAccess::Kind;

std::optional<Ready> ready_at(const Levels& levels, MessageId id) {
  std::optional<Ready> ready = levels.at(id.level).ready_at_or_behind(id.offset);
  return ready && ready->offset == id.offset ? ready : std::nullopt;
}

}  // namespace

std::optional<GroupScan::Next> GroupScan::next(const Levels& levels, Wanted wanted) {
  while (std::optional<Candidate> best = candidate(levels, wanted)) {
    if (std::optional<Ready> ready = ready_at(levels, best->id))
      return Next{best->id, *ready, best->looked_at, best->group};
    if (best->looked_at) {
      unpark(best->id, best->group);
    } else {
      again_.erase(best->id);
    }
  }
  return std::nullopt;
}

/// The first that could go or has to be looked at; it may have left meanwhile.
std::optional<GroupScan::Candidate> GroupScan::candidate(const Levels& levels, Wanted wanted) {
  EarlierInQueue earlier;
  std::optional<Candidate> best;
  if (wanted.by_owners && !able_.empty()) {
    auto [id, owner] = *able_.begin();
    best = Candidate{id, owners_.at(owner.value).first.at(id), true};
  }
  if (!wanted.by_anybody) return best;
  if (!open_.empty() && (!best || earlier(open_.begin()->first, best->id))) {
    best = Candidate{open_.begin()->first, open_.begin()->second, true};
  }
  std::optional<MessageId> look = unlooked(levels);
  if (look && (!best || earlier(*look, best->id))) best = Candidate{*look, kNoGroup, false};
  return best;
}

/// Each look finds a message or is the last at this one: whoever asks for no good reason does so a bounded number of
/// times.
bool GroupScan::could_have(ConsumerId id, const Levels& levels) {
  auto owner = owners_.find(id.value);
  if (owner == owners_.end()) return false;
  return !owner->second.first.empty() || !open_.empty() || unlooked(levels).has_value();
}

std::optional<MessageId> GroupScan::unlooked(const Levels& levels) {
  std::optional<MessageId> first;
  if (!again_.empty()) first = *again_.begin();
  if (parked_messages_ >= most_parked_ && left_since_sweep_ * 4 > most_parked_) sweep(levels);
  if (parked_messages_ >= most_parked_) return first;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if (first && first->level > level->first) break;
    auto below = looked_below_.find(level->first);
    std::optional<Ready> ready =
        level->second.ready_at_or_behind(below == looked_below_.end() ? Offset{0} : below->second);
    if (!ready) continue;
    MessageId id{level->first, ready->offset};
    return first && EarlierInQueue()(*first, id) ? first : id;
  }
  return first;
}

void GroupScan::looked(MessageId id) {
  if (again_.erase(id) > 0) return;
  Offset& below = looked_below_[id.level];
  below = std::max(below, id.offset.plus(1));
}

void GroupScan::park(MessageId id, GroupId number, GroupAccess access) {
  if (number == kNoGroup) {
    if (open_.emplace(id, kNoGroup).second) ++parked_messages_;
    return;
  }
  Group& group = groups_[number.value];
  if (group.messages.add(id)) ++parked_messages_;
  group.access = access;
  unlist(group);
  list(number, group);
}

void GroupScan::unpark(MessageId id, GroupId number) {
  if (number == kNoGroup) {
    parked_messages_ -= open_.erase(id);
    return;
  }
  auto found = groups_.find(number.value);
  if (found == groups_.end()) return;
  Group& group = found->second;
  if (group.messages.remove(id)) --parked_messages_;
  unlist(group);
  list(number, group);
  if (!group.messages.front()) groups_.erase(found);
}

void GroupScan::allow(GroupId number, GroupAccess access) {
  auto found = groups_.find(number.value);
  if (found == groups_.end() || found->second.access == access) return;
  unlist(found->second);
  found->second.access = access;
  list(number, found->second);
}

void GroupScan::unlist(Group& group) {
  if (!group.listed) return;
  if (group.access.kind == Kind::kOpen) {
    open_.erase(*group.listed);
  } else {
    Owner& owner = owners_.at(group.access.owner.value);
    owner.first.erase(*group.listed);
    list(group.access.owner, owner);
  }
  group.listed.reset();
}

void GroupScan::list(GroupId number, Group& group) {
  std::optional<MessageId> first = group.messages.front();
  if (!first || group.access.kind == Kind::kShut) return;
  group.listed = first;
  if (group.access.kind == Kind::kOpen) {
    open_.emplace(*first, number);
    return;
  }
  Owner& owner = owners_.at(group.access.owner.value);
  owner.first.emplace(*first, number);
  list(group.access.owner, owner);
}

void GroupScan::list(ConsumerId id, Owner& owner) {
  std::optional<MessageId> first;
  if (owner.has_room && !owner.first.empty()) first = owner.first.begin()->first;
  if (first == owner.listed) return;
  if (owner.listed) able_.erase(*owner.listed);
  if (first) able_.emplace(*first, id);
  owner.listed = first;
}

void GroupScan::room(ConsumerId id, bool has_room) {
  auto owner = owners_.find(id.value);
  if (owner == owners_.end() || owner->second.has_room == has_room) return;
  owner->second.has_room = has_room;
  list(id, owner->second);
}

std::vector<GroupId> GroupScan::owned_by(ConsumerId id) const {
  std::vector<GroupId> groups;
  auto owner = owners_.find(id.value);
  if (owner == owners_.end()) return groups;
  for (const auto& [first, group] : owner->second.first) groups.push_back(group);
  return groups;
}

void GroupScan::came_back(MessageId id) {
  auto below = looked_below_.find(id.level);
  if (below != looked_below_.end() && id.offset < below->second) again_.insert(id);
}

void GroupScan::went(std::uint8_t level, OffsetRange range) {
  left_since_sweep_ += static_cast<std::uint64_t>(range.size());
  if (again_.empty()) return;
  again_.erase(again_.lower_bound({level, range.first}), again_.lower_bound({level, range.next}));
}

void GroupScan::sweep(const Levels& levels) {
  left_since_sweep_ = 0;
  auto is_gone = [&levels](MessageId id) { return !ready_at(levels, id); };
  for (auto at = groups_.begin(); at != groups_.end();) {
    Group& group = at->second;
    unlist(group);
    parked_messages_ -= group.messages.remove_if(is_gone);
    list(GroupId(at->first), group);
    at = group.messages.front() ? std::next(at) : groups_.erase(at);
  }
  parked_messages_ -=
      std::erase_if(open_, [&is_gone](const auto& one) { return one.second == kNoGroup && is_gone(one.first); });
}

}  // namespace wharf::queue
