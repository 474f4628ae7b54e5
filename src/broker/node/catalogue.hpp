#pragma once
// The catalogue port over the metadata store: changes hop to the first shard, snapshots are each shard's own.
#include "broker/catalogue.hpp"
#include "broker/node/shards.hpp"
#include "cluster/metadata/metadata_store.hpp"
#include "config/server_config.hpp"
#include "groups/shell/coordinators.hpp"
#include "routing/shell/authority.hpp"
#include "runtime/random.hpp"

namespace wharf::broker {

class NodeCatalogue final : public Catalogue {
 public:
  NodeCatalogue(NodeShards& shards, const config::ServerConfig& config, runtime::Random& random);
  /// Before any other call.
  void use(cluster::MetadataStore& store) { store_ = &store; }
  /// Before any topic is removed: the offsets that groups committed on it go with it.
  void use(groups::Coordinators& groups) { groups_ = &groups; }
  /// Before any topic of another namespace than the default one.
  void use(const routing::Authority& authority) { authority_ = &authority; }

  cluster::TopicTable::Pointer topics(runtime::Shard& here) const override { return shards_.at(here).topics; }
  Result<void> check_topic(runtime::Shard& here, const TopicRequest& request) const override;
  runtime::Task<Result<std::shared_ptr<const cluster::Topic>>> create_topic(runtime::Shard& here,
                                                                            TopicRequest request) override;
  runtime::Task<Result<void>> remove_topic(runtime::Shard& here, TopicId topic) override;
  runtime::Task<Result<void>> grow_topic(runtime::Shard& here, TopicId topic, std::int32_t total) override;
  runtime::Task<Result<void>> configure_topic(runtime::Shard& here, TopicId topic, Reconfigure reconfigure) override;
  runtime::Task<Result<ProducerId>> new_producer_id(runtime::Shard& here) override;

 private:
  runtime::Task<Result<void>> change(runtime::Shard& here, cluster::MetadataStore::Plan plan);
  std::int32_t partitions_of(const TopicRequest& request) const;

  NodeShards& shards_;
  const config::ServerConfig& config_;
  runtime::Random& random_;
  cluster::MetadataStore* store_ = nullptr;
  groups::Coordinators* groups_ = nullptr;
  const routing::Authority* authority_ = nullptr;
  // Of the first shard: ids not handed out yet.
  std::int64_t next_producer_id_ = 0;
  std::int64_t producer_ids_end_ = 0;
};

}  // namespace wharf::broker
