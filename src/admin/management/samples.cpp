#include "admin/management/samples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include "admin/management/number_parameter.hpp"

namespace wharf::management {
namespace {

using history::Point;
using history::Range;
using Points = std::vector<Point>;

constexpr std::uint64_t kMostSeconds = 10u * 365 * 24 * 3600;

std::expected<std::optional<Range>, http::Response> range_of(const http::Request& request, std::string_view what) {
  auto age = number_parameter(request, fmt::format("{}_age", what), kMostSeconds);
  if (!age) return std::unexpected(age.error());
  auto increment = number_parameter(request, fmt::format("{}_incr", what), kMostSeconds);
  if (!increment) return std::unexpected(increment.error());
  if (!*age || !*increment) return std::nullopt;
  if (**increment == 0) return std::unexpected(bad_request(json_text(fmt::format("{}_incr is 1 at least", what))));
  auto kept_s = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(history::kKept).count());
  return Range{static_cast<std::int64_t>(std::min(**age, kept_s)) * 1000,
               static_cast<std::int64_t>(**increment) * 1000};
}

/// A tenth is enough; and no negative zero.
double rounded(double value) {
  return std::round(value * 10) / 10 + 0.0;
}

/// Of what nothing is remembered there is the number as it is: clients take the first sample without looking whether
/// there is one, since RabbitMQ always has one.
Points at_least_now(Points points, const boost::json::object& json, std::string_view field, Timestamp now) {
  const boost::json::value* number = json.if_contains(boost::json::string_view(field.data(), field.size()));
  if (points.empty() && number != nullptr && number->is_number())
    points.push_back({.at_ms = now.ms, .value = number->to_number<std::uint64_t>()});
  return points;
}

void append(boost::json::object& json, std::string_view field, Points remembered, Timestamp now) {
  std::string name = fmt::format("{}_details", field);
  auto found = json.find(name);
  if (found == json.end() || !found->value().is_object()) return;
  const Points points = at_least_now(std::move(remembered), json, field, now);
  boost::json::object& details = found->value().as_object();
  boost::json::array samples;
  double sum = 0;
  for (const Point& point : points) {
    samples.push_back(boost::json::object{{"sample", point.value}, {"timestamp", point.at_ms}});
    sum += static_cast<double>(point.value);
  }
  double rate = 0;
  if (points.size() > 1) {
    double change = static_cast<double>(points.front().value) - static_cast<double>(points.back().value);
    rate = change * 1000 / static_cast<double>(points.front().at_ms - points.back().at_ms);
  }
  details["samples"] = std::move(samples);
  details["avg_rate"] = rounded(rate);
  details["avg"] = points.empty() ? 0.0 : rounded(sum / static_cast<double>(points.size()));
}

/// Both begin at the same time, and have the same steps.
void add(Points& sum, Points more) {
  if (more.size() > sum.size()) std::swap(sum, more);
  for (std::size_t i = 0; i < more.size(); ++i) sum[i].value += more[i].value;
}

template <class Values>
void append_lengths(boost::json::object& json, const Values& values, std::size_t ready, std::size_t unsettled,
                    Timestamp now) {
  append(json, "messages", values({ready, unsettled}), now);
  append(json, "messages_ready", values({ready}), now);
  append(json, "messages_unacknowledged", values({unsettled}), now);
}

template <class Event, class Names, class Values>
void append_rates(boost::json::object& json, const Names& names, std::size_t count, const Values& values,
                  Timestamp now) {
  for (std::size_t i = 0; i < count; ++i) append(json, names[i], values({i}), now);
  auto place = [](Event event) { return static_cast<std::size_t>(event); };
  append(json, "deliver_get",
         values({place(Event::kDeliver), place(Event::kDeliverNoAck), place(Event::kGet), place(Event::kGetNoAck)}),
         now);
}

}  // namespace

std::expected<SamplesQuestion, http::Response> SamplesQuestion::of(const http::Request& request) {
  SamplesQuestion question;
  auto lengths = range_of(request, "lengths");
  if (!lengths) return std::unexpected(lengths.error());
  auto rates = range_of(request, "msg_rates");
  if (!rates) return std::unexpected(rates.error());
  question.lengths = *lengths;
  question.rates = *rates;
  return question;
}

void add_samples(boost::json::object& queue, const SamplesQuestion& question, const history::QueueRing* ring,
                 Timestamp now) {
  const history::QueueRing nothing;
  auto values_in = [&](Range range) {
    return [range, ring = ring != nullptr ? ring : &nothing, now](std::initializer_list<std::size_t> values) {
      return history::points_of(*ring, values, range, now.ms);
    };
  };
  if (question.lengths)
    append_lengths(queue, values_in(*question.lengths), history::kQueueReady, history::kQueueUnsettled, now);
  auto stats = queue.find("message_stats");
  if (!question.rates || stats == queue.end() || !stats->value().is_object()) return;
  append_rates<queue::QueueEvent>(stats->value().as_object(), queue::kQueueEventNames, history::kQueueEvents,
                                  values_in(*question.rates), now);
}

void add_samples(boost::json::object& queue_totals, boost::json::object& message_stats, const SamplesQuestion& question,
                 const std::vector<const history::VhostRing*>& rings, Timestamp now) {
  auto values_in = [&](Range range) {
    return [range, &rings, now](std::initializer_list<std::size_t> values) {
      Points sum;
      for (const history::VhostRing* ring : rings) add(sum, history::points_of(*ring, values, range, now.ms));
      return sum;
    };
  };
  if (question.lengths) {
    append_lengths(queue_totals, values_in(*question.lengths), history::kVhostReady, history::kVhostUnsettled, now);
  }
  if (question.rates) {
    append_rates<MessageEvent>(message_stats, kMessageEventNames, kMessageEventNames.size(), values_in(*question.rates),
                               now);
  }
}

}  // namespace wharf::management
