#pragma once
// Stands where the queues of a shard will be: declares are taken, nothing is held.
#include "routing/shell/queue_host.hpp"

namespace wharf::broker {

class NoQueues final : public routing::QueueHost {
 public:
  Result<void> open(std::shared_ptr<const queue::QueueInfo>) override { return {}; }
  std::uint64_t close(TopicId) override { return 0; }
  queue::QueueCounts counts(TopicId) const override { return {}; }
};

}  // namespace wharf::broker
