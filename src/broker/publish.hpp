#pragma once
// Port: records into partitions.
#include <vector>

#include "log/owned_batches.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

/// When a publish is answered: without waiting, when the leader has the records, when they are committed (on disk under
/// `flush = sync`, in the page cache under `async`; on enough replicas once there are any). With one replica the last two are
/// the same, for who was answered can read what they wrote.
/// kDecided: committed, for who must know what became of the records. A disk that refuses has not decided; the answer
/// comes when it has, or when the node stops, whatever the deadline.
enum class Acknowledge { kNone, kLeader, kCommitted, kDecided };

struct PublishPart {
  PartitionId partition;
  log::OwnedBatches batches;
};

struct Published {
  Offset first;
  Offset next;
  Timestamp log_append_time = kNoTimestamp;
  Offset log_start;
};

class Publish {
 public:
  virtual ~Publish() = default;
  /// One outcome per part, in order. Parts of one shard reach it in one hop, and in the order of calls from one shard.
  /// kTimedOut: appended, and may still be committed later.
  virtual runtime::Task<std::vector<Result<Published>>> publish(runtime::Shard& here, std::vector<PublishPart> parts,
                                                                Acknowledge acknowledge, MonotonicTime deadline) = 0;
};

}  // namespace wharf::broker
