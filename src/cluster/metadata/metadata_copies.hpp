#pragma once
// What people decided is stored twice, in two logs that get the same records: one damaged byte must not cost a topic
// its name. At a start one of the two is believed, and the other gets what it misses. Each holds all that counts by the
// newest record of each key, so they need not agree on offsets, and a log that was damaged once is made whole by what
// is appended behind.
#include <optional>
#include <vector>

#include "cluster/replication/keyed_records.hpp"
#include "cluster/replication/shard_logs.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::cluster {

/// Of the metadata log: the id that Kafka gives its own (KIP-516), which is never handed out to a topic.
inline constexpr TopicId kMetadataTopicId{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
inline constexpr PartitionId kMetadataPartition{kMetadataTopicId, PartitionIndex(0)};
inline constexpr PartitionId kMetadataCopy{kMetadataTopicId, PartitionIndex(1)};

/// What one of the two holds.
struct StoredMetadata {
  std::vector<KeyedRecord>
      newest;                   // record of each key, also where it says that it is gone; in the order of their offsets
  std::optional<Error> damage;  // some of it cannot be read
};
runtime::Task<StoredMetadata> read_metadata(ShardLogs* logs, PartitionId partition);

/// Which of the two counts: the first, unless it is damaged, or empty, and the second is neither. Where both are
/// damaged the first gets the keys that the second alone has.
StoredMetadata believed(const StoredMetadata& first, const StoredMetadata& second);

/// What has to be appended to `held` for it to say what `believed` says.
std::vector<KeyedRecord> missing(const StoredMetadata& held, const StoredMetadata& believed);

}  // namespace wharf::cluster
