// Queues, with what is in them.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/list.hpp"
#include "admin/management/policy_fields.hpp"
#include "admin/management/property_json.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/queue_totals.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "model/message.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"

namespace wharf::management {
namespace {

using security::Resource;
using security::Verb;

struct Shown {
  QueuePointer queue;
  routing::EffectivePolicy policy;
  std::optional<broker::QueueNumbers> numbers;  // none: not asked for
};

/// What its consumers could be given they have been given: RabbitMQ's measure, of this moment.
int capacity_of(const broker::QueueCounts& counts) {
  return counts.consumers > 0 && counts.ready == 0 ? 1 : 0;
}

void add_numbers(boost::json::object& json, const broker::QueueNumbers& numbers) {
  add_message_fields(json, numbers.counts);
  json["message_bytes"] = numbers.ready_bytes + numbers.unsettled_bytes;
  json["message_bytes_ready"] = numbers.ready_bytes;
  json["message_bytes_unacknowledged"] = numbers.unsettled_bytes;
  json["consumers"] = numbers.counts.consumers;
  json["consumer_capacity"] = capacity_of(numbers.counts);
  json["consumer_utilisation"] = capacity_of(numbers.counts);
}

boost::json::object json_of(const Shown& shown, std::string_view node) {
  const broker::QueueInfo& queue = *shown.queue;
  boost::json::object json{{"name", json_text(queue.name)},
                           {"vhost", json_text(queue.name_space)},
                           {"type", json_text(queue.type)},
                           {"durable", queue.durable},
                           {"auto_delete", queue.auto_delete},
                           {"exclusive", queue.exclusive.has_value()},
                           {"arguments", management::json_of(queue.arguments)},
                           {"node", json_text(node)},
                           {"state", "running"}};
  add_policy_fields(json, shown.policy);
  if (shown.numbers) add_numbers(json, *shown.numbers);
  return json;
}

bool wants_counts(const http::Request& request) {
  return request.parameter("disable_stats") != "true" || request.parameter("enable_queue_totals") == "true";
}

Shown shown_of(const Call& call, const QueuePointer& queue) {
  std::optional<routing::EffectivePolicy> policy =
      call.ports.policies.of_queue(call.here, queue->name_space, queue->name);
  return {queue, std::move(policy).value_or(routing::EffectivePolicy{}), std::nullopt};
}

/// A slice at a time: the queue's number in the table may have become another's in between, which is a queue as well.
runtime::Task<void> gather(Call* call, std::string vhost, std::vector<Shown>* into) {
  std::size_t next = 0;
  while (true) {
    std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, vhost);
    if (!view || next >= view->queues->size()) break;
    std::size_t end = std::min(view->queues->size(), next + kItemsPerSlice);
    for (; next < end; ++next) {
      if (const QueuePointer& queue = (*view->queues)[next]) into->push_back(shown_of(*call, queue));
    }
    co_await runtime::next_turn(call->here);
  }
}

runtime::Task<void> count(Call* call, std::vector<Shown>* queues) {
  std::vector<broker::QueueRef> asked;
  for (const Shown& one : *queues) asked.push_back(one.queue->ref);
  std::vector<broker::QueueNumbers> numbers = co_await call->ports.operate.queue_numbers(call->here, std::move(asked));
  for (std::size_t i = 0; i < numbers.size(); ++i) (*queues)[i].numbers = numbers[i];
}

runtime::Task<http::Response> list(Call* call, std::vector<std::string> vhosts) {
  std::vector<Shown> shown;
  for (const std::string& vhost : vhosts) co_await gather(call, vhost, &shown);
  if (wants_counts(call->request)) co_await count(call, &shown);
  auto make = [shown = std::move(shown), node = call->about.node_name]() mutable {
    std::ranges::sort(shown, {}, [](const Shown& one) { return std::tie(one.queue->name_space, one.queue->name); });
    boost::json::array items;
    for (const Shown& one : shown) items.push_back(json_of(one, node));
    return items;
  };
  http::Response response = co_await answer_list(call, std::move(make));
  co_return response;
}

/// The timestamp that the first message that is ready came with, null where it has none or there is no message. None:
/// it is further in than it is worth to look.
runtime::Task<std::optional<boost::json::value>> head_timestamp(Call* call, broker::QueueRef queue) {
  broker::BrowseRequest request{.messages = 16, .bytes = 1};
  Result<broker::Browsed> browsed = co_await call->ports.queues.browse(call->here, queue, request);
  if (!browsed) co_return std::nullopt;
  for (const broker::BrowsedMessage& one : browsed->messages) {
    if (one.where != queue::Whereabouts::kReady) continue;
    Result<MessageView> message = message_of(one.message.record);
    if (!message || !message->timestamp_seconds) co_return nullptr;
    co_return *message->timestamp_seconds;
  }
  if (browsed->next) co_return std::nullopt;
  co_return nullptr;
}

struct Asked {
  bool durable = false, auto_delete = false;
  PropertyTable arguments;
};

/// A queue that is there, asked for anew: 204, or how it differs.
http::Response declared_again(const Call& call, const broker::QueueInfo& queue, const Asked& asked) {
  amqp091::QueueName name{queue.name, call.vhost()};
  if (queue.exclusive) return answer_of(amqp091::locked(name));
  amqp091::Outcome<void> same = amqp091::check_equivalent(
      {.durable = queue.durable, .auto_delete = queue.auto_delete, .arguments = &queue.arguments},
      {.durable = asked.durable, .auto_delete = asked.auto_delete, .arguments = &asked.arguments}, name);
  return same ? no_content() : answer_of(same.error());
}

std::expected<broker::QueueDeclaration, http::Response> declaration(const Call& call, const Asked& asked) {
  const std::string& name = call.names.at(1);
  amqp091::QueueName queue{name, call.vhost()};
  if (name.empty()) return std::unexpected(bad_request("a queue's name is not empty"));
  if (name.starts_with("amq.")) {
    return std::unexpected(not_authorised("queue name '" + name + "' contains reserved prefix 'amq.*'"));
  }
  amqp091::Outcome<amqp091::QueueArguments> arguments = amqp091::queue_arguments(asked.arguments, queue);
  if (!arguments) return std::unexpected(answer_of(arguments.error()));
  amqp091::QueueProperties properties{.durable = asked.durable, .auto_delete = asked.auto_delete};
  amqp091::Outcome<void> possible = amqp091::check_properties(arguments->type, properties, queue);
  if (!possible) return std::unexpected(answer_of(possible.error()));
  Result<void> allowed = may_lead_to(call, Resource::queue(name), asked.arguments, "x-dead-letter-exchange");
  if (!allowed) return std::unexpected(answer_of(allowed.error()));
  return broker::QueueDeclaration{.name = name,
                                  .durable = asked.durable,
                                  .auto_delete = asked.auto_delete,
                                  .type = arguments->type,
                                  .arguments = asked.arguments,
                                  .settings = arguments->settings};
}

}  // namespace

Answer list_queues(Call* call) {
  return list(call, visible_vhosts(*call));
}

Answer list_queues_of_vhost(Call* call) {
  return list(call, {call->vhost()});
}

Answer get_queue(Call* call) {
  QueuePointer queue = call->view()->queue(call->names.at(1));
  if (!queue) co_return nothing_here();
  Shown shown = shown_of(*call, queue);
  std::vector<broker::QueueNumbers> numbers = co_await call->ports.operate.queue_numbers(call->here, {queue->ref});
  shown.numbers = numbers.front();
  boost::json::object json = json_of(shown, call->about.node_name);
  std::optional<boost::json::value> timestamp = co_await head_timestamp(call, queue->ref);
  if (timestamp) json["head_message_timestamp"] = std::move(*timestamp);
  co_return json_answer(chosen_columns(call->request, std::move(json)));
}

Answer put_queue(Call* call) {
  Body body(call->request.body);
  Asked asked{body.flag("durable"), body.flag("auto_delete"), body.table("arguments")};
  if (body.refusal()) co_return *body.refusal();
  Result<void> allowed = may(*call, Verb::kConfigure, Resource::queue(call->names.at(1)));
  if (!allowed) co_return answer_of(allowed.error());
  if (QueuePointer known = call->view()->queue(call->names.at(1))) {
    call->ports.queues.used(call->here, known->ref);
    co_return declared_again(*call, *known, asked);
  }
  std::expected<broker::QueueDeclaration, http::Response> wanted = declaration(*call, asked);
  if (!wanted) co_return wanted.error();
  Result<broker::DeclaredQueue> made =
      co_await call->ports.entities.declare_queue(call->here, call->vhost(), std::move(*wanted));
  if (!made) co_return answer_of(made.error());
  co_return made->created ? created() : declared_again(*call, *made->queue, asked);
}

Answer delete_queue(Call* call) {
  const std::string& name = call->names.at(1);
  QueuePointer queue = call->view()->queue(name);
  if (!queue) co_return nothing_here();
  if (Result<void> allowed = may(*call, Verb::kConfigure, Resource::queue(name)); !allowed)
    co_return answer_of(allowed.error());
  if (queue->exclusive) co_return answer_of(amqp091::locked({name, call->vhost()}));
  broker::QueueDeletion how{.if_unused = call->asks_for("if-unused"), .if_empty = call->asks_for("if-empty")};
  Result<std::uint64_t> gone = co_await call->ports.entities.delete_queue(call->here, call->vhost(), name, how);
  if (!gone) co_return answer_of(gone.error());
  co_return no_content();
}

Answer purge_queue(Call* call) {
  std::expected<QueuePointer, http::Response> queue = readable_queue(*call);
  if (!queue) co_return queue.error();
  Result<std::uint64_t> purged = co_await call->ports.queues.purge(call->here, (*queue)->ref);
  if (!purged) co_return nothing_here();
  co_return no_content();
}

}  // namespace wharf::management
