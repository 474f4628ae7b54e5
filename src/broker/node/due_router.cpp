#include "broker/node/due_router.hpp"

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

void DueRouter::route(const queue::DueMessage& due, std::size_t number, Deduplicated& deduplicated) {
  std::optional<NamespaceView> view = to_.to.entities.find(to_.shard, due.envelope.name_space);
  if (!view) return;
  const bool is_for_queue = due.envelope.queue.has_value();
  auto target = is_for_queue ? view->routes->find(routing::DestinationKind::kQueue, *due.envelope.queue)
                             : view->routes->find(routing::DestinationKind::kExchange, due.envelope.exchange);
  if (!target) return;
  Ready ready(due);
  routing::Routes routes;
  if (is_for_queue) {
    routes.destinations = {&*target, 1};
  } else {
    routes = router_.route(*view->routes, *target, ready.routed(), dice_.roll());
  }
  if (routes.undecided) {
    deduplicated.messages.push_back({.name_space = due.envelope.name_space,
                                     .exchange = due.envelope.exchange,
                                     .extra_keys = due.envelope.extra_keys,
                                     .message = delivery_of(ready.message, to_.shard.clock().wall_now())});
    deduplicated.numbers.push_back(number);
    return;
  }
  outgoing_.add(*view, routes,
                {.name_space = due.envelope.name_space,
                 .extra_keys = ready.keys,
                 .message = ready.message,
                 .number = number,
                 .arrived = due.before ? &*due.before : nullptr},
                to_.shard.clock().wall_now());
}

runtime::Task<std::vector<std::optional<queue::Arrivals>>> DueRouter::send_on(std::vector<queue::DueMessage> messages) {
  std::vector<Forwarded> forwarded(messages.size());
  Deduplicated deduplicated;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    route(messages[i], i, deduplicated);
    if (messages[i].before) forwarded[i].arrived = std::move(*messages[i].before);
  }
  Outgoing::Gathered gathered = outgoing_.take();
  std::vector<queue::Place> places = places_of(gathered.parts);
  std::vector<Result<void>> sent = co_await send(to_.shard, to_.to, std::move(gathered.parts));
  outcomes_.tell(sent, places, gathered.messages, forwarded);
  if (!deduplicated.messages.empty()) {
    std::vector<Result<PassedOn>> outcomes =
        co_await to_.deduplication.pass_on(to_.shard, std::move(deduplicated.messages));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      if (!outcomes_.is_done(outcomes[i])) forwarded[deduplicated.numbers[i]].is_done = false;
    }
  }
  std::vector<std::optional<queue::Arrivals>> left;
  left.reserve(forwarded.size());
  for (Forwarded& one : forwarded) left.push_back(std::move(one).left());
  co_return left;
}

}  // namespace wharf::broker
