#pragma once
// Names of deliveries, in the headers `message-id` and `ack`: which of the connection's subscriptions, which session,
// which delivery. As RabbitMQ writes them, but for the number in place of its consumer tag.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "model/number_text.hpp"

namespace wharf::stomp {

struct DeliveryName {
  std::uint64_t subscription = 0;
  std::uint64_t tag = 0;
  friend bool operator==(DeliveryName, DeliveryName) = default;
};

inline constexpr std::string_view kBetween = "@@";

inline std::string message_id_of(DeliveryName name, std::string_view session) {
  return fmt::format("T_{}@@{}@@{}", name.subscription, session, name.tag);
}

/// None: it is no name that this session gave.
inline std::optional<DeliveryName> delivery_of(std::string_view text, std::string_view session) {
  std::size_t first = text.find(kBetween), last = text.rfind(kBetween);
  if (!text.starts_with("T_") || first == std::string_view::npos || first == last) return std::nullopt;
  std::size_t session_begin = first + kBetween.size();
  if (text.substr(session_begin, last - session_begin) != session) return std::nullopt;
  auto subscription = parse_number<std::uint64_t>(text.substr(2, first - 2));
  auto tag = parse_number<std::uint64_t>(text.substr(last + kBetween.size()));
  if (!subscription || !tag) return std::nullopt;
  return DeliveryName{*subscription, *tag};
}

}  // namespace wharf::stomp
