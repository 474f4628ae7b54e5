#include "queue/core/message_groups.hpp"

#include <utility>
#include <vector>

namespace wharf::queue {
namespace {

using Kind = GroupAccess::Kind;

/// One selector's, before the next one has its turn: as long as its messages are loaded.
constexpr int kLooksPerTurn = 256;

}  // namespace

MessageGroups::MessageGroups(const Consumers& consumers, bool rebalances, GroupLimits limits)
    : consumers_(consumers), rebalances_(rebalances), limits_(limits) {
  scans_.try_emplace(kAnyMessage, limits_.parked_messages);  // stays, for who takes single messages
}

void MessageGroups::subscribed(ConsumerId id, SelectorId selector) {
  GroupScan& scan = scans_.try_emplace(selector, limits_.parked_messages).first->second;
  scan.join(id);
  changed(id);
  if (!rebalances_) return;
  std::vector<GroupId> owned;
  for (auto& [number, group] : groups_) {
    if (group.owner) owned.push_back(GroupId(number));
  }
  for (GroupId one : owned) {
    Group& group = groups_.at(one.value);
    group.closing = true;
    changed(one, group);
  }
}

void MessageGroups::stopped(ConsumerId id, SelectorId selector) {
  auto scan = scans_.find(selector);
  if (scan == scans_.end()) return;
  for (GroupId one : scan->second.owned_by(id)) {
    if (auto group = groups_.find(one.value); group != groups_.end()) changed(one, group->second);
  }
  scan->second.leave(id);
  if (consumers_.attached() == 0) forget(0);
  if (selector == kAnyMessage || consumers_.has(selector)) return;
  scans_.erase(scan);
  held_back_.erase(selector);
}

void MessageGroups::changed(ConsumerId id) {
  const ConsumerOptions* options = consumers_.options(id);
  if (options == nullptr) return;
  auto scan = scans_.find(options->selector.value_or(kAnyMessage));
  if (scan != scans_.end()) scan->second.room(id, consumers_.may_take(id));
}

GroupAccess MessageGroups::access(SelectorId selector, GroupId id) const {
  auto found = groups_.find(id.value);
  if (found == groups_.end()) return {Kind::kOpen};
  const Group& group = found->second;
  if (group.resting > 0) return {Kind::kShut};
  if (!group.owner) return {Kind::kOpen};
  bool is_theirs = group.selector == selector && consumers_.is_attached(*group.owner);
  if (is_theirs && !group.closing) return {Kind::kOwned, *group.owner};
  return {group.out > 0 ? Kind::kShut : Kind::kOpen};
}

std::optional<MessageGroups::Next> MessageGroups::next_of(SelectorId selector, GroupScan& scan, const Levels& levels,
                                                          GroupScan::Wanted wanted) {
  held_back_.erase(selector);
  std::optional<GroupScan::Next> next = scan.next(levels, wanted);
  if (!next) return std::nullopt;
  if (next->looked_at && next->ready.held_back) {
    held_back_.emplace(selector, next->id);
    return std::nullopt;
  }
  return Next{*next, selector};
}

std::optional<MessageGroups::Next> MessageGroups::next(const Levels& levels) {
  for (std::size_t left = scans_.size() + 1; left > 0; --left) {  // once around, and back to whose turn has ended
    auto at = scans_.lower_bound(turn_);
    if (at == scans_.end()) at = scans_.begin();
    auto& [selector, scan] = *at;
    if (turn_ != selector) looks_left_ = kLooksPerTurn;
    turn_ = selector;
    if (looks_left_ > 0 && choose(selector)) {
      if (std::optional<Next> next = next_of(selector, scan, levels, {})) return next;
    }
    turn_ = selector == kAnyMessage ? SelectorId() : selector.plus(1);
    looks_left_ = kLooksPerTurn;
  }
  return std::nullopt;
}

bool MessageGroups::could_have(ConsumerId id, SelectorId selector, const Levels& levels) {
  auto scan = scans_.find(selector);
  return scan != scans_.end() && scan->second.could_have(id, levels);
}

std::optional<MessageGroups::Next> MessageGroups::next_for_getter(const Levels& levels) {
  return next_of(kAnyMessage, scans_.at(kAnyMessage), levels, {.by_owners = false});
}

std::optional<MessageId> MessageGroups::held_back(const Levels& levels) const {
  for (const auto& [selector, id] : held_back_) {
    std::optional<Ready> ready = levels.at(id.level).ready_at_or_behind(id.offset);
    if (ready && ready->offset == id.offset && ready->held_back) return id;
  }
  return std::nullopt;
}

void MessageGroups::looked(SelectorId selector, MessageId id, bool matches, GroupId group) {
  GroupScan& scan = scans_.at(selector);
  scan.looked(id);
  if (matches) scan.park(id, group, group == kNoGroup ? GroupAccess{} : access(selector, group));
  --looks_left_;
}

ConsumerId MessageGroups::taker(SelectorId selector, GroupId group) const {
  GroupAccess rule = group == kNoGroup ? GroupAccess{} : access(selector, group);
  std::optional<ConsumerId> to = rule.kind == Kind::kOwned ? rule.owner : choose(selector);
  WHARF_ASSERT(to && rule.kind != Kind::kShut);
  return *to;
}

void MessageGroups::handed(MessageId id, GroupId number, SelectorId selector, ConsumerId to, bool settled,
                           bool closes) {
  scans_.at(selector).unpark(id, number);
  if (number == kNoGroup) return;
  Group& group = groups_[number.value];
  if (group.owner != to) {
    group.owner = to;
    group.selector = selector;
    group.closing = false;
  }
  group.closing = group.closing || closes;
  if (!settled) {
    ++group.out;
    out_.emplace(id, Out{number});
  }
  changed(number, group);
}

/// Of one that was out or waited for its next try.
void MessageGroups::leave(const Out& out) {
  Group& group = groups_.at(out.group.value);
  --(out.resting ? group.resting : group.out);
  changed(out.group, group);
}

void MessageGroups::came_back(MessageId id) {
  for (auto& [selector, scan] : scans_) scan.came_back(id);
  gone(id);
}

void MessageGroups::rests(MessageId id) {
  auto found = out_.find(id);
  if (found == out_.end()) return;
  Group& group = groups_.at(found->second.group.value);
  found->second.resting = true;
  ++group.resting;
  --group.out;
  changed(found->second.group, group);
}

void MessageGroups::gone(MessageId id) {
  auto found = out_.find(id);
  if (found == out_.end()) return;
  Out out = found->second;
  out_.erase(found);
  leave(out);
}

void MessageGroups::gone(std::uint8_t level, OffsetRange range) {
  std::vector<Out> lost;
  boost::unordered::erase_if(out_, [&](const auto& one) {
    bool is_lost = one.first.level == level && one.first.offset >= range.first && one.first.offset < range.next;
    if (is_lost) lost.push_back(one.second);
    return is_lost;
  });
  for (const Out& out : lost) leave(out);
}

void MessageGroups::went(std::uint8_t level, OffsetRange range) {
  for (auto& [selector, scan] : scans_) scan.went(level, range);
}

/// The owner, or what is out, or rests, is another: `group` may be gone afterwards.
void MessageGroups::changed(GroupId id, Group& group) {
  bool stays = group.out > 0 || (group.owner && !group.closing && consumers_.is_attached(*group.owner));
  if (group.idle) idle_.erase(*std::exchange(group.idle, std::nullopt));
  if (!stays) group.owner.reset(), group.closing = false;
  if (group.owner && group.out == 0) group.idle = idle_.insert(idle_.end(), id);
  if (!group.owner && group.resting == 0) groups_.erase(id.value);
  for (auto& [selector, scan] : scans_) scan.allow(id, access(selector, id));
  forget(limits_.idle_groups);
}

/// Of the groups of which nothing is out, as many stay with their owners.
void MessageGroups::forget(std::size_t idle_groups) {
  while (idle_.size() > idle_groups) {
    GroupId id = idle_.front();
    Group& group = groups_.at(id.value);
    group.closing = true;
    changed(id, group);
  }
}

std::size_t MessageGroups::parked() const {
  std::size_t parked = 0;
  for (const auto& [selector, scan] : scans_) parked += scan.parked();
  return parked;
}

}  // namespace wharf::queue
