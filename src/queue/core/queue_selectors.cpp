// A queue's consumers with selectors: what each selector has looked at, and what it finds.
#include <algorithm>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

/// One selector's, before the next one has its turn: as long as its messages are loaded.
constexpr int kLooksPerTurn = 256;

}  // namespace

Result<void> Queue::subscribe(ConsumerId id, const ConsumerOptions& options) {
  Result<void> added = consumers_.add(id, options);
  if (!added) return added;
  if (groups_) {
    groups_->subscribed(id, options.selector.value_or(kAnyMessage));
  } else if (options.selector) {
    scans_.try_emplace(*options.selector);
  }
  return added;
}

void Queue::stop(ConsumerId id) {
  consumers_.stop(id);
  forget_unused_scans();
  const ConsumerOptions* options = consumers_.options(id);
  if (groups_ && options != nullptr) groups_->stopped(id, options->selector.value_or(kAnyMessage));
}

void Queue::wrote(ConsumerId id, std::uint64_t bytes) {
  consumers_.wrote(id, bytes);
  if (groups_) groups_->changed(id);
}

void Queue::change_share(ConsumerId id, std::int64_t more) {
  consumers_.change_share(id, more);
  if (groups_) groups_->changed(id);
}

std::optional<std::uint64_t> Queue::take_share(ConsumerId id, bool all) {
  std::optional<std::uint64_t> taken = consumers_.take_share(id, all);
  if (groups_) groups_->changed(id);
  return taken;
}

void Queue::forget_unused_scans() {
  std::erase_if(scans_, [this](const auto& scan) { return !consumers_.has(scan.first); });
}

Queue::Scans& Queue::scans_of(SelectorId selector) {
  Scans& scans = scans_.at(selector);
  for (const auto& [number, cursor] : levels_) scans.try_emplace(number);
  return scans;
}

std::vector<ConsumerId> Queue::ask_for_share() {
  const bool passed_over = std::exchange(passed_over_, false);
  if (!consumers_.any_short()) return {};
  return consumers_.ask_for_share([&](ConsumerId id, std::optional<SelectorId> selector) {
    if (passed_over) return true;
    if (groups_) return groups_->could_have(id, selector.value_or(kAnyMessage), levels_);
    return selector ? next_of(*selector, scans_of(*selector)).has_value() : ready() > 0;
  });
}

/// Of the highest level that has one.
std::optional<Selected> Queue::next_of(SelectorId selector, const Scans& scans) const {
  for (auto at = scans.rbegin(); at != scans.rend(); ++at) {
    std::optional<SelectorScan::Next> next = at->second.next(levels_.at(at->first));
    if (!next) continue;
    Offer offer{{at->first, next->ready.offset}, next->ready.tries, next->ready.redelivered, selector, {}};
    return Selected{offer, next->matches, next->matches && next->ready.held_back};
  }
  return std::nullopt;
}

std::optional<Selected> Queue::next_selected() {
  if (groups_) return selected(groups_->next(levels_));
  if (scans_.empty()) return std::nullopt;
  for (std::size_t left = scans_.size() + 1; left > 0; --left) {  // once around, and back to whose turn has ended
    auto at = scans_.lower_bound(scan_turn_);
    if (at == scans_.end()) at = scans_.begin();
    const SelectorId selector = at->first;
    if (scan_turn_ != selector) looks_left_ = kLooksPerTurn;
    scan_turn_ = selector;
    if (looks_left_ > 0 && consumers_.choose(selector)) {
      std::optional<Selected> next = next_of(selector, scans_of(selector));
      if (next && !next->held_back) return next;
    }
    scan_turn_ = selector.plus(1);
    looks_left_ = kLooksPerTurn;
  }
  return std::nullopt;
}

void Queue::looked(const Selected& selected, bool matches, GroupId group) {
  MessageId id = selected.offer.id;
  if (groups_) return groups_->looked(*selected.offer.selector, id, matches, group);
  scans_.at(*selected.offer.selector)[id.level].looked(id.offset, matches);
  --looks_left_;
}

std::optional<Queue::Reserve> Queue::wanted_ahead() const {
  std::optional<MessageId> found = found_ahead();
  if (!found) return std::nullopt;
  return Reserve{found->level, found->offset.plus(options_.reserve_messages), found->offset};
}

/// A message that somebody would have, but for the reserve, which is not asked for yet.
std::optional<MessageId> Queue::found_ahead() const {
  auto is_asked = [this](MessageId id) {
    return std::ranges::any_of(ahead_asked_, [id](const Reserve& asked) {
      return asked.level == id.level && *asked.first <= id.offset && id.offset < asked.below;
    });
  };
  if (groups_) {
    std::optional<MessageId> found = groups_->held_back(levels_);
    return found && !is_asked(*found) ? found : std::nullopt;
  }
  if (values_) {
    std::optional<MessageId> found = placed_in_front();
    if (found && !offer_of(*found) && !is_asked(*found)) return found;
  }
  for (const auto& [selector, scans] : scans_) {
    std::optional<Selected> next = consumers_.choose(selector) ? next_of(selector, scans) : std::nullopt;
    if (next && next->held_back && !is_asked(next->offer.id)) return next->offer.id;
  }
  return std::nullopt;
}

void Queue::came_back(MessageId id) {
  if (values_ && values_->is_outlived(id)) return settle_one(id);
  for (auto& [selector, scans] : scans_) {
    if (auto scan = scans.find(id.level); scan != scans.end()) scan->second.came_back(id.offset);
  }
  if (groups_) groups_->came_back(id);
  if (values_) values_->came_back(id);
}

void Queue::went(std::uint8_t number, OffsetRange range) {
  for (auto& [selector, scans] : scans_) {
    if (auto scan = scans.find(number); scan != scans.end()) scan->second.went(range);
  }
  if (is_plain_) return;
  if (groups_) groups_->went(number, range);
  if (values_) values_->went(number, range);
}

}  // namespace wharf::queue
