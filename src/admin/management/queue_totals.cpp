#include "admin/management/queue_totals.hpp"

#include "admin/management/stats_json.hpp"

namespace wharf::management {

runtime::Task<void> add_up_queues(Call* call, std::string vhost, QueueTotals* totals) {
  std::optional<broker::NamespaceView> view = call->ports.entities.find(call->here, vhost);
  if (!view) co_return;
  std::vector<broker::QueueRef> queues;
  for (const auto& queue : *view->queues) {
    if (queue) queues.push_back(queue->ref);
  }
  totals->queues += queues.size();
  std::vector<broker::QueueNumbers> numbers = co_await call->ports.operate.queue_numbers(call->here, std::move(queues));
  for (const broker::QueueNumbers& one : numbers) {
    totals->messages.ready += one.counts.ready;
    totals->messages.unsettled += one.counts.unsettled;
    totals->messages.consumers += one.counts.consumers;
    totals->ready_rate += one.traffic.rate(queue::QueueEvent::kReady);
    totals->unsettled_rate += one.traffic.rate(queue::QueueEvent::kUnsettled);
  }
}

void add_message_fields(boost::json::object& json, const QueueTotals& totals) {
  const broker::QueueCounts& counts = totals.messages;
  add_counted(json, "messages", counts.ready + counts.unsettled, totals.ready_rate + totals.unsettled_rate);
  add_counted(json, "messages_ready", counts.ready, totals.ready_rate);
  add_counted(json, "messages_unacknowledged", counts.unsettled, totals.unsettled_rate);
}

}  // namespace wharf::management
