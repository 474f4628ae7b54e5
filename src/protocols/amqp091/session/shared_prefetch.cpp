#include "protocols/amqp091/session/shared_prefetch.hpp"

#include <algorithm>
#include <utility>

namespace wharf::amqp091 {

SharedPrefetch::Member* SharedPrefetch::find(queue::ConsumerId id) {
  auto found = members_.find(id);
  return found == members_.end() ? nullptr : &found->second;
}

void SharedPrefetch::change(queue::ConsumerId id, Member& member, std::int64_t more) {
  member.share += more;
  shares_ += more;
  changes_.push_back({id, ShareChange::Kind::kMore, more});
}

void SharedPrefetch::set_limit(std::uint32_t messages) {
  if (messages > 0) {
    limit_ = messages;
    return balance();
  }
  limit_.reset();
  for (auto& [id, member] : members_) {
    stop_waiting(id, member);
    if (member.stopped) continue;
    member.may_spare = true;
    change(id, member, queue::kWholeShare - member.share);
  }
}

std::int64_t SharedPrefetch::add(queue::ConsumerId id) {
  Member member{.share = limit_ ? std::max<std::int64_t>(free(), 0) : queue::kWholeShare};
  member.may_spare = member.share > 0;
  shares_ += member.share;
  return members_.emplace(id, member).first->second.share;
}

void SharedPrefetch::stopped(queue::ConsumerId id, std::uint64_t unsettled) {
  Member* member = find(id);
  if (member == nullptr || member->stopped) return;
  stop_waiting(id, *member);
  member->stopped = true;
  ++stopped_;
  shares_ -= member->share;
  member->share = static_cast<std::int64_t>(unsettled);
  shares_ += member->share;
  balance();
}

void SharedPrefetch::remove(queue::ConsumerId id) {
  Member* member = find(id);
  if (member == nullptr) return;
  stop_waiting(id, *member);
  shares_ -= member->share;
  stopped_ -= member->stopped ? 1 : 0;
  members_.erase(id);
  balance();
}

void SharedPrefetch::wants(queue::ConsumerId id) {
  Member* member = find(id);
  if (member == nullptr || member->stopped || !limit_) return;
  if (!std::exchange(member->waits, true)) waiting_.push_back(id);
  balance();
}

/// One that did not use its share does not want any more; where that has changed meanwhile its queue says so again.
void SharedPrefetch::returned(queue::ConsumerId id, std::uint64_t messages) {
  Member* member = find(id);
  if (member == nullptr || member->stopped) return;
  member->asked_back = false;
  if (messages > 0) {
    stop_waiting(id, *member);
    member->may_spare = true;
    member->share -= static_cast<std::int64_t>(messages);
    shares_ -= static_cast<std::int64_t>(messages);
  }
  balance();
}

/// What is settled stays in its share, for its queue to give it the next ones unasked, unless others wait.
void SharedPrefetch::note_settled(queue::ConsumerId id, std::int64_t messages) {
  Member* member = find(id);
  if (member == nullptr) return;
  if (member->stopped) {
    member->share -= messages;
    shares_ -= messages;
    return balance();
  }
  if (!limit_) return;
  const std::int64_t back = others_wait(*member) ? messages : std::clamp<std::int64_t>(-free(), 0, messages);
  if (back > 0) change(id, *member, -back);
  member->settling = true;
  if (back < messages) member->kept = true;
  balance();
}

void SharedPrefetch::note_handed_on(queue::ConsumerId id) {
  Member* member = find(id);
  if (member == nullptr) return;
  member->settling = false;
  if (!std::exchange(member->kept, false)) return;
  member->may_spare = true;
  balance();
}

void SharedPrefetch::stop_waiting(queue::ConsumerId id, Member& member) {
  if (std::exchange(member.waits, false)) std::erase(waiting_, id);
}

void SharedPrefetch::balance() {
  if (!limit_) return;
  while (free() > 0 && !waiting_.empty()) {
    const queue::ConsumerId id = waiting_.front();
    Member& member = members_.at(id);
    const std::int64_t more = std::max<std::int64_t>(1, free() / static_cast<std::int64_t>(waiting_.size()));
    stop_waiting(id, member);
    member.may_spare = true;
    member.kept = member.settling;
    change(id, member, more);
  }
  if (free() < 0 || !waiting_.empty()) ask_back();
}

void SharedPrefetch::ask_back() {
  const auto kind = free() < 0 ? ShareChange::Kind::kAskAllBack : ShareChange::Kind::kAskHalfBack;
  for (auto& [id, member] : members_) {
    if (!member.may_spare || member.asked_back || member.stopped) continue;
    if (free() >= 0 && !others_wait(member)) continue;  // it would be asked for itself
    member.asked_back = true;
    member.may_spare = false;  // what is settled or added from here on is
    changes_.push_back({id, kind, 0});
  }
}

}  // namespace wharf::amqp091
