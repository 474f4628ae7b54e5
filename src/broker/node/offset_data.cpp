#include "broker/node/offset_data.hpp"

#include "groups/core/views.hpp"

namespace wharf::broker {

runtime::Task<std::vector<groups::ExpiredOffset>> OffsetData::without_data(runtime::Shard& here,
                                                                           std::vector<groups::ExpiredOffset> offsets) {
  std::vector<groups::ExpiredOffset> gone;
  for (groups::ExpiredOffset& offset : offsets) {
    std::shared_ptr<const cluster::Topic> topic = shards_.at(here).topics->find(offset.topic);
    bool is_today = topic && groups::is_for_topic(offset, topic->id);
    if (!is_today || offset.partition < 0 || offset.partition >= topic->partitions) {
      gone.push_back(std::move(offset));
      continue;
    }
    PartitionId partition = topic->partition(offset.partition);
    NodeShard* owner = &shards_.owner(partition);
    Offset committed = offset.offset;
    // Also a group that has read everything: without its place it would read everything again.
    auto look = [owner, partition, committed] {
      const log::PartitionLog* log = owner->logs->store().find(partition);
      return log != nullptr && log->log_end_offset() > log->log_start_offset() && log->log_end_offset() >= committed;
    };
    bool has_data = co_await runtime::call_on(here, owner->shard, look);
    if (!has_data) gone.push_back(std::move(offset));
  }
  co_return gone;
}

}  // namespace wharf::broker
