// Paths of our own, for what an operator does to many messages of a queue: drop those that match a selector or are the
// oldest, move those that match.
#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/moved_message.hpp"
#include "admin/management/number_parameter.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

/// Held back from consumers at a time while they are moved.
constexpr std::uint64_t kMessagesPerPage = 256;
constexpr std::uint64_t kBytesPerPage = 4u << 20;

/// A move on its way. Whoever begins one releases its holder.
struct Move {
  Call* call;
  broker::QueueRef from;
  QueuePointer to;
  queue::ConsumerId holder;
  std::uint64_t moved = 0;
};

struct HeldBack {
  std::vector<broker::EnqueuePart> copies;
  std::vector<queue::Settlement> settlements;  // one for each
};

/// Those that nobody else has. The others have gone on since they were seen.
runtime::Task<HeldBack> hold_back(Move* move, const std::vector<broker::BrowsedMessage>* seen) {
  HeldBack held;
  const Call& call = *move->call;
  for (const broker::BrowsedMessage& one : *seen) {
    const queue::MessageId id = one.message.id;
    const auto& body = one.message.record.value;
    Result<void> taken = co_await call.ports.queues.hold(call.here, move->from, move->holder, id,
                                                         static_cast<std::uint32_t>(body ? body->size() : 0));
    if (!taken) continue;
    held.copies.push_back(copy_for(*move->to, one.message.record, call.here.clock().wall_now()));
    held.settlements.push_back({id, id.offset, queue::Verdict::kDone});
  }
  co_return held;
}

/// On disk there before they leave here; what is refused there stays in its place, and is the error.
runtime::Task<Result<void>> move_page(Move* move, const std::vector<broker::BrowsedMessage>* seen) {
  const Call& call = *move->call;
  HeldBack held = co_await hold_back(move, seen);
  std::vector<Result<void>> kept = co_await call.ports.queues.enqueue(call.here, std::move(held.copies));
  Result<void> outcome;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) continue;
    held.settlements[i].verdict = queue::Verdict::kGiveBack;
    if (outcome) outcome = kept[i];
  }
  const auto moved = static_cast<std::uint64_t>(
      std::ranges::count(held.settlements, queue::Verdict::kDone, &queue::Settlement::verdict));
  Result<void> settled =
      co_await call.ports.queues.settle_durably(call.here, move->from, move->holder, std::move(held.settlements));
  if (settled) move->moved += moved;
  co_return settled ? outcome : settled;
}

/// No more than are there at the beginning, so it ends, whatever comes meanwhile.
runtime::Task<Result<void>> move_matches(Move* move, std::string where) {
  const Call& call = *move->call;
  Result<broker::QueueCounts> counts = co_await call.ports.queues.counts(call.here, move->from);
  if (!counts) co_return fail(counts.error());
  std::uint64_t left = counts->ready + counts->unsettled;
  broker::BrowseRequest request{.messages = kMessagesPerPage, .bytes = kBytesPerPage, .selector = std::move(where)};
  while (true) {
    request.messages = std::min(left, kMessagesPerPage);
    Result<broker::Browsed> seen = co_await call.ports.queues.browse(call.here, move->from, request);
    if (!seen) co_return fail(seen.error());
    Result<void> moved = co_await move_page(move, &seen->messages);
    if (!moved) co_return moved;
    left -= seen->messages.size();
    if (left == 0 || !seen->next) co_return Result<void>();
    request.from = *seen->next;
  }
}

http::Response stopped(Error why, std::uint64_t moved) {
  if (moved > 0) why.message += fmt::format("; {} messages were moved before", moved);
  return answer_of(why);
}

Answer drop_matches(Call* call, broker::QueueRef queue, broker::SelectivePurge purge) {
  if (purge.selector.empty()) co_return bad_request("where is a condition (docs/selectors.md), not empty");
  Result<std::uint64_t> dropped = co_await call->ports.queues.purge_selected(call->here, queue, std::move(purge));
  if (!dropped) co_return refusal_of(dropped.error());
  co_return json_answer(boost::json::object{{"dropped", *dropped}});
}

}  // namespace

Answer drop_messages(Call* call) {
  auto oldest = number_parameter(call->request, "oldest", std::numeric_limits<std::int64_t>::max());
  if (!oldest) co_return oldest.error();
  std::optional<std::string_view> where = call->request.parameter("where");
  if (!*oldest && !where) {
    co_return bad_request(
        "oldest says how many, where says which; all of them are /api/queues/{vhost}/{name}/contents");
  }
  std::expected<QueuePointer, http::Response> queue = readable_queue(*call);
  if (!queue) co_return queue.error();
  if (where) {
    broker::SelectivePurge purge{.selector = std::string(*where)};
    if (*oldest) purge.most = **oldest;
    http::Response response = co_await drop_matches(call, (*queue)->ref, std::move(purge));
    co_return response;
  }
  Result<std::uint64_t> dropped = co_await call->ports.queues.purge(call->here, (*queue)->ref, **oldest);
  if (!dropped) co_return refusal_of(dropped.error());
  co_return json_answer(boost::json::object{{"dropped", *dropped}});
}

Answer move_messages(Call* call) {
  Body body(call->request.body, Body::Complaints::kSentences);
  body.require({"queue", "where"});
  std::string name = body.text("queue").value_or("");
  std::string where = body.text("where").value_or("");
  if (body.refusal()) co_return *body.refusal();
  if (where.empty()) co_return bad_request("where is a condition (docs/selectors.md), not empty");
  std::expected<QueuePointer, http::Response> from = readable_queue(*call);
  if (!from) co_return from.error();
  std::expected<QueuePointer, http::Response> to = move_target(*call, name, **from);
  if (!to) co_return to.error();
  Move move{call, (*from)->ref, *to, call->ports.queues.new_consumer_id(call->here)};
  Result<void> done = co_await move_matches(&move, std::move(where));
  co_await call->ports.queues.release(call->here, move.from, move.holder);
  if (!done) co_return stopped(std::move(done.error()), move.moved);
  co_return json_answer(boost::json::object{{"moved", move.moved}});
}

}  // namespace wharf::management
