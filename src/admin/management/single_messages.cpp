// Paths of our own, for what an operator does to messages by their places: drop one, move one.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/message_position.hpp"
#include "admin/management/moved_message.hpp"
#include "admin/management/number_parameter.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

/// One message of a queue, held back from its consumers.
struct Held {
  broker::QueueRef queue;
  queue::ConsumerId holder;
  broker::BrowsedMessage message;
};

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

std::expected<queue::MessageId, http::Response> position(const Call& call) {
  std::optional<queue::MessageId> id = position_of(call.names.at(2));
  if (!id) return std::unexpected(bad_request("that is no position: \"12\", or \"5:12\" of priority 5"));
  return *id;
}

}  // namespace

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
  Body body(call->request.body, Body::Complaints::kSentences);
  std::string name = body.required_text("queue");
  if (body.refusal()) co_return *body.refusal();
  std::expected<QueuePointer, http::Response> from = readable_queue(*call);
  if (!from) co_return from.error();
  std::expected<QueuePointer, http::Response> to = move_target(*call, name, **from);
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
