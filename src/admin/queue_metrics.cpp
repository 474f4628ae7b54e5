#include "admin/queue_metrics.hpp"

#include <algorithm>
#include <utility>

namespace wharf::admin {
namespace {

constexpr std::size_t kQueuesPerSlice = 256;

using QueuePointer = std::shared_ptr<const broker::QueueInfo>;

/// What passes in a second, and what is there.
std::pair<double, std::uint64_t> weight(const NamedQueue& queue) {
  using queue::QueueEvent;
  const queue::QueueTraffic& traffic = queue.numbers.traffic;
  double rate = 0;
  for (QueueEvent event : {QueueEvent::kPublish, QueueEvent::kDeliver, QueueEvent::kDeliverNoAck, QueueEvent::kGet,
                           QueueEvent::kGetNoAck}) {
    rate += traffic.rate(event);
  }
  return {rate, queue.numbers.counts.ready + queue.numbers.counts.unsettled};
}

void keep_busiest(std::vector<NamedQueue>& queues, std::size_t most) {
  std::ranges::sort(queues, [](const NamedQueue& a, const NamedQueue& b) {
    if (weight(a) != weight(b)) return weight(a) > weight(b);
    return std::tie(a.vhost, a.name) < std::tie(b.vhost, b.name);
  });
  if (queues.size() > most) queues.resize(most);
}

/// Of those with numbers in [from, from + kQueuesPerSlice); none: there are no more.
std::optional<std::vector<QueuePointer>> slice_of(const broker::NamespaceView& view, std::size_t from,
                                                  const std::optional<security::Pattern>& pattern) {
  if (from >= view.queues->size()) return std::nullopt;
  std::vector<QueuePointer> found;
  for (std::size_t i = from; i < std::min(view.queues->size(), from + kQueuesPerSlice); ++i) {
    const QueuePointer& queue = (*view.queues)[i];
    if (queue && (!pattern || pattern->matches(queue->name))) found.push_back(queue);
  }
  return found;
}

}  // namespace

runtime::Task<std::vector<NamedQueue>> busiest_queues(runtime::Shard& here, QueueQuestion question) {
  std::vector<std::string> vhosts{question.vhost};
  if (question.vhost.empty()) vhosts = question.entities->namespaces(here);
  std::vector<NamedQueue> busiest;
  for (const std::string& vhost : vhosts) {
    for (std::size_t from = 0;; from += kQueuesPerSlice) {
      std::optional<broker::NamespaceView> view = question.entities->find(here, vhost);
      if (!view) break;
      std::optional<std::vector<QueuePointer>> slice = slice_of(*view, from, question.pattern);
      if (!slice) break;
      std::vector<broker::QueueRef> refs;
      for (const QueuePointer& queue : *slice) refs.push_back(queue->ref);
      std::vector<broker::QueueNumbers> numbers = co_await question.operate->queue_numbers(here, std::move(refs));
      for (std::size_t i = 0; i < slice->size(); ++i) busiest.push_back({vhost, (*slice)[i]->name, numbers[i]});
      keep_busiest(busiest, question.most);
      co_await runtime::next_turn(here);
    }
  }
  co_return busiest;
}

}  // namespace wharf::admin
