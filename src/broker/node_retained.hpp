#pragma once
// The retained port: each partition of `__retained` has an index in memory on its own shard, topic to offset, brought
// up to date by whoever asks. Bodies stay in the log.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/catalogue.hpp"
#include "broker/node_shards.hpp"
#include "broker/read.hpp"
#include "broker/record_cursor.hpp"
#include "broker/retained.hpp"
#include "broker/retained_topic.hpp"
#include "runtime/turns.hpp"

namespace wharf::broker {

class NodeRetained final : public Retained {
 public:
  NodeRetained(NodeShards& shards, Catalogue& catalogue, Read& read);

  runtime::Task<Result<void>> open(runtime::Shard& here) override;
  bool is_open(runtime::Shard& here) const override;
  runtime::Task<Result<std::vector<Offset>>> marks(runtime::Shard& here) override;
  runtime::Task<Result<RetainedPage>> find(runtime::Shard& here, RetainedQuery query) override;

 private:
  /// Of the shard that has the partition.
  struct Index {
    explicit Index(runtime::Shard& shard) : turns(shard) {}
    std::map<std::string, Offset> offsets;
    std::unique_ptr<RecordCursor> cursor;
    runtime::Turns turns;
  };
  struct Asked {
    PartitionId partition;
    RetainedQuery query;
    Result<RetainedPage> answer;
  };
  runtime::Task<void> find_on(NodeShard* owner, Asked* asked);
  runtime::Task<Result<void>> catch_up(NodeShard* owner, Index* index, PartitionId partition, MonotonicTime deadline);
  static void take(Index* index, const std::vector<CursorRecord>& records);
  runtime::Task<Result<void>> collect(NodeShard* owner, Index* index, Asked* asked, RetainedPage* page);

  NodeShards& shards_;
  Catalogue& catalogue_;
  Read& read_;
  std::vector<std::unique_ptr<Index>> indexes_;  // by partition; each is touched by its own shard alone
};

}  // namespace wharf::broker
