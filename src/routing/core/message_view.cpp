#include "routing/core/message_view.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

namespace wharf::routing {
namespace {

constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max();

std::int64_t from_text(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return 0;
  if (error == std::errc::result_out_of_range) return text.starts_with('-') ? 0 : kLongest;
  return error == std::errc{} ? value : 0;
}

std::int64_t from_decimal(Decimal decimal) {
  std::int64_t value = decimal.unscaled;
  for (int digits = decimal.scale; digits > 0 && value != 0; --digits) value /= 10;
  return value;
}

}  // namespace

std::optional<std::int64_t> cache_lifetime_ms(const MessageView& message) {
  const PropertyValue* header = message.headers ? find_property(*message.headers, "x-cache-ttl") : nullptr;
  std::optional<std::int64_t> asked = header ? integer_of(*header) : std::nullopt;
  return asked && *asked > 0 ? asked : std::nullopt;
}

std::int64_t delay_ms(const MessageView& message) {
  const PropertyValue* header = message.headers ? find_property(*message.headers, "x-delay") : nullptr;
  if (!header) return 0;
  std::int64_t delay = std::visit(
      []<class T>(const T& held) -> std::int64_t {
        if constexpr (std::is_same_v<T, std::string>) {
          return from_text(held);
        } else if constexpr (std::is_same_v<T, Decimal>) {
          return from_decimal(held);
        } else if constexpr (std::is_floating_point_v<T>) {
          if (!(held > 0)) return 0;
          return held < 9.2e18 ? static_cast<std::int64_t>(held) : kLongest;
        } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
          return std::in_range<std::int64_t>(held) ? static_cast<std::int64_t>(held) : kLongest;
        } else {
          return 0;
        }
      },
      header->alternatives());
  return std::max<std::int64_t>(delay, 0);
}

}  // namespace wharf::routing
