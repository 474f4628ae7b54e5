// Messages out of a queue, as basic.get takes them: they are taken, shown, and then settled or put back. To put back is
// a delivery that came to nothing: the message is marked as redelivered, and the try counts.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/message_json.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

/// Bodies of one answer: who asks for more gets what fits, and the rest stays in the queue.
constexpr std::uint64_t kMostBytes = 16u << 20;

struct Wanted {
  std::int64_t count = 0;
  queue::Verdict verdict = queue::Verdict::kReturn;
  Shape shape;
};

std::optional<queue::Verdict> verdict_of(std::string_view ackmode) {
  if (ackmode == "ack_requeue_true" || ackmode == "reject_requeue_true") return queue::Verdict::kReturn;
  if (ackmode == "ack_requeue_false") return queue::Verdict::kDone;
  if (ackmode == "reject_requeue_false") return queue::Verdict::kReject;
  return std::nullopt;
}

Wanted read(Body& body) {
  std::string ackmode = body.required_text("ackmode");
  Wanted wanted{.count = body.required_number("count")};
  std::string encoding = body.required_text("encoding");
  if (std::optional<queue::Verdict> verdict = verdict_of(ackmode)) {
    wanted.verdict = *verdict;
  } else {
    body.refuse(json_text("unknown ackmode '" + ackmode +
                          "': ack_requeue_true, ack_requeue_false, reject_requeue_true, reject_requeue_false"));
  }
  if (encoding != "auto" && encoding != "base64") body.refuse("Unsupported encoding. Please use auto or base64.");
  wanted.shape.always_base64 = encoding == "base64";
  std::optional<std::int64_t> truncate = body.number("truncate");
  if (truncate && *truncate < 0) body.refuse("truncate must be at least 0");
  if (truncate && *truncate >= 0) wanted.shape.truncate = static_cast<std::size_t>(*truncate);
  return wanted;
}

/// All that were taken so far, when the queue does not go on too.
runtime::Task<std::optional<Error>> take(Call* call, broker::QueueRef queue, queue::ConsumerId holder,
                                         std::int64_t count, std::vector<broker::Got>* taken) {
  std::uint64_t bytes = 0;
  // A negative count takes them all, as in RabbitMQ.
  for (std::int64_t i = 0; (count < 0 || i < count) && bytes < kMostBytes; ++i) {
    Result<std::optional<broker::Got>> got = co_await call->ports.queues.get(call->here, queue, holder, false);
    if (!got) co_return got.error();
    if (!*got) co_return std::nullopt;
    bytes += (*got)->delivery.window_bytes();
    taken->push_back(std::move(**got));
  }
  co_return std::nullopt;
}

}  // namespace

Answer get_messages(Call* call) {
  Body body(call->request.body);
  Wanted wanted = read(body);
  if (body.refusal()) co_return *body.refusal();
  std::expected<QueuePointer, http::Response> queue = readable_queue(*call);
  if (!queue && queue.error().status == 404) co_return not_found("queue_not_found");
  if (!queue) co_return queue.error();
  queue::ConsumerId holder = call->ports.queues.new_consumer_id(call->here);
  std::vector<broker::Got> taken;
  std::optional<Error> error = co_await take(call, (*queue)->ref, holder, wanted.count, &taken);
  std::vector<queue::Settlement> settlements;
  for (const broker::Got& got : taken) settlements.push_back({got.delivery.id, got.delivery.id.offset, wanted.verdict});
  call->ports.queues.settle(call->here, (*queue)->ref, holder, std::move(settlements));
  co_await call->ports.queues.release(call->here, (*queue)->ref, holder);
  if (error && taken.empty()) co_return answer_of(*error);
  auto write = [queue = *queue, taken = std::move(taken), shape = wanted.shape] {
    boost::json::array items;
    for (const broker::Got& got : taken) {
      boost::json::object item = message_json(*queue, got.delivery, shape);
      item["message_count"] = got.ready_left;
      items.push_back(std::move(item));
    }
    return json_answer(items);
  };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

}  // namespace wharf::management
