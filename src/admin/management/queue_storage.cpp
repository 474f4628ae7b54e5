// A path of our own: what a queue keeps on disk, and which message keeps it there, in whose hands.
#include <boost/json/object.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/call.hpp"
#include "admin/management/message_position.hpp"
#include "admin/management/queue_named.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

struct Oldest {
  queue::OldestMessage message;
  Timestamp arrived;
};

/// Of the levels' oldest the one that came first. None: the queue is empty, or was emptied meanwhile.
runtime::Task<Result<std::optional<Oldest>>> oldest_of(Call* call, broker::QueueRef queue,
                                                       const queue::QueueReport* report) {
  std::optional<Oldest> oldest;
  for (const queue::OldestMessage& one : report->oldest) {
    broker::BrowseRequest request{.from = one.id, .messages = 1, .bytes = 1};
    Result<broker::Browsed> seen = co_await call->ports.queues.browse(call->here, queue, request);
    if (!seen) co_return fail(seen.error());
    if (seen->messages.empty() || seen->messages.front().message.id != one.id) continue;
    Timestamp arrived = seen->messages.front().message.record.timestamp;
    if (!oldest || arrived < oldest->arrived) oldest = Oldest{one, arrived};
  }
  co_return oldest;
}

boost::json::object json_of(const Oldest& oldest, Timestamp now) {
  boost::json::object json{{"position", json_text(position_text(oldest.message.id))},
                           {"state", json_text(state_of(oldest.message.where))},
                           {"arrived_ms", oldest.arrived.ms},
                           {"age_ms", now.ms - oldest.arrived.ms},
                           {"held_by", nullptr}};
  if (oldest.message.where != queue::Whereabouts::kInFlight) return json;
  json["held_by"] = boost::json::object{{"consumer_tag", json_text(oldest.message.consumer_tag)},
                                        {"connection", json_text(oldest.message.connection)},
                                        {"held_for_ms", oldest.message.held_for.count()}};
  return json;
}

}  // namespace

Answer get_queue_storage(Call* call) {
  QueuePointer queue = call->view()->queue(call->names.at(1));
  if (!queue) co_return nothing_here();
  Result<queue::QueueReport> report = co_await call->ports.queues.report(call->here, queue->ref);
  if (!report) co_return report.error().code == ErrorCode::kNotFound ? nothing_here() : answer_of(report.error());
  Result<std::optional<Oldest>> oldest = co_await oldest_of(call, queue->ref, &*report);
  if (!oldest) co_return oldest.error().code == ErrorCode::kNotFound ? nothing_here() : answer_of(oldest.error());
  boost::json::value shown = nullptr;
  if (*oldest) shown = json_of(**oldest, call->here.clock().wall_now());
  co_return json_answer(boost::json::object{{"name", json_text(queue->name)},
                                            {"vhost", json_text(queue->name_space)},
                                            {"disk_bytes", report->disk_bytes},
                                            {"live_bytes", report->live_bytes},
                                            {"oldest", std::move(shown)}});
}

}  // namespace wharf::management
