// One queue: looking at it, declaring, deleting, purging it.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/connection_json.hpp"
#include "admin/management/queue_json.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"
#include "admin/management/samples.hpp"
#include "admin/management/shown_streams.hpp"
#include "model/message.hpp"
#include "protocols/amqp091/session/queue_arguments.hpp"
#include "protocols/amqp091/session/queue_equivalence.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::management {
namespace {

using security::Resource;
using security::Verb;

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

/// Who consumes it, and which of them alone.
runtime::Task<void> add_consumers(Call* call, ShownQueue shown, boost::json::object* json) {
  boost::json::array details;
  boost::json::value exclusive, active;
  std::vector<ShownConsumer> consumers = co_await consumers_of(call, shown.queue->name);
  for (const ShownConsumer& one : consumers) {
    if (one.facts.queue != shown.queue->name || one.facts.connection->vhost != shown.queue->name_space) continue;
    details.push_back(json_of(one, call->about.node_name));
    if (one.facts.exclusive) exclusive = json_text(one.facts.tag);
    if (one.is_one_at_a_time && one.is_active) active = json_text(one.facts.tag);
  }
  (*json)["consumer_details"] = std::move(details);
  (*json)["exclusive_consumer_tag"] = std::move(exclusive);
  (*json)["single_active_consumer_tag"] = std::move(active);
  // By channel and exchange RabbitMQ counts only with management.rates_mode = detailed.
  (*json)["deliveries"] = boost::json::array();
  (*json)["incoming"] = boost::json::array();
}

runtime::Task<http::Response> get_stream(Call* call, StreamPointer stream) {
  ShownQueue shown = shown_stream(std::move(stream));
  co_await count_streams(call, {&shown});
  boost::json::object json = json_of(shown, queue_node(*call), {});
  co_await add_consumers(call, shown, &json);
  co_return json_answer(chosen_columns(call->request, std::move(json)));
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

http::Response declared_again(const Call& call, StreamPointer stream, Asked asked) {
  asked.arguments = amqp091::comparable_arguments(asked.arguments, {stream->name, call.vhost()});
  return declared_again(call, *shown_stream(std::move(stream)).queue, asked);
}

runtime::Task<http::Response> put_stream(Call* call, const Asked* asked) {
  const std::string& name = call->names.at(1);
  auto settings =
      amqp091::stream_topic(asked->arguments, {.durable = asked->durable, .auto_delete = asked->auto_delete},
                            {name, call->vhost()}, call->about.stream_batch_bytes);
  if (!settings) co_return answer_of(settings.error());
  broker::TopicRequest request{
      .name = name, .partitions = 1, .overrides = std::move(*settings), .name_space = call->vhost()};
  auto made = co_await call->ports.catalogue.create_topic(call->here, std::move(request));
  if (made) co_return created();
  StreamPointer known = stream_named(*call, call->vhost(), name);
  if (made.error().code != ErrorCode::kAlreadyExists || !known) co_return answer_of(made.error());
  co_return declared_again(*call, std::move(known), *asked);
}

/// As by AMQP, `if-unused` does not count.
runtime::Task<http::Response> delete_stream(Call* call, StreamPointer stream) {
  if (call->asks_for("if-empty")) {
    Result<broker::PartitionMarks> marks = co_await call->ports.read.marks(call->here, stream->partition(0));
    if (!marks) co_return answer_of(marks.error());
    if (marks->high_watermark > marks->log_start)
      co_return bad_request(
          json_text(routing::resource(routing::DestinationKind::kQueue, stream->name, call->vhost()) + " not empty"));
  }
  Result<void> gone = co_await call->ports.catalogue.remove_topic(call->here, stream->id);
  if (!gone && gone.error().code != ErrorCode::kUnknownTopicId) co_return answer_of(gone.error());
  co_return no_content();
}

/// Such names nobody may make up.
std::optional<http::Response> check_name(const std::string& name) {
  if (name.empty()) return bad_request("a queue's name is not empty");
  if (name.starts_with("amq.")) return not_authorised("queue name '" + name + "' contains reserved prefix 'amq.*'");
  return std::nullopt;
}

std::expected<broker::QueueDeclaration, http::Response> declaration(const Call& call, const Asked& asked) {
  const std::string& name = call.names.at(1);
  amqp091::QueueName queue{name, call.vhost()};
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

Answer get_queue(Call* call) {
  std::expected<SamplesQuestion, http::Response> samples = SamplesQuestion::of(call->request);
  if (!samples) co_return samples.error();
  QueuePointer queue = call->view()->queue(call->names.at(1));
  if (StreamPointer stream = queue ? nullptr : stream_named(*call, call->vhost(), call->names.at(1))) {
    http::Response response = co_await get_stream(call, std::move(stream));
    co_return response;
  }
  if (!queue) co_return nothing_here();
  ShownQueue shown{.queue = queue, .policy = policy_of(*call, *queue), .numbers = {}};
  std::vector<broker::QueueNumbers> numbers = co_await call->ports.operate.queue_numbers(call->here, {queue->ref});
  shown.numbers = numbers.front();
  boost::json::object json = json_of(shown, queue_node(*call), {});
  if (samples->asks()) {
    history::History::QueueName name{queue->name_space, queue->name};
    call->ports.history.want(name);  // of one that was not, samples begin now
    add_samples(json, *samples, call->ports.history.queue(name), call->here.clock().wall_now());
  }
  co_await add_consumers(call, shown, &json);
  std::optional<boost::json::value> timestamp = co_await head_timestamp(call, queue->ref);
  if (timestamp) json["head_message_timestamp"] = std::move(*timestamp);
  co_return json_answer(chosen_columns(call->request, std::move(json)));
}

Answer put_queue(Call* call) {
  Body body(call->request.body);
  Asked asked{body.flag("durable"), body.flag("auto_delete"), body.table("arguments")};
  const std::string& name = call->names.at(1);
  body.check_short("a queue's name", name);
  if (body.refusal()) co_return *body.refusal();
  Result<void> allowed = may(*call, Verb::kConfigure, Resource::queue(name));
  if (!allowed) co_return answer_of(allowed.error());
  QueuePointer known = call->view()->queue(name);
  StreamPointer stream = known ? nullptr : stream_named(*call, call->vhost(), name);
  std::string_view there = known ? std::string_view(known->type) : stream ? "stream" : "";
  amqp091::add_default_type(asked.arguments, call->view()->default_queue_type,
                            {asked.durable, false, asked.auto_delete}, there);
  if (known) {
    call->ports.queues.used(call->here, known->ref);
    co_return declared_again(*call, *known, asked);
  }
  if (stream) co_return declared_again(*call, std::move(stream), asked);
  if (auto refusal = check_name(name)) co_return std::move(*refusal);
  if (amqp091::asks_for_stream(asked.arguments)) {
    http::Response response = co_await put_stream(call, &asked);
    co_return response;
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
  StreamPointer stream = queue ? nullptr : stream_named(*call, call->vhost(), name);
  if (!queue && !stream) co_return nothing_here();
  if (Result<void> allowed = may(*call, Verb::kConfigure, Resource::queue(name)); !allowed)
    co_return answer_of(allowed.error());
  if (stream) {
    http::Response response = co_await delete_stream(call, std::move(stream));
    co_return response;
  }
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

/// Of mirrored queues, which RabbitMQ 4 has no more: the one copy that a queue has here is the same as all others.
Answer act_on_queue(Call* call) {
  Body body(call->request.body);
  std::string action = body.required_text("action");
  if (body.refusal()) co_return *body.refusal();
  if (!call->view()->queue(call->names.at(1))) co_return nothing_here();
  if (action != "sync" && action != "cancel_sync") co_return bad_request("an action is sync or cancel_sync");
  co_return no_content();
}

/// There is one node, and it leads all of them.
Answer rebalance_queues(Call*) {
  co_return no_content();
}

}  // namespace wharf::management
