#include "queue/core/consumers.hpp"

#include <algorithm>

namespace wharf::queue {

Result<void> Consumers::add(ConsumerId id, const ConsumerOptions& options) {
  for (const auto& [other, consumer] : consumers_) {
    if (!consumer.attached) continue;
    if (options.exclusive || consumer.options.exclusive)
      return fail(ErrorCode::kLocked, "somebody consumes it exclusively");
    break;  // an exclusive one would be the only one
  }
  Consumer consumer{
      .options = options, .attached = true, .window_left = static_cast<std::int64_t>(options.window_bytes)};
  consumer.joined = consumer.served = ++clock_;
  consumers_.emplace(id.value, consumer);
  ++attached_;
  if (options.selector) ++selected_[options.selector->value].attached;
  if (std::optional<Milliseconds> timeout = timeout_beside_queue(options)) timeouts_.insert(*timeout);
  change(id, [](Consumer&) {});
  choose_active();
  return {};
}

void Consumers::add_holder(ConsumerId id) {
  consumers_.try_emplace(id.value);
}

void Consumers::stop(ConsumerId id) {
  auto found = consumers_.find(id.value);
  if (found == consumers_.end() || !found->second.attached) return;
  change(id, [](Consumer& consumer) { consumer.attached = false; });
  --attached_;
  if (std::optional<SelectorId> selector = found->second.options.selector) {
    auto group = selected_.find(selector->value);
    if (--group->second.attached == 0) selected_.erase(group);
  }
  choose_active();
}

void Consumers::remove(ConsumerId id) {
  stop(id);
  if (auto found = consumers_.find(id.value); found != consumers_.end()) forget(found);
}

void Consumers::forget(std::unordered_map<std::uint64_t, Consumer>::iterator consumer) {
  if (std::optional<Milliseconds> timeout = timeout_beside_queue(consumer->second.options)) {
    timeouts_.erase(timeouts_.find(*timeout));
  }
  consumers_.erase(consumer);
}

std::optional<Milliseconds> Consumers::timeout_beside_queue(const ConsumerOptions& options) {
  std::optional<Milliseconds> timeout = options.timeout ? options.timeout : options.default_timeout;
  return timeout && timeout->count() > 0 ? timeout : std::nullopt;
}

std::optional<Milliseconds> Consumers::least_timeout() const {
  return timeouts_.empty() ? std::nullopt : std::optional(*timeouts_.begin());
}

std::optional<Milliseconds> Consumers::timeout_of(ConsumerId id, std::optional<Milliseconds> of_queue) const {
  const ConsumerOptions* own = options(id);
  std::optional<Milliseconds> timeout = of_queue;
  if (own != nullptr && own->timeout) timeout = own->timeout;
  if (own != nullptr && !timeout) timeout = own->default_timeout;
  return timeout && timeout->count() > 0 ? timeout : std::nullopt;
}

bool Consumers::would_have_room(const Consumer& consumer) {
  bool may_hold_more = consumer.options.prefetch == 0 || consumer.unsettled < consumer.options.prefetch;
  return consumer.attached && may_hold_more && consumer.window_left > 0;
}

std::set<Consumers::Turn>& Consumers::turns_of(const Consumer& consumer) {
  std::optional<SelectorId> selector = consumer.options.selector;
  return selector ? selected_.at(selector->value).turns : turns_;
}

template <class Change>
void Consumers::change(ConsumerId id, Change change_figures) {
  auto found = consumers_.find(id.value);
  if (found != consumers_.end()) change(id, found->second, change_figures);
}

template <class Change>
void Consumers::change(ConsumerId id, Consumer& consumer, Change change_figures) {
  std::set<Turn>::node_type turn;
  if (consumer.listed) turn = turns_of(consumer).extract(turn_of(id, consumer));
  change_figures(consumer);
  consumer.listed = would_have_room(consumer) && fits_share(consumer);
  if (consumer.options.share != kWholeShare || !short_.empty()) note_short(id, consumer);
  if (!consumer.listed) return;
  if (turn.empty()) {
    turns_of(consumer).insert(turn_of(id, consumer));
  } else {
    turn.value() = turn_of(id, consumer);
    turns_of(consumer).insert(std::move(turn));
  }
}

void Consumers::note_short(ConsumerId id, const Consumer& consumer) {
  if (!consumer.asked && would_have_room(consumer) && !fits_share(consumer)) {
    short_.insert(id);
  } else {
    short_.erase(id);
  }
}

void Consumers::change_share(ConsumerId id, std::int64_t more) {
  change(id, [more](Consumer& consumer) {
    consumer.options.share += more;
    consumer.asked = false;
  });
}

std::optional<std::uint64_t> Consumers::take_share(ConsumerId id, bool all) {
  auto found = consumers_.find(id.value);
  if (found == consumers_.end() || !found->second.attached) return std::nullopt;
  const Consumer& holder = found->second;
  const std::int64_t unused =
      std::max<std::int64_t>(0, holder.options.share - static_cast<std::int64_t>(holder.unsettled));
  const std::int64_t taken = all ? unused : (unused + 1) / 2;
  if (taken > 0) change_share(id, -taken);
  return static_cast<std::uint64_t>(taken);
}

/// The active one stays until it leaves; then the highest priority, then who came first.
void Consumers::choose_active() {
  if (!single_active_) return;
  if (active_) {
    auto found = consumers_.find(active_->value);
    if (found != consumers_.end() && found->second.attached) return;
  }
  active_.reset();
  const Consumer* best = nullptr;
  for (const auto& [id, consumer] : consumers_) {
    if (!consumer.attached) continue;
    bool better = best == nullptr || consumer.options.priority > best->options.priority ||
                  (consumer.options.priority == best->options.priority && consumer.joined < best->joined);
    if (better) best = &consumer, active_ = ConsumerId(id);
  }
}

std::optional<ConsumerId> Consumers::choose(std::optional<SelectorId> selector) const {
  if (single_active_) {
    if (!active_) return std::nullopt;
    const Consumer& active = consumers_.at(active_->value);
    return active.listed && active.options.selector == selector ? active_ : std::nullopt;
  }
  const std::set<Turn>* turns = &turns_;
  if (selector) {
    auto group = selected_.find(selector->value);
    if (group == selected_.end()) return std::nullopt;
    turns = &group->second.turns;
  }
  return turns->empty() ? std::nullopt : std::optional(turns->begin()->id);
}

bool Consumers::may_take(ConsumerId id) const {
  auto found = consumers_.find(id.value);
  return found != consumers_.end() && found->second.listed && (!single_active_ || active_ == id);
}

bool Consumers::is_attached(ConsumerId id) const {
  auto found = consumers_.find(id.value);
  return found != consumers_.end() && found->second.attached;
}

void Consumers::handed(ConsumerId id, std::uint64_t body_bytes) {
  std::uint64_t window_bytes = body_bytes + kWindowBytesPerMessage;
  change(id, [this, window_bytes](Consumer& consumer) {
    if (!consumer.options.settles_itself) ++consumer.unsettled;
    consumer.window_left -= static_cast<std::int64_t>(window_bytes);
    consumer.served = ++clock_;
  });
}

void Consumers::settled(ConsumerId id, std::uint64_t messages) {
  auto found = consumers_.find(id.value);
  if (found == consumers_.end()) return;
  Consumer& consumer = found->second;
  change(id, consumer, [messages](Consumer& settling) { settling.unsettled -= messages; });
  if (!consumer.attached && consumer.unsettled == 0) forget(found);
}

void Consumers::wrote(ConsumerId id, std::uint64_t bytes) {
  change(id, [bytes](Consumer& consumer) { consumer.window_left += static_cast<std::int64_t>(bytes); });
}

const ConsumerOptions* Consumers::options(ConsumerId id) const {
  auto found = consumers_.find(id.value);
  return found == consumers_.end() ? nullptr : &found->second.options;
}

}  // namespace wharf::queue
