// Paths of our own, for what an operator does to messages by their places: drop one, move one, drop the oldest.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/message_position.hpp"
#include "admin/management/number_parameter.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"
#include "broker/routed_message.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"

namespace wharf::management {
namespace {

/// One message of a queue, held back from its consumers.
struct Held {
  broker::QueueRef queue;
  queue::ConsumerId holder;
  broker::BrowsedMessage message;
};

http::Response refusal_of(const Error& error) {
  if (error.code == ErrorCode::kNotFound) return nothing_here();
  if (error.code == ErrorCode::kLocked) return error_answer(409, "conflict", json_text(error.message));
  return answer_of(error);
}

/// names[2] of the queue. Whoever gets it settles it.
runtime::Task<Result<Held>> hold(Call* call, broker::QueueRef queue, queue::MessageId id) {
  Result<broker::Browsed> seen =
      co_await call->ports.queues.browse(call->here, queue, {.from = id, .messages = 1, .bytes = 1});
  if (!seen) co_return fail(seen.error());
  if (seen->messages.empty() || seen->messages.front().message.id != id) {
    co_return fail(ErrorCode::kNotFound, "there is no message at this position");
  }
  Held held{queue, call->ports.queues.new_consumer_id(call->here), std::move(seen->messages.front())};
  const auto& body = held.message.message.record.value;
  Result<void> taken = co_await call->ports.queues.hold(call->here, queue, held.holder, id,
                                                        static_cast<std::uint32_t>(body ? body->size() : 0));
  if (!taken) co_return fail(taken.error());
  co_return held;
}

/// On disk when it returns.
runtime::Task<Result<void>> settle(Call* call, const Held* held, queue::Verdict verdict) {
  const queue::MessageId id = held->message.message.id;
  std::vector<queue::Settlement> settlements{{id, id.offset, verdict}};
  Result<void> settled =
      co_await call->ports.queues.settle_durably(call->here, held->queue, held->holder, std::move(settlements));
  co_await call->ports.queues.release(call->here, held->queue, held->holder);
  co_return settled;
}

/// As it stands there, with all that its publisher said.
broker::EnqueuePart copy_for(const broker::QueueInfo& to, const Record& record, Timestamp now) {
  Result<MessageView> stored = message_of(record);
  MessageView message = stored ? *stored : plain_message_of(record);
  std::vector<std::byte> properties;
  if (!stored) {  // of a Kafka producer
    std::ignore = append_properties(properties, record, std::size_t{1} << 20);
    message.properties = properties;
  }
  broker::EnqueuePart part = broker::part_for(to, message, now);
  part.messages.persistent = true;  // its place in the old queue is given up for it
  return part;
}

std::expected<queue::MessageId, http::Response> position(const Call& call) {
  std::optional<queue::MessageId> id = position_of(call.names.at(2));
  if (!id) return std::unexpected(bad_request("that is no position: \"12\", or \"5:12\" of priority 5"));
  return *id;
}

/// Of the same virtual host; a refusal: it is not there, is the same one, or the user may not write to it.
std::expected<QueuePointer, http::Response> target(const Call& call, const std::string& name,
                                                   const broker::QueueInfo& from) {
  QueuePointer to = call.view()->queue(name);
  if (!to) return std::unexpected(not_found("queue_not_found"));
  if (to->ref == from.ref) return std::unexpected(bad_request("the message is in this queue already"));
  if (to->exclusive) return std::unexpected(answer_of(amqp091::locked({name, call.vhost()})));
  Result<void> allowed = may(call, security::Verb::kWrite, security::Resource::queue(name));
  if (!allowed) return std::unexpected(answer_of(allowed.error()));
  return to;
}

}  // namespace

Answer drop_oldest_messages(Call* call) {
  auto oldest = number_parameter(call->request, "oldest", std::numeric_limits<std::int64_t>::max());
  if (!oldest) co_return oldest.error();
  if (!*oldest) co_return bad_request("oldest says how many; all of them are /api/queues/{vhost}/{name}/contents");
  std::expected<QueuePointer, http::Response> queue = readable_queue(*call);
  if (!queue) co_return queue.error();
  Result<std::uint64_t> dropped = co_await call->ports.queues.purge(call->here, (*queue)->ref, **oldest);
  if (!dropped) co_return refusal_of(dropped.error());
  co_return json_answer(boost::json::object{{"dropped", *dropped}});
}

Answer drop_message(Call* call) {
  std::expected<queue::MessageId, http::Response> id = position(*call);
  if (!id) co_return id.error();
  std::expected<QueuePointer, http::Response> queue = readable_queue(*call);
  if (!queue) co_return queue.error();
  Result<Held> held = co_await hold(call, (*queue)->ref, *id);
  if (!held) co_return refusal_of(held.error());
  Result<void> dropped = co_await settle(call, &*held, queue::Verdict::kDone);
  co_return dropped ? no_content() : answer_of(dropped.error());
}

Answer move_message(Call* call) {
  std::expected<queue::MessageId, http::Response> id = position(*call);
  if (!id) co_return id.error();
  Body body(call->request.body);
  std::string name = body.required_text("queue");
  if (body.refusal()) co_return *body.refusal();
  std::expected<QueuePointer, http::Response> from = readable_queue(*call);
  if (!from) co_return from.error();
  std::expected<QueuePointer, http::Response> to = target(*call, name, **from);
  if (!to) co_return to.error();
  Result<Held> held = co_await hold(call, (*from)->ref, *id);
  if (!held) co_return refusal_of(held.error());
  std::vector<broker::EnqueuePart> parts;
  parts.push_back(copy_for(**to, held->message.message.record, call->here.clock().wall_now()));
  std::vector<Result<void>> kept = co_await call->ports.queues.enqueue(call->here, std::move(parts));
  Result<void> settled =
      co_await settle(call, &*held, kept.front() ? queue::Verdict::kDone : queue::Verdict::kGiveBack);
  if (!kept.front()) {
    if (kept.front().error().code == ErrorCode::kNotFound) co_return not_found("queue_not_found");
    co_return answer_of(kept.front().error());
  }
  co_return settled ? no_content() : answer_of(settled.error());
}

}  // namespace wharf::management
