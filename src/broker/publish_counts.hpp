#pragma once
// What a publish counts for, whoever's door it came by: as RabbitMQ counts what comes by channels.
#include "broker/shard_traffic.hpp"
#include "routing/core/router.hpp"
#include "routing/core/routing_table.hpp"

namespace wharf::broker {

/// What an exchange that drops duplicates has not decided yet counts as coming in.
inline void count_passing(const Seconds& seconds, const routing::ExchangeEntry& exchange,
                          const routing::Routes& routes) {
  exchange.traffic.count(seconds, routing::ExchangeEvent::kPublishIn);
  if (!routes.undecided) exchange.traffic.count(routing::ExchangeEvent::kPublishOut, routes.destinations.size());
}

/// `is_told`: who publishes is answered that it went nowhere.
inline void count_publish(const Seconds& seconds, const routing::ExchangeEntry& exchange, const routing::Routes& routes,
                          VhostCounters& vhost, bool is_told = false) {
  count_passing(seconds, exchange, routes);
  vhost.messages.count(seconds, MessageEvent::kPublish);
  if (routes.undecided || !routes.nowhere()) return;
  vhost.messages.count(is_told ? MessageEvent::kReturnUnroutable : MessageEvent::kDropUnroutable);
}

}  // namespace wharf::broker
