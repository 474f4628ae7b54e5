#pragma once
// A group and how far it is: gathered once for one answer.
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "admin/v1/call.hpp"
#include "groups/core/views.hpp"

namespace wharf::v1 {

struct OffsetState {
  std::string topic;
  std::int32_t partition = 0;
  std::optional<std::int64_t> offset;  // committed
  std::string metadata;
  std::optional<std::int64_t> start, high_watermark;  // none: the partition is gone
  std::optional<double> lag_seconds;
  std::optional<std::string> member;

  std::optional<std::int64_t> lag() const {
    if (!offset || !start || !high_watermark) return std::nullopt;
    return std::max<std::int64_t>(0, *high_watermark - std::max(*offset, *start));
  }
};

struct GroupState {
  groups::DescribedGroup group;
  std::vector<OffsetState> offsets;  // by topic and partition: what is committed, and what is assigned
};

struct Marks {
  std::int64_t start = 0;
  std::int64_t high_watermark = 0;
};
/// Of every partition that there is.
std::unordered_map<PartitionId, Marks> marks_of(const std::vector<broker::ShardReport>& shards);

/// None: no such group. `call` outlives the task.
runtime::Task<std::optional<GroupState>> state_of_group(Call* call, std::string name);

}  // namespace wharf::v1
