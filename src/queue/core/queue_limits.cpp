// A queue's limits, in length and in time: what may not come in, what is too much, what is too old.
#include <algorithm>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

/// In one range: an offset can be added to it.
constexpr std::uint64_t kMostAtOnce = std::uint64_t{1} << 40;

}  // namespace

Result<void> Queue::admit(std::uint64_t messages, std::uint64_t bytes) const {
  const QueueSettings& settings = options_.settings;
  if (settings.overflow == Overflow::kDropOldest) return {};
  bool too_many = settings.max_length && ready() + messages > *settings.max_length;
  bool too_large = settings.max_length_bytes && ready_bytes() + bytes > *settings.max_length_bytes;
  if (too_many || too_large) return fail(ErrorCode::kFull, "the queue is full");
  return {};
}

std::uint64_t Queue::surplus() const {
  const QueueSettings& settings = options_.settings;
  if (settings.overflow != Overflow::kDropOldest || !settings.max_length) return 0;
  return ready() > *settings.max_length ? ready() - *settings.max_length : 0;
}

bool Queue::over_bytes() const {
  const QueueSettings& settings = options_.settings;
  return settings.overflow == Overflow::kDropOldest && settings.max_length_bytes &&
         ready_bytes() > *settings.max_length_bytes && ready() > 0;
}

/// The highest level first, as in RabbitMQ: what would go out next.
void Queue::drop_oldest(std::uint64_t messages) {
  traffic_.count(QueueEvent::kDropped, std::min(messages, ready()));
  for (auto at = levels_.rbegin(); at != levels_.rend(); ++at) messages -= settle_front(at->first, messages);
}

/// The lowest level first: what matters least.
std::uint64_t Queue::purge(std::uint64_t most) {
  std::uint64_t dropped = std::min(most, ready());
  std::uint64_t left = dropped;
  for (const auto& [number, cursor] : levels_) left -= settle_front(number, left);
  traffic_.count(QueueEvent::kPurged, dropped);
  return dropped;
}

/// Of what is ready in a level the oldest; how many.
std::uint64_t Queue::settle_front(std::uint8_t number, std::uint64_t most) {
  Cursor& cursor = level(number);
  std::uint64_t settled = 0;
  while (settled < most && cursor.ready() > 0) {
    auto [first, next] = cursor.front_run();
    next = std::min(next, first.plus(static_cast<std::int64_t>(std::min<std::uint64_t>(most - settled, kMostAtOnce))));
    settled += static_cast<std::uint64_t>(next.value - first.value);
    cursor.settle_range({first, next});
    went(number, {first, next});
    ids_.forget(number, {first, next});
    if (values_) values_->forget(number, {first, next});
    note_settled({number, first}, next.plus(-1));
  }
  return settled;
}

bool Queue::has_expiring() const {
  if (options_.settings.message_ttl) return true;
  return std::ranges::any_of(levels_, [](const auto& level) { return level.second.expiring(); });
}

void Queue::note_offered() {
  for (auto& [number, cursor] : levels_) cursor.note_offered();
}

bool Queue::goes_now(const Offer& offer, const Facts& facts) const {
  return facts.now_or_never && !offer.redelivered && !levels_.at(offer.id.level).was_offered(offer.id.offset);
}

}  // namespace wharf::queue
