#include "groups/core/coordinator.hpp"

#include <algorithm>
#include <iterator>

#include "groups/core/fields.hpp"
#include "groups/core/records.hpp"

namespace wharf::groups {
namespace {

bool fits(const std::string& text) {
  return text.size() <= kMaxStringBytes;
}
bool fits(const std::optional<std::string>& text) {
  return !text || fits(*text);
}

MaybeError check(const JoinGroup& request, const GroupSettings& settings) {
  if (request.group_id.empty() || !fits(request.group_id)) return ErrorCode::kInvalidGroup;
  if (request.session_timeout_ms < settings.min_session_timeout_ms ||
      request.session_timeout_ms > settings.max_session_timeout_ms) {
    return ErrorCode::kInvalidSessionTimeout;
  }
  bool storable = fits(request.member_id) && fits(request.group_instance_id) && fits(request.client_id) &&
                  fits(request.client_host) && fits(request.protocol_type) &&
                  std::ranges::all_of(request.protocols, [](const Protocol& protocol) { return fits(protocol.name); });
  if (!storable) return ErrorCode::kInvalidRequest;
  return std::nullopt;
}

}  // namespace

GroupCoordinator::Entry* GroupCoordinator::find(std::string_view group_id) {
  auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

const GroupCoordinator::Entry* GroupCoordinator::find(std::string_view group_id) const {
  auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : &found->second;
}

GroupCoordinator::Entry& GroupCoordinator::find_or_create(const std::string& group_id) {
  auto found = groups_.find(group_id);
  if (found == groups_.end()) found = groups_.emplace(group_id, Entry{Group(group_id, settings_), {}}).first;
  return found->second;
}

Actions GroupCoordinator::step(Event event, Now now) {
  Actions actions;
  std::visit([&](auto&& one) { on(std::forward<decltype(one)>(one), now, actions); }, std::move(event));
  return actions;
}

Actions GroupCoordinator::tick(Now now) {
  Actions actions;
  while (!wakes_.empty() && wakes_.begin()->first <= now.monotonic) {
    Entry& entry = *find(wakes_.begin()->second);
    wakes_.erase(wakes_.begin());
    entry.registered = kNever;
    with_group(entry, now, actions, [](Group&, GroupStep&) {});
  }
  return actions;
}

std::optional<MonotonicTime> GroupCoordinator::next_deadline() const {
  if (wakes_.empty()) return std::nullopt;
  return wakes_.begin()->first;
}

template <class Turn>
void GroupCoordinator::with_group(Entry& entry, Now now, Actions& actions, Turn turn) {
  GroupStep step{now, actions, {}};
  turn(entry.group, step);
  entry.group.tick(step);
  for (StoreRequest& store : step.stores) {
    std::vector<StoredChange> changes;
    changes.emplace_back(GroupStored{entry.group.id(), std::move(store.group)});
    append(entry, std::move(changes), GroupWrite{std::move(store.purpose)}, actions);
  }
  settle(entry.group.id());
}

void GroupCoordinator::append(Entry& entry, std::vector<StoredChange> changes, Purpose purpose, Actions& actions) {
  Append request{next_append_, entry.group.id(), {}};
  next_append_ = next_append_.plus(1);
  for (StoredChange& change : changes) {
    change = as_stored(std::move(change));
    request.records.push_back(encode(change));
  }
  ++entry.appends_in_flight;
  pending_.push_back({request.id, entry.group.id(), std::move(changes), std::move(purpose)});
  actions.appends.push_back(std::move(request));
}

void GroupCoordinator::settle(const std::string& group_id) {
  auto at = groups_.find(group_id);
  if (at == groups_.end()) return;
  Entry& entry = at->second;
  bool nothing_left = entry.group.is_forgettable() && entry.offsets.empty() && entry.appends_in_flight == 0;
  register_wake(at, nothing_left ? kNever : entry.group.wake());
  if (nothing_left) groups_.erase(at);
}

void GroupCoordinator::register_wake(Groups::iterator at, MonotonicTime wake) {
  Entry& entry = at->second;
  if (entry.registered == wake) return;
  if (entry.registered != kNever) wakes_.erase({entry.registered, at->first});
  if (wake != kNever) wakes_.emplace(wake, at->first);
  entry.registered = wake;
}

void GroupCoordinator::on(JoinGroup request, Now now, Actions& actions) {
  auto refuse = [&](ErrorCode error) {
    actions.replies.push_back({request.token, JoinResponse{.error = error, .member_id = request.member_id}});
  };
  if (auto error = check(request, settings_)) return refuse(*error);
  if (!request.member_id.empty() && !find(request.group_id)) return refuse(ErrorCode::kUnknownMember);
  Entry& entry = find_or_create(request.group_id);
  with_group(entry, now, actions, [&](Group& group, GroupStep& step) { group.join(std::move(request), step); });
}

void GroupCoordinator::on(const SyncGroup& request, Now now, Actions& actions) {
  Entry* entry = find(request.group_id);
  if (!entry) {
    return actions.replies.push_back({request.token, SyncResponse{.error = ErrorCode::kUnknownMember}});
  }
  with_group(*entry, now, actions, [&](Group& group, GroupStep& step) { group.sync(request, step); });
}

void GroupCoordinator::on(const Heartbeat& request, Now now, Actions& actions) {
  Entry* entry = find(request.group_id);
  if (!entry) return actions.replies.push_back({request.token, HeartbeatResponse{ErrorCode::kUnknownMember}});
  with_group(*entry, now, actions, [&](Group& group, GroupStep& step) { group.heartbeat(request, step); });
}

void GroupCoordinator::on(const LeaveGroup& request, Now now, Actions& actions) {
  if (Entry* entry = find(request.group_id)) {
    return with_group(*entry, now, actions, [&](Group& group, GroupStep& step) { group.leave(request, step); });
  }
  LeaveResponse response;
  if (request.group_id.empty()) response.error = ErrorCode::kInvalidGroup;
  for (const LeavingMember& member : request.members) {
    response.members.push_back({member.member_id, member.group_instance_id, ErrorCode::kUnknownMember});
  }
  actions.replies.push_back({request.token, std::move(response)});
}

void GroupCoordinator::on(const AppendCommitted& event, Now now, Actions& actions) {
  WHARF_ASSERT(!pending_.empty() && pending_.front().id == event.id);
  PendingAppend done = std::move(pending_.front());
  pending_.pop_front();
  Entry& entry = *find(done.group_id);
  --entry.appends_in_flight;
  if (auto* write = std::get_if<GroupWrite>(&done.purpose)) {
    const StoredGroup& stored = std::get<GroupStored>(done.changes.front()).group;
    return with_group(entry, now, actions,
                      [&](Group& group, GroupStep& step) { group.stored(stored, write->purpose, step); });
  }
  for (const StoredChange& change : done.changes) apply(change);
  settle(done.group_id);
  if (auto* commit = std::get_if<OffsetCommit>(&done.purpose)) {
    actions.replies.push_back({commit->token, std::move(commit->response)});
  } else if (auto* deletion = std::get_if<OffsetDelete>(&done.purpose)) {
    actions.replies.push_back({deletion->token, std::move(deletion->response)});
  } else if (auto* removal = std::get_if<GroupRemoval>(&done.purpose); removal && removal->token) {
    actions.replies.push_back({*removal->token, DeleteGroupResponse{}});
  }
}

void GroupCoordinator::on(const AppendFailed& event, Now now, Actions& actions) {
  auto found = std::ranges::find(pending_, event.id, &PendingAppend::id);
  WHARF_ASSERT(found != pending_.end());
  PendingAppend failed = std::move(*found);
  pending_.erase(found);
  Entry& entry = *find(failed.group_id);
  --entry.appends_in_flight;
  // A full or failed disk is not the client's business: it asks again.
  ErrorCode error = event.error == ErrorCode::kNotCoordinator || event.error == ErrorCode::kTooLarge
                        ? event.error
                        : ErrorCode::kUnavailable;
  if (std::holds_alternative<GroupRemoval>(failed.purpose)) entry.group.removal_failed();
  if (auto* write = std::get_if<GroupWrite>(&failed.purpose)) {
    return with_group(entry, now, actions,
                      [&](Group& group, GroupStep& step) { group.store_failed(write->purpose, error, step); });
  }
  answer_failed(failed, error, actions);
  settle(failed.group_id);
}

void GroupCoordinator::answer_failed(PendingAppend& failed, ErrorCode error, Actions& actions) {
  if (auto* commit = std::get_if<OffsetCommit>(&failed.purpose)) {
    for (TopicResult& topic : commit->response.topics) {
      for (PartitionResult& partition : topic.partitions) partition.error = partition.error.value_or(error);
    }
    actions.replies.push_back({commit->token, std::move(commit->response)});
  } else if (auto* deletion = std::get_if<OffsetDelete>(&failed.purpose)) {
    deletion->response.error = error;
    actions.replies.push_back({deletion->token, std::move(deletion->response)});
  } else if (auto* removal = std::get_if<GroupRemoval>(&failed.purpose); removal && removal->token) {
    actions.replies.push_back({*removal->token, DeleteGroupResponse{error}});
  }
}

Actions GroupCoordinator::resign(Now now) {
  Actions actions;
  for (PendingAppend& append : pending_) answer_failed(append, ErrorCode::kNotCoordinator, actions);
  for (auto& [id, entry] : groups_) {
    GroupStep step{now, actions, {}};
    entry.group.resign(ErrorCode::kNotCoordinator, step);
  }
  pending_.clear();
  wakes_.clear();
  return actions;
}

Result<void> GroupCoordinator::replay(ByteView key, std::optional<ByteView> value) {
  auto change = decode(key, value);
  if (!change) return fail(change.error());
  apply(*change);
  return {};
}

Actions GroupCoordinator::loaded(Now now) {
  Actions actions;
  std::vector<std::string> ids;
  for (const auto& [id, entry] : groups_) ids.push_back(id);
  for (const std::string& id : ids) {
    with_group(*find(id), now, actions, [](Group& group, GroupStep& step) { group.loaded(step); });
  }
  return actions;
}

/// What a record does to the state, while the log is read and when it has been written. A group exists as long as its
/// metadata or an offset of it does.
void GroupCoordinator::apply(const StoredChange& change) {
  if (const auto* offset = std::get_if<OffsetStored>(&change)) {
    find_or_create(offset->group_id).offsets.put(offset->topic, offset->partition, offset->offset);
  } else if (const auto* gone = std::get_if<OffsetRemoved>(&change)) {
    if (Entry* entry = find(gone->group_id)) {
      entry->offsets.remove(gone->topic, gone->partition);
      settle(gone->group_id);
    }
  } else if (const auto* stored = std::get_if<GroupStored>(&change)) {  // only while the log is read
    Entry before{std::move(find_or_create(stored->group_id))};
    groups_.erase(stored->group_id);
    groups_.emplace(stored->group_id,
                    Entry{Group(stored->group_id, settings_, stored->group), std::move(before.offsets)});
  } else if (const auto* removed = std::get_if<GroupRemoved>(&change)) {
    if (Entry* entry = find(removed->group_id)) {
      auto at = groups_.find(removed->group_id);
      register_wake(at, kNever);
      Entry left{Group(removed->group_id, settings_), std::move(entry->offsets), entry->appends_in_flight};
      groups_.erase(at);
      groups_.emplace(removed->group_id, std::move(left));
      settle(removed->group_id);
    }
  }
}

}  // namespace wharf::groups
