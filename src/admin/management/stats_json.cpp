#include "admin/management/stats_json.hpp"

#include <array>
#include <chrono>
#include <cmath>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace wharf::management {
namespace {

/// What was handed out in any way.
template <class Event>
void add_deliver_get(boost::json::object& json, const Traffic<Event>& traffic) {
  std::uint64_t total = 0;
  double rate = 0;
  for (Event event : {Event::kDeliver, Event::kDeliverNoAck, Event::kGet, Event::kGetNoAck}) {
    total += traffic.total(event);
    rate += traffic.rate(event);
  }
  add_counted(json, "deliver_get", total, rate);
}

constexpr std::array kChurnNames{"connection_created", "connection_closed", "channel_created", "channel_closed",
                                 "queue_declared",     "queue_created",     "queue_deleted"};

boost::json::string_view key(std::string_view name) {
  return {name.data(), name.size()};
}

/// A tenth is enough; and no negative zero.
double rounded(double rate) {
  return std::round(rate * 10) / 10 + 0.0;
}

}  // namespace

void add_rate(boost::json::object& json, std::string_view field, double rate) {
  std::string name = fmt::format("{}_details", field);
  json[key(name)] = boost::json::object({{"rate", rounded(rate)}}, json.storage());
}

void add_counted(boost::json::object& json, std::string_view field, std::uint64_t total, double rate) {
  json[key(field)] = total;
  add_rate(json, field, rate);
}

boost::json::object stats_of(const MessageTraffic& traffic) {
  boost::json::object json;
  for (std::size_t i = 0; i < kMessageEventNames.size(); ++i) {
    add_counted(json, kMessageEventNames[i], traffic.totals[i], traffic.rates[i]);
  }
  add_deliver_get(json, traffic);
  return json;
}

boost::json::object stats_of(const queue::QueueTraffic& traffic) {
  using queue::QueueEvent;
  boost::json::object json;
  for (std::size_t i = 0; i < static_cast<std::size_t>(QueueEvent::kReady); ++i) {
    add_counted(json, queue::kQueueEventNames[i], traffic.totals[i], traffic.rates[i]);
  }
  add_deliver_get(json, traffic);
  return json;
}

boost::json::object stats_of(const routing::ExchangeTraffic& traffic) {
  using routing::ExchangeEvent;
  boost::json::object json;
  add_counted(json, "publish_in", traffic.total(ExchangeEvent::kPublishIn), traffic.rate(ExchangeEvent::kPublishIn));
  add_counted(json, "publish_out", traffic.total(ExchangeEvent::kPublishOut), traffic.rate(ExchangeEvent::kPublishOut));
  return json;
}

void add_bytes(boost::json::object& json, const broker::ConnectionTraffic& traffic) {
  using broker::ConnectionEvent;
  add_counted(json, "recv_oct", traffic.total(ConnectionEvent::kBytesIn), traffic.rate(ConnectionEvent::kBytesIn));
  add_counted(json, "send_oct", traffic.total(ConnectionEvent::kBytesOut), traffic.rate(ConnectionEvent::kBytesOut));
}

boost::json::object churn_rates(const broker::ChurnTraffic& traffic) {
  boost::json::object json;
  for (std::size_t i = 0; i < kChurnNames.size(); ++i) {
    add_counted(json, kChurnNames[i], traffic.totals[i], traffic.rates[i]);
  }
  return json;
}

boost::json::string time_before(Timestamp now, Nanoseconds passed) {
  std::chrono::milliseconds ms(now.ms - std::chrono::duration_cast<Milliseconds>(passed).count());
  auto seconds = std::chrono::floor<std::chrono::seconds>(ms);
  std::string text = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}+00:00",
                                 fmt::gmtime(static_cast<std::time_t>(seconds.count())), (ms - seconds).count());
  return boost::json::string(key(text));
}

}  // namespace wharf::management
