#pragma once
// Numbers and their rates as RabbitMQ shows them: "publish": 12, "publish_details": {"rate": 3.0}. All of them, from an
// object's first second on: who reads a field that is not there takes it for zero at best.
#include <string_view>

#include <boost/json/object.hpp>

#include "broker/shard_traffic.hpp"
#include "model/message_events.hpp"
#include "model/time.hpp"
#include "queue/core/queue_events.hpp"
#include "routing/core/exchange_events.hpp"

namespace wharf::management {

void add_rate(boost::json::object& json, std::string_view field, double rate);
void add_counted(boost::json::object& json, std::string_view field, std::uint64_t total, double rate);

/// message_stats.
boost::json::object stats_of(const MessageTraffic& traffic);
boost::json::object stats_of(const queue::QueueTraffic& traffic);
boost::json::object stats_of(const routing::ExchangeTraffic& traffic);
/// recv_oct, send_oct and so on.
void add_bytes(boost::json::object& json, const broker::ConnectionTraffic& traffic);
boost::json::object churn_rates(const broker::ChurnTraffic& traffic);

/// "2026-11-26T22:41:24.561+00:00", so long before now.
boost::json::string time_before(Timestamp now, Nanoseconds passed);

}  // namespace wharf::management
