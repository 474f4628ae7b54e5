#include "admin/numbers/busiest_queues.hpp"

#include <algorithm>
#include <utility>

namespace wharf::admin {
namespace {

constexpr std::size_t kQueuesPerSlice = 256;

using QueuePointer = std::shared_ptr<const broker::QueueInfo>;

/// What passes in a second, and what is there.
std::pair<double, std::uint64_t> weight(const NamedQueue& queue) {
  return {rate_in(queue.numbers) + rate_out(queue.numbers),
          queue.numbers.counts.ready + queue.numbers.counts.unsettled};
}

void add(OtherQueues& others, const broker::QueueNumbers& queue) {
  ++others.queues;
  others.messages += queue.counts.ready + queue.counts.unsettled;
  others.consumers += queue.counts.consumers;
  others.in += rate_in(queue);
  others.out += rate_out(queue);
}

void keep_busiest(std::vector<NamedQueue>& queues, const QueueQuestion& question) {
  std::ranges::sort(queues, [](const NamedQueue& a, const NamedQueue& b) {
    if (weight(a) != weight(b)) return weight(a) > weight(b);
    return std::tie(a.vhost, a.name) < std::tie(b.vhost, b.name);
  });
  if (queues.size() <= question.most) return;
  for (std::size_t i = question.most; question.others != nullptr && i < queues.size(); ++i) {
    add(*question.others, queues[i].numbers);
  }
  queues.resize(question.most);
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

double rate_in(const broker::QueueNumbers& queue) {
  return queue.traffic.rate(queue::QueueEvent::kPublish);
}

double rate_out(const broker::QueueNumbers& queue) {
  using queue::QueueEvent;
  double rate = 0;
  for (QueueEvent event : {QueueEvent::kDeliver, QueueEvent::kDeliverNoAck, QueueEvent::kGet, QueueEvent::kGetNoAck}) {
    rate += queue.traffic.rate(event);
  }
  return rate;
}

runtime::Task<std::vector<NamedQueue>> busiest_queues(runtime::Shard& here, QueueQuestion question) {
  std::vector<std::string> vhosts{question.vhost};
  if (question.vhosts != nullptr) {
    vhosts = *question.vhosts;
  } else if (question.vhost.empty()) {
    vhosts = question.entities->namespaces(here);
  }
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
      for (std::size_t i = 0; i < slice->size(); ++i) {
        busiest.push_back({.vhost = vhost, .name = (*slice)[i]->name, .ref = (*slice)[i]->ref, .numbers = numbers[i]});
      }
      keep_busiest(busiest, question);
      co_await runtime::next_turn(here);
    }
  }
  co_return busiest;
}

runtime::Task<void> look_at_storage(runtime::Shard& here, broker::Queues* port, std::vector<NamedQueue>* queues) {
  for (NamedQueue& queue : *queues) {
    auto report = co_await port->report(here, queue.ref);
    if (!report) continue;  // it is gone
    queue.disk_bytes = report->disk_bytes;
    for (const auto& oldest : report->oldest) queue.held_for = std::max(queue.held_for, oldest.held_for);
  }
}

}  // namespace wharf::admin
