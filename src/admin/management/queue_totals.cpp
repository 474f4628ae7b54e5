#include "admin/management/queue_totals.hpp"

namespace wharf::management {

runtime::Task<void> add_up_queues(Call* call, std::string vhost, QueueTotals* totals) {
  std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, vhost);
  if (!view) co_return;
  std::vector<broker::QueueRef> queues;
  for (const auto& queue : *view->queues) {
    if (queue) queues.push_back(queue->ref);
  }
  totals->queues += queues.size();
  std::vector<broker::QueueCounts> counts = co_await call->ports.queues.counts_of(call->here, std::move(queues));
  for (const broker::QueueCounts& one : counts) {
    totals->messages.ready += one.ready;
    totals->messages.unsettled += one.unsettled;
    totals->messages.consumers += one.consumers;
  }
}

void add_message_fields(boost::json::object& json, const broker::QueueCounts& counts) {
  json["messages"] = counts.ready + counts.unsettled;
  json["messages_ready"] = counts.ready;
  json["messages_unacknowledged"] = counts.unsettled;
}

}  // namespace wharf::management
