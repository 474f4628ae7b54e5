#include "broker/queues.hpp"

#include <map>
#include <utility>

namespace wharf::broker {

runtime::Task<void> Queues::release_all(runtime::Shard& here, std::vector<LeavingConsumer> leaving) {
  std::map<QueueRef, std::vector<queue::Leaver>> by_queue;
  for (LeavingConsumer& one : leaving) by_queue[one.queue].push_back(std::move(one.leaver));
  for (auto& [queue, leavers] : by_queue) co_await release(here, queue, std::move(leavers));
}

}  // namespace wharf::broker
