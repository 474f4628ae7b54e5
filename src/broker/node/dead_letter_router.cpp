#include "broker/node/dead_letter_router.hpp"

#include <utility>

#include "broker/routed_message.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "queue/core/dead_letter.hpp"

namespace wharf::broker {
namespace {

/// The message as it goes on, with what its views point into.
struct Rewritten {
  MessageView message;
  PropertyTable headers;
  std::vector<std::byte> encoded;
  std::vector<std::string> extra_keys;
};

/// Without a key of the target's, it keeps its own, and those of CC; with one, CC goes, as it would bring the message
/// back.
void rewrite(const queue::DeadLetter& letter, Rewritten& out) {
  Result<MessageView> stored = message_of(letter.message.record);
  out.message = stored ? *stored : plain_message_of(letter.message.record);
  out.headers = properties_of(letter.message.record);
  std::vector<std::string> cc = texts_of(out.headers, "CC");
  queue::DeathEntry entry{.queue = letter.queue,
                          .reason = letter.reason,
                          .seconds = static_cast<std::uint64_t>(letter.died.ms / 1000),
                          .exchange = std::string(out.message.exchange),
                          .routing_keys = {std::string(out.message.routing_key)}};
  entry.routing_keys.insert(entry.routing_keys.end(), cc.begin(), cc.end());
  if (out.message.expiration) entry.original_expiration = std::string(*out.message.expiration);
  out.message.expiration.reset();
  if (letter.target->routing_key) {
    std::erase_if(out.headers, [](const Property& header) { return header.name == "CC"; });
    out.message.routing_key = *letter.target->routing_key;
  } else {
    out.extra_keys = std::move(cc);
  }
  out.message.exchange = letter.target->exchange;
  forget_retaining(out.message);
  out.encoded = queue::encoded_with_death(out.headers, entry);
  out.message.properties = out.encoded;
}

/// Of what is sent as a whole or not at all.
std::optional<queue::Arrivals> nothing_unless(bool is_done) {
  return is_done ? std::nullopt : std::optional(queue::Arrivals());
}

}  // namespace

void DeadLetterRouter::bury(queue::DeadLetter letter, Done done) {
  if (!letter.target) return tasks_.spawn("park-message", park(std::move(letter), std::move(done))), void();
  Rewritten out;
  rewrite(letter, out);
  std::optional<NamespaceView> view = to_.to.entities.find(to_.shard, letter.name_space);
  std::optional<routing::DestinationId> exchange;
  if (view) exchange = view->routes->find(routing::DestinationKind::kExchange, letter.target->exchange);
  std::vector<std::string_view> keys(out.extra_keys.begin(), out.extra_keys.end());
  std::optional<routing::Routes> routes;
  if (exchange)
    routes = router_.route(*view->routes, *exchange, for_routing(out.message, keys, &out.headers), dice_.roll());
  if (view && is_to_be_parked(letter, routes ? &*routes : nullptr)) {
    tasks_.spawn("park-message", park(std::move(letter), std::move(done)));
    return;
  }
  if (routes && routes->undecided) {
    ToDeduplicate one{.name_space = letter.name_space,
                      .exchange = letter.target->exchange,
                      .extra_keys = out.extra_keys,
                      .message = delivery_of(out.message, letter.died),
                      .is_dead_letter = true};
    tasks_.spawn("dead-letter", keep(std::move(one), std::move(done)));
    return;
  }
  if (routes) {
    outgoing_.add(*view, *routes,
                  {.name_space = letter.name_space,
                   .extra_keys = keys,
                   .message = out.message,
                   .deaths_in = &out.headers,
                   .number = 0,
                   .arrived = letter.before ? &*letter.before : nullptr},
                  letter.died);
  }
  tasks_.spawn("dead-letter",
               keep(outgoing_.take(), std::move(letter.before).value_or(queue::Arrivals()), std::move(done)));
}

/// It would go nowhere, and does not come from where it would be kept.
bool DeadLetterRouter::is_to_be_parked(const queue::DeadLetter& letter, const routing::Routes* routes) const {
  if (!parks_ || letter.reason != queue::DeathReason::kDeliveryLimit) return false;
  bool is_on_its_way = letter.target->exchange.empty() && letter.target->routing_key == queue::kParkedQueue;
  if (letter.queue == queue::kParkedQueue || is_on_its_way) return false;
  return routes == nullptr || (routes->destinations.empty() && routes->held_back.empty() && !routes->undecided);
}

runtime::Task<void> DeadLetterRouter::park(queue::DeadLetter letter, Done done) {
  std::optional<NamespaceView> view = to_.to.entities.find(to_.shard, letter.name_space);
  if (!view) co_return done(std::nullopt);  // it is going, with all that is in it
  if (!view->queue(queue::kParkedQueue)) {
    QueueDeclaration parked{.name = std::string(queue::kParkedQueue), .durable = true};
    auto declared = co_await to_.to.entities.declare_queue(to_.shard, letter.name_space, std::move(parked));
    if (!declared) co_return done(nothing_unless(outcomes_.is_done(declared)));
  }
  if (!std::exchange(told_of_parked_, true)) {
    to_.logger.warn("a message came back more often than it may, and is kept in " + std::string(queue::kParkedQueue),
                    {{"queue", letter.queue}, {"vhost", letter.name_space}});
  }
  letter.target = queue::DeadLetterTarget{"", std::string(queue::kParkedQueue)};
  bury(std::move(letter), std::move(done));
}

runtime::Task<void> DeadLetterRouter::keep(ToDeduplicate message, Done done) {
  std::vector<ToDeduplicate> one;
  one.push_back(std::move(message));
  std::vector<Result<PassedOn>> outcomes = co_await to_.deduplication.pass_on(to_.shard, std::move(one));
  done(nothing_unless(outcomes_.is_done(outcomes.front())));
}

runtime::Task<void> DeadLetterRouter::keep(Outgoing::Gathered gathered, queue::Arrivals before, Done done) {
  std::vector<queue::Place> places = places_of(gathered.parts);
  std::vector<Result<void>> outcomes = co_await send(to_.shard, to_.to, std::move(gathered.parts));
  Forwarded forwarded{.arrived = std::move(before)};
  outcomes_.tell(outcomes, places, gathered.messages, {&forwarded, 1});
  done(std::move(forwarded).left());
}

}  // namespace wharf::broker
