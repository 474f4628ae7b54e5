#pragma once
// Each shard's copy of the namespaces, and its queues, which follow them. Changes begin on the first shard and reach
// every shard in the same order.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "routing/shell/change.hpp"
#include "routing/shell/namespaces.hpp"
#include "routing/shell/queue_host.hpp"
#include "runtime/logger.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::routing {

class Copies {
 public:
  /// From whichever shard is the last to have the changes; the messages that went with queues.
  using Known = std::move_only_function<void(std::uint64_t messages)>;
  using Queues = std::vector<std::shared_ptr<const queue::QueueInfo>>;

  /// One host for each shard. All outlives it.
  Copies(const std::vector<runtime::Shard*>& shards, const std::vector<QueueHost*>& hosts, std::uint64_t hash_seed,
         runtime::Logger& logger);

  const Namespaces& at(const runtime::Shard& here) const { return copies_[here.index().value].namespaces; }
  const Namespaces& first() const { return copies_.front().namespaces; }
  /// To be called on `shard` only.
  QueueHost& host(ShardIndex shard) { return copies_[shard.value].host; }
  runtime::Shard& shard(ShardIndex shard) { return copies_[shard.value].shard; }

  /// On the first shard, which has them when this returns, with the queues that went. None of them may be refused.
  Queues apply(std::vector<Change> changes, Known known);
  /// What was stored, on every shard, before anything else; queues are opened. What cannot be is logged and passed
  /// over. `changes` outlives it.
  runtime::Task<void> load(const std::vector<Change>* changes);

 private:
  struct Copy {
    runtime::Shard& shard;
    QueueHost& host;
    Namespaces namespaces;
  };
  /// Changes on their way to all shards.
  struct Spread {
    std::vector<Change> changes;
    Known known;
    std::atomic<std::size_t> shards_left;
    std::atomic<std::uint64_t> messages = 0;
  };

  static QueueChanges carry_out(Copy& copy, const Spread& spread);
  static void follow(Copy* copy, QueueChanges changes, std::shared_ptr<Spread> spread);
  static void configure(Copy& copy, const queue::QueueInfo& queue);
  runtime::Task<void> load_copy(std::size_t index, const std::vector<Change>* changes);
  void load_change(Copy& copy, const Change& change);

  std::vector<Copy> copies_;
  runtime::Logger& logger_;
};

}  // namespace wharf::routing
