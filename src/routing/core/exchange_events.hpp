#pragma once
// What passes through an exchange, as RabbitMQ counts it: of the one that was published to, whatever stands behind it.
#include <cstdint>

#include "model/traffic.hpp"

namespace wharf::routing {

enum class ExchangeEvent : std::uint8_t {
  kPublishIn,
  kPublishOut,  // a message counts once for each queue that it goes to
  kEnd
};
using ExchangeTraffic = Traffic<ExchangeEvent>;
using ExchangeCounters = Counters<ExchangeEvent>;

}  // namespace wharf::routing
