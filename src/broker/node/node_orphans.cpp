// Logs on disk that nothing of this node claims.
#include <optional>
#include <set>

#include "broker/node/node.hpp"

namespace wharf::broker {
namespace {

struct Orphans {
  std::uint64_t logs = 0;
  std::uint64_t bytes = 0;
  std::optional<PartitionId> first;  // an example
};

/// On their shard: the logs of topics that are known to be removed.
std::uint64_t sweep(cluster::ShardLogs& logs, const std::set<TopicId>& removed) {
  std::uint64_t swept = 0;
  for (const PartitionId& orphan : logs.store().orphans()) {
    if (removed.contains(orphan.topic) && logs.remove(orphan)) ++swept;
  }
  return swept;
}

/// On their shard.
Orphans look(log::LogStore& store) {
  Orphans all;
  for (const PartitionId& orphan : store.orphans()) {
    ++all.logs;
    all.bytes += store.find(orphan)->size_bytes();
    if (!all.first) all.first = orphan;
  }
  return all;
}

}  // namespace

/// A crash comes between a topic's end and that of its files.
runtime::Task<void> Node::sweep_removed_topics() {
  std::set<TopicId> removed = metadata_->take_removed_topics();
  if (removed.empty()) co_return;
  std::uint64_t swept = 0;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    cluster::ShardLogs* logs = shards_.at(i).logs.get();
    auto work = [logs, &removed] { return sweep(*logs, removed); };
    std::uint64_t here = co_await runtime::call_on(first(), *with_.shards[i], work);
    swept += here;
  }
  if (swept > 0) with_.logger->info("removed logs of topics that were deleted before", {{"logs", swept}});
}

/// Once everything is open. They may be all that is left of something: people decide.
runtime::Task<void> Node::tell_orphans() {
  Orphans all;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    log::LogStore* store = &shards_.at(i).logs->store();
    Orphans some = co_await runtime::call_on(first(), *with_.shards[i], [store] { return look(*store); });
    all.logs += some.logs;
    all.bytes += some.bytes;
    if (!all.first) all.first = some.first;
  }
  if (all.logs == 0) co_return;
  with_.logger->warn("logs on disk belong to no topic and no queue that is known; they stay as they are",
                     {{"logs", all.logs}, {"bytes", all.bytes}, {"one_of_them", all.first->folder()}});
}

}  // namespace wharf::broker
