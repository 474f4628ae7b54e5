#include "protocols/mqtt/session/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "protocols/mqtt/session/filter_index.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {

namespace {

constexpr std::size_t kFew = 16;  // wildcards that are quicker looked at one by one

}  // namespace

Subscriptions::Subscriptions(std::uint64_t hash_seed) : hash_seed_(hash_seed) {}

Subscriptions::~Subscriptions() = default;

Lane Subscriptions::lane_of(const Subscription& subscription) {
  if (shared_filter(subscription.filter)) return Lane::kGroup;
  return subscription.qos() == 0 ? Lane::kConnection : Lane::kSession;
}

std::optional<Subscription> Subscriptions::put(Subscription subscription) {
  std::optional<Subscription> before = erase(subscription.filter);
  if (before && (before->changed_lane() || lane_of(*before) != lane_of(subscription)))
    subscription.options |= kChangedLane;
  auto [place, added] = by_filter_.emplace(subscription.filter, subscription);
  bool is_wild = subscription.filter.find_first_of("+#") != std::string::npos;
  if (is_wild && lane_of(subscription) != Lane::kGroup) put_wildcard(place->second);
  if (subscription.no_local()) ++no_local_;
  return before;
}

void Subscriptions::put_wildcard(const Subscription& subscription) {
  wildcards_.emplace(subscription.filter, &subscription);
  if (index_) return index_->put(subscription);
  if (wildcards_.size() <= kFew) return;
  index_ = std::make_unique<FilterIndex>(hash_seed_);
  for (const auto& [filter, one] : wildcards_) index_->put(*one);
}

std::optional<Subscription> Subscriptions::erase(std::string_view filter) {
  auto known = by_filter_.find(filter);
  if (known == by_filter_.end()) return std::nullopt;
  if (auto wild = wildcards_.find(filter); wild != wildcards_.end()) {
    if (index_) index_->erase(*wild->second);
    wildcards_.erase(wild);
  }
  if (known->second.no_local()) --no_local_;
  Subscription gone = std::move(known->second);
  by_filter_.erase(known);
  return gone;
}

const Subscription* Subscriptions::find(std::string_view filter) const {
  auto known = by_filter_.find(filter);
  return known == by_filter_.end() ? nullptr : &known->second;
}

bool Subscriptions::any(Lane lane) const {
  return std::ranges::any_of(by_filter_, [lane](const auto& one) { return has_messages_in(one.second, lane); });
}

bool Subscriptions::has_messages_in(const Subscription& subscription, Lane lane) {
  Lane own = lane_of(subscription);
  return own == lane || (subscription.changed_lane() && own != Lane::kGroup);
}

void Subscriptions::add(std::optional<Match>& match, const Subscription& subscription) {
  if (!match) match.emplace();
  match->qos = std::max(match->qos, subscription.qos());
  match->retain_as_published |= (subscription.options & kRetainAsPublished) != 0;
  match->only_no_local &= subscription.no_local();
  if (subscription.id) match->ids.push_back(*subscription.id);
}

std::optional<Subscriptions::Match> Subscriptions::match(std::string_view topic, Lane lane) const {
  std::optional<Match> match;
  const Subscription* exact = find(topic);
  if (exact && has_messages_in(*exact, lane)) add(match, *exact);
  auto look_at = [&](const Subscription& one) {
    if (has_messages_in(one, lane) && matches(one.filter, topic)) add(match, one);
  };
  if (index_) {
    for (const Subscription* one : index_->candidates(topic)) look_at(*one);
  } else {
    for (const auto& [filter, one] : wildcards_) look_at(*one);
  }
  return match;
}

std::string encode_subscription(const Subscription& subscription) {
  std::string encoded(1, static_cast<char>(subscription.options));
  if (!subscription.id) return encoded;
  for (int shift = 24; shift >= 0; shift -= 8) encoded += static_cast<char>(*subscription.id >> shift);
  return encoded;
}

std::optional<Subscription> decode_subscription(std::string_view filter, std::string_view encoded) {
  if (encoded.size() != 1 && encoded.size() != 5) return std::nullopt;
  Subscription subscription{.filter = std::string(filter), .options = static_cast<std::uint8_t>(encoded[0]), .id = {}};
  if (encoded.size() == 1) return subscription;
  std::uint32_t id = 0;
  for (char byte : encoded.substr(1)) id = id << 8 | static_cast<std::uint8_t>(byte);
  subscription.id = id;
  return subscription;
}

}  // namespace wharf::mqtt
