// Consumers, of queues and streams.
#include <map>

#include "admin/management/connection_json.hpp"
#include "admin/management/list.hpp"
#include "admin/management/resources.hpp"
#include "admin/management/rights.hpp"

namespace wharf::management {
namespace {

/// Which of their consumers is served now, by queue: of those where it is one at a time.
using ActiveByQueue = std::map<broker::QueueRef, std::optional<queue::ConsumerId>>;

runtime::Task<void> ask_active(Call* call, ActiveByQueue* queues) {
  std::vector<broker::QueueRef> asked;
  for (const auto& [queue, active] : *queues) asked.push_back(queue);
  std::vector<broker::QueueNumbers> numbers = co_await call->ports.operate.queue_numbers(call->here, asked);
  for (std::size_t i = 0; i < asked.size(); ++i) (*queues)[asked[i]] = numbers[i].active;
}

std::shared_ptr<const broker::QueueInfo> queue_of(const Call& call, const broker::ConsumerFacts& consumer) {
  std::optional<broker::NamespaceView> view = call.ports.entities.find(call.here, consumer.connection->vhost);
  return view ? view->queue(consumer.queue) : nullptr;
}

Answer list(Call* call, std::string vhost) {
  std::vector<ShownConsumer> shown = co_await consumers_of(call);
  if (!vhost.empty())
    std::erase_if(shown, [&](const ShownConsumer& one) { return one.facts.connection->vhost != vhost; });
  auto json = [node = call->about.node_name](const ShownConsumer& one) { return json_of(one, node); };
  http::Response response = co_await answer_list(call, std::move(shown), std::move(json));
  co_return response;
}

}  // namespace

runtime::Task<std::vector<ShownConsumer>> consumers_of(Call* call, std::string of_queue) {
  std::vector<broker::ConsumerFacts> all = co_await call->ports.statistics.consumers(call->here, std::move(of_queue));
  std::vector<ShownConsumer> shown;
  std::vector<broker::QueueRef> queues;
  ActiveByQueue one_at_a_time;
  std::size_t looked = 0;
  for (broker::ConsumerFacts& facts : all) {
    if (++looked % kItemsPerSlice == 0) co_await runtime::next_turn(call->here);
    if (!sees(*call, facts.connection->vhost)) continue;
    std::shared_ptr<const broker::QueueInfo> queue = queue_of(*call, facts);
    bool single = queue && queue->settings.single_active_consumer;
    if (single) one_at_a_time.try_emplace(queue->ref);
    queues.push_back(queue ? queue->ref : broker::QueueRef());
    shown.push_back({.facts = std::move(facts), .is_one_at_a_time = single, .is_active = true});
  }
  co_await ask_active(call, &one_at_a_time);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i].is_one_at_a_time) shown[i].is_active = one_at_a_time[queues[i]] == shown[i].facts.id;
  }
  std::ranges::sort(shown, {}, [](const ShownConsumer& one) {
    return std::tie(one.facts.connection->vhost, one.facts.queue, one.facts.tag);
  });
  co_return shown;
}

Answer list_consumers(Call* call) {
  return list(call, {});
}

Answer list_consumers_of_vhost(Call* call) {
  return list(call, call->vhost());
}

}  // namespace wharf::management
