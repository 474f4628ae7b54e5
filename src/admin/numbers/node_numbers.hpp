#pragma once
// What only a node that is ready can say, as plain values.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/operate.hpp"
#include "broker/statistics.hpp"
#include "cluster/metadata/topic_table.hpp"
#include "groups/core/group.hpp"

namespace wharf::admin {

struct TopicLag {
  std::uint64_t records = 0;
  std::optional<double> seconds;  // none: not known yet
};

struct GroupNumbers {
  std::string id;
  std::string protocol_type;
  groups::GroupState state = groups::GroupState::kEmpty;
  std::size_t members = 0;
  std::size_t silent_members = 0;
  std::int32_t generation = 0;         // of a group with members
  std::size_t unowned_partitions = 0;  // of the topics that its members ask for
  std::map<std::string, TopicLag> lag;  // by topic
};

struct NodeNumbers {
  std::vector<broker::ShardReport> shards;
  cluster::TopicTable::Pointer topics;
  std::optional<broker::DiskReport> disk;
  std::map<std::string_view, std::uint64_t> groups_by_state;
  std::vector<GroupNumbers> groups;
  broker::NodeTraffic traffic;
  broker::QueueSums queues;
};

}  // namespace wharf::admin
