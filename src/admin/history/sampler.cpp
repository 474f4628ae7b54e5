#include "admin/history/sampler.hpp"

#include <algorithm>

#include "admin/numbers/busiest_queues.hpp"

namespace wharf::history {
namespace {

constexpr std::size_t kQueuesPerSlice = 256;
constexpr std::size_t kBusiest = kMostQueues / 2;
constexpr int kIdleShare = 200;  // of the time that a look at every queue took, until the next
constexpr Nanoseconds kBusiestInterval = std::chrono::seconds(60);

}  // namespace

runtime::Task<void> Sampler::stop() {
  if (timer_) shard_.cancel_timer(*timer_);
  timer_.reset();
  co_await tasks_.close();
}

void Sampler::wait() {
  if (tasks_.stopping()) return;
  timer_ = shard_.set_timer(shard_.now() + kSampleInterval, [this] {
    timer_.reset();
    tasks_.spawn("history", sample());
  });
}

MonotonicTime Sampler::next_after(MonotonicTime begun, Nanoseconds least) const {
  return begun + std::max(least, (shard_.now() - begun) * kIdleShare);
}

runtime::Task<void> Sampler::sample() {
  const MonotonicTime begun = shard_.now();
  if (begun >= next_busiest_) {
    co_await find_busiest();
    next_busiest_ = next_after(begun, kBusiestInterval);
  }
  const MonotonicTime measured = shard_.now();
  if (measured >= next_depths_) {
    co_await measure_depths();
    next_depths_ = next_after(measured, Nanoseconds::zero());
  }
  co_await sample_vhosts();
  co_await sample_queues();
  wait();
}

runtime::Task<void> Sampler::find_busiest() {
  admin::QueueQuestion question{.entities = &ports_.entities,
                                .operate = &ports_.operate,
                                .vhost = {},
                                .pattern = {},
                                .most = kBusiest,
                                .vhosts = nullptr,
                                .others = nullptr};
  std::vector<admin::NamedQueue> busiest = co_await admin::busiest_queues(shard_, std::move(question));
  for (const admin::NamedQueue& queue : busiest) history_.want({queue.vhost, queue.name});
}

runtime::Task<void> Sampler::measure_depths() {
  std::map<std::string, Depth> depths;
  for (const std::string& vhost : ports_.entities.namespaces(shard_)) {
    Depth depth = co_await depth_of(vhost);
    depths.emplace(vhost, depth);
  }
  depths_ = std::move(depths);
}

runtime::Task<Sampler::Depth> Sampler::depth_of(std::string vhost) {
  Depth depth;
  for (std::size_t next = 0;;) {
    std::optional<broker::NamespaceView> view = ports_.entities.find(shard_, vhost);
    if (!view || next >= view->queues->size()) break;
    std::vector<broker::QueueRef> queues;
    for (std::size_t end = std::min(view->queues->size(), next + kQueuesPerSlice); next < end; ++next) {
      if (const auto& queue = (*view->queues)[next]) queues.push_back(queue->ref);
    }
    if (queues.empty()) continue;
    std::vector<broker::QueueNumbers> numbers = co_await ports_.operate.queue_numbers(shard_, std::move(queues));
    for (const broker::QueueNumbers& one : numbers) {
      depth.ready += one.counts.ready;
      depth.unsettled += one.counts.unsettled;
    }
    co_await runtime::next_turn(shard_);
  }
  co_return depth;
}

runtime::Task<void> Sampler::sample_vhosts() {
  broker::NodeTraffic traffic = co_await ports_.statistics.traffic(shard_);
  const Timestamp now = shard_.clock().wall_now();
  for (const auto& [vhost, depth] : depths_) {
    VhostRing::Sample sample{.at_ms = now.ms};
    auto found = traffic.vhosts.find(vhost);
    if (found != traffic.vhosts.end()) std::ranges::copy(found->second.messages.totals, sample.values.begin());
    sample.values[kVhostReady] = depth.ready;
    sample.values[kVhostUnsettled] = depth.unsettled;
    history_.add(vhost, sample);
  }
  std::vector<std::string> gone;
  for (const auto& [vhost, ring] : history_.vhosts()) {
    if (!depths_.contains(vhost)) gone.push_back(vhost);
  }
  for (const std::string& vhost : gone) history_.forget_vhost(vhost);
}

runtime::Task<void> Sampler::sample_queues() {
  std::vector<History::QueueName> names = history_.wanted_queues();
  std::vector<broker::QueueRef> refs;
  std::erase_if(names, [&](const History::QueueName& name) {
    std::optional<broker::NamespaceView> view = ports_.entities.find(shard_, name.first);
    std::shared_ptr<const broker::QueueInfo> queue = view ? view->queue(name.second) : nullptr;
    if (queue) {
      refs.push_back(queue->ref);
    } else {
      history_.forget_queue(name);
    }
    return queue == nullptr;
  });
  if (names.empty()) co_return;
  std::vector<broker::QueueNumbers> numbers = co_await ports_.operate.queue_numbers(shard_, std::move(refs));
  const Timestamp now = shard_.clock().wall_now();
  for (std::size_t i = 0; i < names.size(); ++i) history_.add(names[i], sample_of(numbers[i], now));
}

}  // namespace wharf::history
