#pragma once
// Watches a coordinator from outside and says what is wrong, in one sentence; nothing is right otherwise.
// Held: each request gets one reply; generations only grow; one leader per generation; whoever syncs gets what is stored for it
// in that generation; what is live equals a replay of the log, and of the log compacted.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "groups/core/coordinator.hpp"
#include "groups/core/testdata/groups_testing.hpp"

namespace wharf::groups::testing {

/// The last record of each key, without tombstones, in the order of the log.
inline std::vector<LogRecord> compacted(const std::vector<LogRecord>& log) {
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < log.size(); ++i) last[log[i].key] = i;
  std::vector<LogRecord> kept;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (last[log[i].key] == i && log[i].value) kept.push_back(log[i]);
  }
  return kept;
}

inline void replay_log(const std::vector<LogRecord>& log, GroupCoordinator& into) {
  for (const LogRecord& record : log) {
    auto done = into.replay(as_bytes(record.key), record.value ? std::optional<ByteView>(as_bytes(*record.value)) : std::nullopt);
    WHARF_ASSERT(done.has_value());
  }
}

class Oracle {
 public:
  using Complaint = std::optional<std::string>;

  void asked(RequestToken token) { open_.insert(token); }
  void asked(const SyncGroup& request) {
    asked(request.token);
    syncs_[request.token] = {request.group_id, request.generation, request.member_id};
  }
  const std::set<RequestToken>& open() const { return open_; }
  /// These records are in the log now.
  void wrote(const std::vector<LogRecord>& records) {
    for (const LogRecord& record : records) {
      StoredChange change = decoded(record);
      const auto* stored = std::get_if<GroupStored>(&change);
      if (!stored) continue;
      auto& assigned = assigned_[{stored->group_id, stored->group.generation}];
      assigned.clear();
      for (const StoredMember& member : stored->group.members) assigned[member.member_id] = as_text(member.assignment.view());
    }
  }
  /// The node stopped: nobody waits for an answer any more, and generations may fall back to what was stored.
  void restarted() {
    open_.clear();
    seen_.clear();
    leaders_.clear();
  }

  Complaint saw(const Actions& actions, const GroupCoordinator& coordinator) {
    for (const Reply& reply : actions.replies) {
      if (open_.erase(reply.token) == 0) return fmt::format("token {} answered twice or never asked", reply.token.value);
      if (auto wrong = synced(reply)) return wrong;
    }
    return saw_groups(coordinator);
  }

  /// A member was told that it leads this generation, with the list of members to assign to.
  Complaint leads(const std::string& group, std::int32_t generation, const std::string& member) {
    auto [at, is_new] = leaders_.emplace(std::pair(group, generation), member);
    if (!is_new && at->second != member) return fmt::format("'{}' and '{}' both lead generation {}", at->second, member, generation);
    return std::nullopt;
  }

  /// `log` is all that was written, nothing is under way.
  static Complaint replays(const GroupCoordinator& live, const std::vector<LogRecord>& log, const GroupSettings& settings) {
    for (const auto& [what, records] : {std::pair("log", log), std::pair("compacted log", compacted(log))}) {
      GroupCoordinator replayed(settings);
      replay_log(records, replayed);
      if (auto wrong = compare(live, replayed)) return fmt::format("{} after a replay of the {}", *wrong, what);
    }
    return std::nullopt;
  }

 private:
  struct Seen {
    GroupState state;
    std::int32_t generation;
  };

  Complaint synced(const Reply& reply) {
    const auto* sync = std::get_if<SyncResponse>(&reply.response);
    if (!sync || sync->error) return std::nullopt;
    const auto& [group, generation, member] = syncs_[reply.token];
    auto stored = assigned_.find({group, generation});
    auto assigned = stored == assigned_.end() ? std::map<std::string, std::string>::iterator() : stored->second.find(member);
    if (stored == assigned_.end() || assigned == stored->second.end() || assigned->second != as_text(sync->assignment.view())) {
      return fmt::format("'{}' synced in generation {} to '{}', which is not stored", member, generation,
                         as_text(sync->assignment.view()));
    }
    return std::nullopt;
  }

  Complaint saw_groups(const GroupCoordinator& coordinator) {
    std::map<std::string, Seen> now;
    for (const ListedGroup& listed : coordinator.list()) {
      auto described = coordinator.describe(listed.group_id);
      now[listed.group_id] = {described->state, described->generation};
      auto before = seen_.find(listed.group_id);
      if (before == seen_.end() || before->second.state == GroupState::kDead) continue;
      bool assigns_anew = described->state == GroupState::kCompletingRebalance &&
                          before->second.state != GroupState::kCompletingRebalance;
      if (described->generation < before->second.generation + (assigns_anew ? 1 : 0)) {
        return fmt::format("group '{}' went from generation {} to {}", listed.group_id, before->second.generation,
                           described->generation);
      }
    }
    std::erase_if(leaders_, [&](const auto& one) {  // a group that was deleted begins anew
      auto found = now.find(one.first.first);
      return found == now.end() || found->second.state == GroupState::kDead;
    });
    seen_ = std::move(now);
    return std::nullopt;
  }

  static Complaint compare(const GroupCoordinator& live, const GroupCoordinator& replayed) {
    for (const ListedGroup& listed : replayed.list()) {
      if (!live.describe(listed.group_id)) return fmt::format("group '{}' returns", listed.group_id);
    }
    Now far = at_ms(1'000'000'000'000);
    for (const ListedGroup& listed : live.list()) {
      const std::string& id = listed.group_id;
      if (show_offsets(live, id) != show_offsets(replayed, id)) return fmt::format("offsets of '{}' differ", id);
      auto ours = *live.describe(id);
      auto theirs = replayed.describe(id);
      if (theirs && theirs->generation > ours.generation) return fmt::format("generation of '{}' differs", id);
      if (ours.state == GroupState::kStable && (!theirs || show_group(ours) != show_group(*theirs))) {
        return fmt::format("stable group '{}' differs: {} and {}", id, show_group(ours), theirs ? show_group(*theirs) : "none");
      }
      bool at_rest = ours.state == GroupState::kEmpty && ours.pending_members == 0;
      if (at_rest && (!theirs || show_group(ours) != show_group(*theirs))) return fmt::format("empty group '{}' differs", id);
      if (at_rest && show_expiry(live, id, far) != show_expiry(replayed, id, far)) return fmt::format("expiry of '{}' differs", id);
    }
    return std::nullopt;
  }

  static std::string show_offsets(const GroupCoordinator& of, const std::string& id) {
    std::string text;
    for (const FetchedTopic& topic : of.fetch_all_offsets(id)) {
      for (const FetchedOffset& one : topic.partitions) {
        text += fmt::format("{} {} {}={} {} {};", topic.topic, topic.topic_id.hex(), one.partition, one.offset.value,
                            one.leader_epoch.value, one.metadata);
      }
    }
    return text;
  }

  static std::string show_group(const DescribedGroup& group) {
    std::string text = fmt::format("{} {} '{}' '{}' {}", to_string(group.state), group.generation, group.protocol_type,
                                   group.protocol, group.leader.value_or("-"));
    for (const DescribedMember& member : group.members) {
      text += fmt::format(" [{} {} {} {} {} {}]", member.member_id, member.group_instance_id.value_or("-"), member.client_id,
                          member.client_host, as_text(member.metadata.view()), as_text(member.assignment.view()));
    }
    return text;
  }

  static std::string show_expiry(const GroupCoordinator& of, const std::string& id, Now now) {
    std::string text;
    for (const ExpireOffsets& one : of.expiry_round(id, 1, now).groups) {
      for (const ExpiredOffset& offset : one.offsets) text += fmt::format("{}-{};", offset.topic, offset.partition);
    }
    return text;
  }

  struct Sync {
    std::string group;
    std::int32_t generation;
    std::string member;
  };

  std::set<RequestToken> open_;
  std::map<RequestToken, Sync> syncs_;
  std::map<std::pair<std::string, std::int32_t>, std::map<std::string, std::string>> assigned_;  // what is in the log
  std::map<std::string, Seen> seen_;
  std::map<std::pair<std::string, std::int32_t>, std::string> leaders_;
};

}  // namespace wharf::groups::testing
