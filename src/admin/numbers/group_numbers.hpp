#pragma once
// Lag and members of every group, and which members have stopped asking for records that wait for them.
//
// A member is silent when it owns a partition with committed records behind its group's offset, the group has been settled for
// `silent_after`, and no fetch for that partition came from the member's client id and host in that time. A fetch names no
// member, so a second client with the same id on the same host that reads the same partition hides a silent one; nothing makes
// a member that fetches look silent, unless it reaches us by another address for fetching than for its group.
#include <unordered_map>
#include <utility>
#include <vector>

#include "admin/numbers/node_numbers.hpp"
#include "broker/operate.hpp"
#include "groups/shell/coordinators.hpp"
#include "runtime/task.hpp"

namespace wharf::admin {

/// First unread batches that one scrape may read from the disk.
inline constexpr std::size_t kColdReadsPerScrape = 64;

struct RecordHash {
  std::size_t operator()(const std::pair<PartitionId, Offset>& record) const {
    return std::hash<PartitionId>()(record.first) ^ std::hash<Offset>()(record.second) * 0x9E3779B97F4A7C15u;
  }
};
/// The times of first unread records, as found out so far: a group that stands still costs nothing at the next scrape.
using RecordTimes = std::unordered_map<std::pair<PartitionId, Offset>, Timestamp, RecordHash>;

struct GroupQuestion {
  groups::Coordinators* groups = nullptr;
  broker::Operate* operate = nullptr;
  MonotonicTime ready_since;  // what happened before is not known
  Milliseconds silent_after{};
};

/// Adds the groups to `into`, whose shards and topics are filled. `times` is used and brought up to date.
runtime::Task<void> gather_groups(runtime::Shard& here, GroupQuestion ask, NodeNumbers* into, RecordTimes* times);

}  // namespace wharf::admin
