#pragma once
// What routing may know of a message; never its body. Everything is borrowed for the time of one call.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/property.hpp"

namespace wharf::routing {

struct MessageView {
  std::string_view routing_key;
  std::span<const std::string_view> extra_keys;  // of the CC and BCC headers
  const PropertyTable* headers = nullptr;
  // What x-consistent-hash can be told to hash.
  std::optional<std::string_view> message_id;
  std::optional<std::string_view> correlation_id;
  std::optional<std::uint64_t> timestamp;
};

/// How long an x-message-deduplication exchange is to remember this message: header `x-cache-ttl`, milliseconds from 1
/// on; none: as the exchange says.
std::optional<std::int64_t> cache_lifetime_ms(const MessageView& message);

/// How long an x-delayed-message exchange holds the message back, in milliseconds; 0: not at all. Header `x-delay`: any
/// integer, a float or decimal (cut), or digits. Nothing above 0 after the wait: whoever routes it then has turned the
/// sign, as RabbitMQ does.
std::int64_t delay_ms(const MessageView& message);

}  // namespace wharf::routing
