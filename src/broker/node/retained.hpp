#pragma once
// The retained port: each partition of `__retained` has an index in memory on its own shard, topic to offset, which
// follows the log. Bodies stay in the log. Messages whose time is over are cleared.
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/catalogue.hpp"
#include "broker/node/shards.hpp"
#include "broker/read.hpp"
#include "broker/record_cursor.hpp"
#include "broker/retained.hpp"
#include "broker/retained_topic.hpp"
#include "runtime/logger.hpp"
#include "runtime/signal.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/turns.hpp"

namespace wharf::broker {

class NodeRetained final : public Retained {
 public:
  /// `most`: topics that have one.
  NodeRetained(NodeShards& shards, Catalogue& catalogue, Read& read, std::size_t most, runtime::Logger& logger);

  /// Once the topics are known: what is kept is counted from here on.
  runtime::Task<void> begin(runtime::Shard& here);
  /// Clears what was kept in a namespace that is not there. kStorage, kDiskFull; kBusy: the disk does not keep up.
  runtime::Task<Result<void>> clear_namespace(runtime::Shard& here, std::string name);
  runtime::Task<void> close(runtime::Shard& here);

  runtime::Task<Result<void>> open(runtime::Shard& here) override;
  bool is_open(runtime::Shard& here) const override;
  bool has_room() const override { return kept_ < most_; }
  runtime::Task<bool> has(runtime::Shard& here, std::string name_space, std::string routing_key) override;
  runtime::Task<Result<std::vector<Offset>>> marks(runtime::Shard& here) override;
  runtime::Task<Result<RetainedPage>> find(runtime::Shard& here, RetainedQuery query) override;

 private:
  struct Kept {
    Offset offset;
    std::optional<Timestamp> expires;
  };
  /// Of the shard that has the partition.
  struct Index {
    Index(NodeShard& shard, PartitionId of)
        : owner(shard), partition(of), turns(shard.shard), stop(shard.shard), tasks(shard.shard) {}
    NodeShard& owner;
    PartitionId partition;
    std::map<std::string, Kept> messages;
    std::size_t expiring = 0;
    std::unique_ptr<RecordCursor> cursor;
    runtime::Turns turns;
    runtime::Signal stop;
    runtime::TaskScope tasks;
  };
  struct Asked {
    PartitionId partition;
    RetainedQuery query;
    Result<RetainedPage> answer;
  };
  Index& index_on(NodeShard& owner, PartitionId partition);
  runtime::Task<void> follow(Index* index);
  runtime::Task<void> clear_expired(Index* index);
  Result<void> append_cleared(Index& index, const std::vector<std::string>& keys);
  runtime::Task<void> clear_on(NodeShard* owner, PartitionId partition, const std::string* prefix, Result<void>* into);
  runtime::Task<void> find_on(NodeShard* owner, Asked* asked);
  runtime::Task<Result<void>> catch_up(Index* index, MonotonicTime deadline);
  void take(Index* index, const std::vector<CursorRecord>& records);
  void forget(Index* index, const std::string& key);
  runtime::Task<Result<void>> collect(Index* index, Asked* asked, RetainedPage* page);

  NodeShards& shards_;
  Catalogue& catalogue_;
  Read& read_;
  std::size_t most_;
  runtime::Logger& logger_;
  std::atomic<std::size_t> kept_ = 0;            // topics, of all partitions
  std::vector<std::unique_ptr<Index>> indexes_;  // by partition; each is touched by its own shard alone
};

}  // namespace wharf::broker
