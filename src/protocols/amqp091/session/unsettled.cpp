#include "protocols/amqp091/session/unsettled.hpp"

#include <algorithm>

#include "model/error.hpp"

namespace wharf::amqp091 {

void UnsettledDeliveries::add(const HeldDelivery& delivery) {
  WHARF_ASSERT(deliveries_.empty() || deliveries_.back().delivery.tag < delivery.tag);
  deliveries_.push_back({delivery});
}

std::size_t UnsettledDeliveries::place_of(std::uint64_t tag) const {
  auto found = std::ranges::lower_bound(deliveries_, tag, {}, [](const Entry& entry) { return entry.delivery.tag; });
  return static_cast<std::size_t>(found - deliveries_.begin());
}

bool UnsettledDeliveries::take(std::uint64_t tag, bool multiple, std::vector<HeldDelivery>& taken) {
  std::size_t last = deliveries_.size();
  if (!multiple || tag != 0) {
    last = place_of(tag);
    if (last == deliveries_.size() || deliveries_[last].delivery.tag != tag || deliveries_[last].taken) return false;
    ++last;
  }
  for (std::size_t at = multiple ? 0 : last - 1; at < last; ++at) {
    Entry& entry = deliveries_[at];
    if (entry.taken) continue;
    entry.taken = true;
    ++holes_;
    taken.push_back(entry.delivery);
  }
  close_holes();
  return true;
}

void UnsettledDeliveries::close_holes() {
  while (!deliveries_.empty() && deliveries_.front().taken) {
    deliveries_.pop_front();
    --holes_;
  }
  // A client that never settles its first delivery must not make this grow with each later one.
  constexpr std::size_t kFewHoles = 256;
  if (holes_ < kFewHoles || holes_ < deliveries_.size() / 2) return;
  std::erase_if(deliveries_, [](const Entry& entry) { return entry.taken; });
  holes_ = 0;
}

void UnsettledDeliveries::put_back(const std::vector<HeldDelivery>& taken) {
  std::erase_if(deliveries_, [](const Entry& entry) { return entry.taken; });
  holes_ = 0;
  for (const HeldDelivery& delivery : taken) deliveries_.push_back({delivery});
  std::ranges::sort(deliveries_, {}, [](const Entry& entry) { return entry.delivery.tag; });
}

void add_settlement(std::vector<queue::Settlement>& to, queue::MessageId message, queue::Verdict verdict) {
  if (!to.empty()) {
    queue::Settlement& previous = to.back();
    if (previous.verdict == verdict && previous.first.level == message.level &&
        previous.last.plus(1) == message.offset) {
      previous.last = message.offset;
      return;
    }
  }
  to.push_back({message, message.offset, verdict});
}

}  // namespace wharf::amqp091
