#pragma once
// RabbitMQ's samples of what was: ?lengths_age=600&lengths_incr=5&msg_rates_age=600&msg_rates_incr=5 add to each
// "..._details" {"samples":[{"sample":12,"timestamp":1700000000000},...],"avg_rate":0.4,"avg":11.5}, the newest first.
#include <expected>
#include <optional>

#include <boost/json/object.hpp>

#include "admin/history/history.hpp"
#include "http/message.hpp"

namespace wharf::management {

/// Seconds in the query; of more than the hour that is kept, the hour.
struct SamplesQuestion {
  std::optional<history::Range> lengths, rates;  // none: not asked for

  bool asks() const { return lengths || rates; }
  /// 400: no whole number, or an increment of 0.
  static std::expected<SamplesQuestion, http::Response> of(const http::Request& request);
};

/// To a queue's JSON. `ring` may be nullptr: the only sample is of now then.
void add_samples(boost::json::object& queue, const SamplesQuestion& question, const history::QueueRing* ring,
                 Timestamp now);
/// To queue_totals and message_stats of an overview: sums over virtual hosts.
void add_samples(boost::json::object& queue_totals, boost::json::object& message_stats, const SamplesQuestion& question,
                 const std::vector<const history::VhostRing*>& rings, Timestamp now);

}  // namespace wharf::management
