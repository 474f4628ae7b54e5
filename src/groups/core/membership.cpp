#include "groups/core/membership.hpp"

#include <algorithm>
#include <utility>

#include "groups/core/stored.hpp"
#include "model/error.hpp"

namespace wharf::groups {

SharedBytes Member::metadata(std::string_view protocol) const {
  auto found = std::ranges::find(protocols, protocol, &Protocol::name);
  return found == protocols.end() ? SharedBytes() : found->metadata;
}

std::vector<Protocol> without_repeats(std::vector<Protocol> protocols) {
  std::set<std::string> seen;
  std::vector<Protocol> once;
  for (Protocol& protocol : protocols) {
    if (seen.insert(protocol.name).second) once.push_back(std::move(protocol));
  }
  return once;
}

bool same_protocols(const std::vector<Protocol>& a, const std::vector<Protocol>& b) {
  return std::ranges::equal(a, b, [](const Protocol& x, const Protocol& y) {
    return x.name == y.name && same_bytes(x.metadata, y.metadata);
  });
}

Member* Membership::find(std::string_view member_id) {
  auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : &found->second;
}

const Member* Membership::find(std::string_view member_id) const {
  auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : &found->second;
}

const Member* Membership::find_static(const std::string& group_instance_id) const {
  auto found = by_instance_.find(group_instance_id);
  return found == by_instance_.end() ? nullptr : find(found->second);
}

void Membership::restore_leader(std::optional<std::string> leader) {
  if (leader && members_.contains(*leader)) leader_ = std::move(leader);
}

bool Membership::elect_joined_leader() {
  if (!leader_) return false;
  if (find(*leader_)->awaits_join()) return true;
  auto joined = std::ranges::find_if(members_, [](const auto& entry) { return entry.second.awaits_join(); });
  if (joined == members_.end()) return false;
  leader_ = joined->first;
  return true;
}

Member& Membership::add(Member member) {
  std::string id = member.member_id;
  if (member.group_instance_id) {
    bool is_new = by_instance_.emplace(*member.group_instance_id, id).second;
    WHARF_ASSERT(is_new);
  }
  pending_.erase(id);
  count_protocols(member, 1);
  auto [at, is_new] = members_.emplace(id, std::move(member));
  WHARF_ASSERT(is_new);
  if (!leader_) leader_ = std::move(id);
  return at->second;
}

void Membership::remove(std::string_view member_id) {
  auto found = members_.find(member_id);
  if (found == members_.end()) return;
  WHARF_ASSERT(!found->second.awaits_join() && !found->second.sync_token);
  if (found->second.group_instance_id) by_instance_.erase(*found->second.group_instance_id);
  count_protocols(found->second, -1);
  bool led = is_leader(found->first);
  members_.erase(found);
  if (!led) return;
  leader_.reset();
  if (!members_.empty()) leader_ = members_.begin()->first;
}

Member& Membership::rename(std::string_view old_id, const std::string& new_id) {
  auto node = members_.extract(members_.find(old_id));
  WHARF_ASSERT(!node.empty() && !node.mapped().awaits_join() && !node.mapped().sync_token);
  if (leader_ == node.key()) leader_ = new_id;
  node.key() = new_id;
  node.mapped().member_id = new_id;
  auto placed = members_.insert(std::move(node));
  WHARF_ASSERT(placed.inserted);
  Member& member = placed.position->second;
  if (member.group_instance_id) by_instance_[*member.group_instance_id] = new_id;
  return member;
}

void Membership::set_protocols(Member& member, std::vector<Protocol> protocols) {
  count_protocols(member, -1);
  member.protocols = std::move(protocols);
  count_protocols(member, 1);
}

std::optional<RequestToken> Membership::park_join(Member& member, RequestToken token) {
  auto displaced = take_join(member);
  member.join_token_ = token;
  ++awaiting_join_;
  return displaced;
}

std::optional<RequestToken> Membership::take_join(Member& member) {
  if (member.join_token_) --awaiting_join_;
  return std::exchange(member.join_token_, std::nullopt);
}

std::int32_t Membership::max_rebalance_timeout_ms() const {
  std::int32_t longest = 0;
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout_ms);
  return longest;
}

bool Membership::has_in_common(const std::vector<Protocol>& protocols) const {
  if (members_.empty()) return !protocols.empty();
  return std::ranges::any_of(protocols, [&](const Protocol& protocol) {
    auto found = protocol_counts_.find(protocol.name);
    return found != protocol_counts_.end() && found->second == members_.size();
  });
}

std::string Membership::elect_protocol() const {
  WHARF_ASSERT(!members_.empty());
  std::map<std::string_view, std::size_t> votes;
  for (const auto& [id, member] : members_) {
    auto choice = std::ranges::find_if(member.protocols, [&](const Protocol& protocol) {
      return protocol_counts_.at(protocol.name) == members_.size();
    });
    WHARF_ASSERT(choice != member.protocols.end());
    ++votes[choice->name];
  }
  auto winner = std::ranges::max_element(votes, {}, &std::pair<const std::string_view, std::size_t>::second);
  return std::string(winner->first);
}

void Membership::count_protocols(const Member& member, int by) {
  for (const Protocol& protocol : member.protocols) {
    auto at = protocol_counts_.try_emplace(protocol.name, 0).first;
    at->second += static_cast<std::size_t>(by);
    if (at->second == 0) protocol_counts_.erase(at);
  }
}

}  // namespace wharf::groups
