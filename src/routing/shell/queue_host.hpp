#pragma once
// What the namespaces ask of the queues of one shard. Called on that shard; nothing here waits.
#include <cstdint>
#include <memory>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "queue/core/queue_info.hpp"

namespace wharf::routing {

class QueueHost {
 public:
  virtual ~QueueHost() = default;
  /// A queue is new, or was found at the start: its logs exist afterwards. A new one may be closed again at once, when
  /// what was declared could not be kept. An error: the queue is not declared.
  virtual Result<void> open(std::shared_ptr<const queue::QueueInfo> queue) = 0;
  /// Other settings hold for it from now on. Nothing: no such queue.
  virtual void configure(TopicId queue, const queue::QueueSettings& settings) = 0;
  /// It is gone, with its messages: how many were ready or unsettled. Its consumers are ended. 0: no such queue.
  virtual std::uint64_t close(TopicId queue) = 0;
  /// What it has now. Nothing comes to it after that, until it is closed or thawed, or for a second. Zeros: no such
  /// queue.
  virtual queue::QueueCounts freeze(TopicId queue) = 0;
  virtual void thaw(TopicId queue) = 0;
};

}  // namespace wharf::routing
