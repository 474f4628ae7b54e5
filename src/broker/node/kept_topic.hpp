#pragma once
// A topic of our own that is compacted: values by keys, and a later one takes the place of an earlier one. What is made
// of it is kept in memory by who uses it: read at the start, written before it counts.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/catalogue.hpp"
#include "broker/publish.hpp"
#include "broker/read.hpp"
#include "model/record.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

/// The topic of that name as it is; made where it is missing, by whichever shard is first.
runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> open_own_topic(runtime::Shard& here, Catalogue* catalogue,
                                                                            TopicRequest request);

/// The same of one that is compacted.
runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> open_kept_topic(runtime::Shard& here, Catalogue* catalogue,
                                                                             std::string name, std::int32_t partitions);

/// Every record that the partition has now, in order. `visit` outlives the task. kDamaged: what is damaged was passed
/// over, and the rest was read, as far as is known where it begins.
runtime::Task<Result<void>> read_kept(runtime::Shard* here, Read* read, PartitionId partition,
                                      const std::function<void(const Record&)>* visit);

/// Batches of our own; returns when they are on disk. What is called failed does not come true at the next start,
/// unless the node stops meanwhile.
runtime::Task<Result<Published>> write_decided(runtime::Shard& here, Publish* publish, PartitionId partition,
                                               log::OwnedBatches batches);

struct KeptValue {
  std::string key;
  std::optional<std::string> value;  // none: no more
};
/// As one batch; returns when it is on disk.
runtime::Task<Result<void>> write_kept(runtime::Shard& here, Publish* publish, PartitionId partition,
                                       std::vector<KeptValue> values);

}  // namespace wharf::broker
