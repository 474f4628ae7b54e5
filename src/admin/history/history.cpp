#include "admin/history/history.hpp"

#include <algorithm>

namespace wharf::history {

static_assert(kMostVhosts * VhostRing::kMostBytes < 6u << 20);
static_assert(kMostQueues * QueueRing::kMostBytes < 9u << 20);

void History::add(const std::string& vhost, const VhostRing::Sample& sample) {
  auto found = vhosts_.find(vhost);
  if (found == vhosts_.end()) {
    if (vhosts_.size() >= kMostVhosts) return;
    found = vhosts_.emplace(vhost, VhostRing()).first;
  }
  found->second.add(sample);
}

const VhostRing* History::vhost(const std::string& name) const {
  auto found = vhosts_.find(name);
  return found == vhosts_.end() ? nullptr : &found->second;
}

void History::want(const QueueName& queue) {
  auto found = queues_.find(queue);
  if (found == queues_.end()) {
    if (queues_.size() >= kMostQueues) {
      queues_.erase(std::ranges::min_element(queues_, {}, [](const auto& entry) { return entry.second.turn; }));
    }
    found = queues_.emplace(queue, Wanted()).first;
  }
  found->second.turn = ++turn_;
}

void History::add(const QueueName& queue, const QueueRing::Sample& sample) {
  auto found = queues_.find(queue);
  if (found != queues_.end()) found->second.ring.add(sample);
}

const QueueRing* History::queue(const QueueName& name) const {
  auto found = queues_.find(name);
  return found == queues_.end() ? nullptr : &found->second.ring;
}

std::vector<History::QueueName> History::wanted_queues() const {
  std::vector<QueueName> names;
  for (const auto& [name, wanted] : queues_) names.push_back(name);
  return names;
}

std::size_t History::bytes() const {
  std::size_t bytes = 0;
  for (const auto& [name, ring] : vhosts_) bytes += ring.bytes();
  for (const auto& [name, wanted] : queues_) bytes += wanted.ring.bytes();
  return bytes;
}

QueueRing::Sample sample_of(const broker::QueueNumbers& queue, Timestamp now) {
  QueueRing::Sample sample{.at_ms = now.ms};
  std::copy_n(queue.traffic.totals.begin(), kQueueEvents, sample.values.begin());
  sample.values[kQueueReady] = queue.counts.ready;
  sample.values[kQueueUnsettled] = queue.counts.unsettled;
  return sample;
}

}  // namespace wharf::history
