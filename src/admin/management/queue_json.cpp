#include "admin/management/queue_json.hpp"

#include <boost/json/array.hpp>

#include "admin/management/policy_fields.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/stats_json.hpp"

namespace wharf::management {
namespace {

/// What its consumers could be given they have been given: RabbitMQ's measure, of this moment.
int capacity_of(const broker::QueueCounts& counts) {
  return counts.consumers > 0 && counts.ready == 0 ? 1 : 0;
}

void add_lengths(boost::json::object& json, const broker::QueueNumbers& numbers) {
  using queue::QueueEvent;
  const double ready = numbers.traffic.rate(QueueEvent::kReady),
               unsettled = numbers.traffic.rate(QueueEvent::kUnsettled);
  add_counted(json, "messages", numbers.counts.ready + numbers.counts.unsettled, ready + unsettled);
  add_counted(json, "messages_ready", numbers.counts.ready, ready);
  add_counted(json, "messages_unacknowledged", numbers.counts.unsettled, unsettled);
}

/// Where its only copy is.
void add_members(boost::json::object& json, const std::string& node) {
  json["leader"] = json_text(node);
  json["members"] = boost::json::array{json_text(node)};
  json["online"] = boost::json::array{json_text(node)};
}

void add_numbers(boost::json::object& json, const broker::QueueNumbers& numbers, const WantedFields& wanted) {
  json["message_bytes"] = numbers.ready_bytes + numbers.unsettled_bytes;
  json["message_bytes_ready"] = numbers.ready_bytes;
  json["message_bytes_unacknowledged"] = numbers.unsettled_bytes;
  json["consumer_capacity"] = capacity_of(numbers.counts);
  json["consumer_utilisation"] = capacity_of(numbers.counts);
  if (wanted.has("message_stats")) json["message_stats"] = stats_of(numbers.traffic);
}

bool wants_lengths(const WantedFields& wanted) {
  return wanted.any_of("messages", "messages_ready", "messages_unacknowledged", "messages_details",
                       "messages_ready_details", "messages_unacknowledged_details");
}

}  // namespace

bool wants_numbers(const WantedFields& wanted) {
  return wants_lengths(wanted) ||
         wanted.any_of("message_bytes", "message_bytes_ready", "message_bytes_unacknowledged", "consumers",
                       "consumer_capacity", "consumer_utilisation", "message_stats", "idle_since");
}

bool wants_policy(const WantedFields& wanted) {
  return wanted.any_of("policy", "operator_policy", "effective_policy_definition");
}

routing::EffectivePolicy policy_of(const Call& call, const broker::QueueInfo& queue) {
  return call.ports.policies.of_queue(call.here, queue.name_space, queue.name).value_or(routing::EffectivePolicy{});
}

boost::json::object json_of(const ShownQueue& shown, const QueueNode& node, const WantedFields& wanted) {
  const broker::QueueInfo& queue = *shown.queue;
  boost::json::object json{{"name", json_text(queue.name)},    {"vhost", json_text(queue.name_space)},
                           {"type", json_text(queue.type)},    {"durable", queue.durable},
                           {"auto_delete", queue.auto_delete}, {"exclusive", queue.exclusive.has_value()}};
  if (wanted.has("arguments")) json["arguments"] = management::json_of(queue.arguments);
  if (wanted.has("node")) json["node"] = json_text(node.name);
  if (wanted.has("state")) json["state"] = "running";
  if (wants_policy(wanted)) add_policy_fields(json, shown.policy);
  if (shown.stream) add_members(json, node.name);
  if (!shown.numbers || !wants_numbers(wanted)) return json;
  if (wants_lengths(wanted)) add_lengths(json, *shown.numbers);
  json["consumers"] = shown.numbers->counts.consumers;
  if (shown.stream) return json;
  add_numbers(json, *shown.numbers, wanted);
  if (shown.numbers->idle_for) json["idle_since"] = time_before(node.now, *shown.numbers->idle_for);
  return json;
}

}  // namespace wharf::management
