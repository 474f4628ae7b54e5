#include "broker/due_router.hpp"

#include <algorithm>
#include <utility>

#include "broker/routed_message.hpp"
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"

namespace wharf::broker {
namespace {

constexpr std::string_view kDelay = "x-delay";

/// The delay with its sign turned, an integer whatever it was, as RabbitMQ's plugin shows it afterwards: of the
/// sender's own type where that has the number.
PropertyValue turned(const PropertyValue& delay, std::int64_t delay_ms) {
  return std::visit(
      [delay_ms]<class T>(const T&) -> PropertyValue {
        if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) {
          return static_cast<T>(-delay_ms);
        } else {
          if (std::in_range<std::int32_t>(-delay_ms)) return static_cast<std::int32_t>(-delay_ms);
          return -delay_ms;
        }
      },
      delay.alternatives());
}

/// The message as it goes on, with what its views point into.
struct Ready {
  explicit Ready(const queue::DueMessage& due)
      : headers(properties_of(due.record)), keys(due.envelope.extra_keys.begin(), due.envelope.extra_keys.end()) {
    Result<MessageView> stored = message_of(due.record);
    message = stored ? *stored : plain_message_of(due.record);
    message.key.reset();
    if (due.envelope.key) message.key = as_bytes(*due.envelope.key);
    std::int64_t delay_ms = routing::delay_ms(routed());
    if (delay_ms <= 0) return;
    auto delay = std::ranges::find(headers, kDelay, &Property::name);
    delay->value = turned(delay->value, delay_ms);
    TableFault fault = encode_properties(encoded, headers);
    WHARF_ASSERT(fault == TableFault::kNone);  // they were a table before
    message.properties = encoded;
  }
  routing::MessageView routed() const { return for_routing(message, keys, &headers); }

  MessageView message;
  PropertyTable headers;
  std::vector<std::byte> encoded;
  std::vector<std::string_view> keys;
};

}  // namespace

void DueRouter::route(const queue::DueMessage& due, std::vector<ToDeduplicate>& to_deduplicate) {
  std::optional<NamespaceView> view = to_.to.entities.find(to_.shard, due.envelope.name_space);
  if (!view) return;
  auto exchange = view->routes->find(routing::DestinationKind::kExchange, due.envelope.exchange);
  if (!exchange) return;
  Ready ready(due);
  routing::Routes routes = router_.route(*view->routes, *exchange, ready.routed(), dice_.roll());
  if (routes.undecided) {
    to_deduplicate.push_back({.name_space = due.envelope.name_space,
                              .exchange = due.envelope.exchange,
                              .extra_keys = due.envelope.extra_keys,
                              .message = delivery_of(ready.message, to_.shard.clock().wall_now())});
    return;
  }
  outgoing_.add(*view, routes,
                {.name_space = due.envelope.name_space, .extra_keys = ready.keys, .message = ready.message},
                to_.shard.clock().wall_now());
}

runtime::Task<bool> DueRouter::send_on(std::vector<queue::DueMessage> messages) {
  std::vector<ToDeduplicate> to_deduplicate;
  for (const queue::DueMessage& message : messages) route(message, to_deduplicate);
  bool done = true;
  std::vector<Result<void>> sent = co_await send(to_.shard, to_.to, outgoing_.take().parts);
  for (const Result<void>& one : sent) done &= outcomes_.is_done(one);
  if (!to_deduplicate.empty()) {
    std::vector<Result<PassedOn>> outcomes = co_await to_.deduplication.pass_on(to_.shard, std::move(to_deduplicate));
    for (const Result<PassedOn>& one : outcomes) done &= outcomes_.is_done(one);
  }
  co_return done;
}

}  // namespace wharf::broker
