#pragma once
// Ties the catalogue to its log: one internal partition on the first shard. Changes asked for in the same turn are written
// as one batch; each is answered once the batch is committed and every shard has the new table.
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cluster/metadata/catalogue.hpp"
#include "cluster/replication/shard_logs.hpp"
#include "runtime/logger.hpp"
#include "runtime/signal.hpp"

namespace wharf::cluster {

/// Of the metadata log: the id that Kafka gives its own (KIP-516), which is never handed out to a topic.
inline constexpr TopicId kMetadataTopicId{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
inline constexpr PartitionId kMetadataPartition{kMetadataTopicId, PartitionIndex(0)};

class MetadataStore {
 public:
  /// Decides on a change by what the catalogue holds when its turn comes.
  using Plan = std::move_only_function<Result<MetadataRecord>(const Catalogue&)>;
  /// Makes a new table known on every shard; returns when all have it.
  using Spread = std::function<runtime::Task<void>(TopicTable::Pointer)>;

  MetadataStore(ShardLogs& logs, Catalogue catalogue, Spread spread, runtime::Logger& logger);

  /// Opens the log and replays it. Damage and records this version cannot read are logged and skipped.
  runtime::Task<Result<void>> open();
  /// Works off changes until `stop`.
  runtime::Task<void> run(std::stop_token stop);
  /// On the store's own shard. The change is durable and everywhere when this returns.
  runtime::Task<Result<void>> change(Plan plan);
  const Catalogue& catalogue() const { return catalogue_; }

 private:
  struct Change {
    Plan plan;
    runtime::Resume<Result<void>> resume;
    Result<void> outcome;
  };

  runtime::Task<void> work_off();
  void tell(const MetadataRecord& record) const;
  runtime::Task<Result<void>> write(const std::vector<MetadataRecord>* records);

  ShardLogs& logs_;
  Catalogue catalogue_;
  Spread spread_;
  runtime::Logger& logger_;
  runtime::Signal asked_;
  std::vector<Change> changes_;
};

}  // namespace wharf::cluster
