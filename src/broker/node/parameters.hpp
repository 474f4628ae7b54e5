#pragma once
// The parameters port over the metadata log; all of it on the first shard.
#include "broker/node/shards.hpp"
#include "broker/parameters.hpp"
#include "cluster/metadata/metadata_store.hpp"

namespace wharf::broker {

class NodeParameters final : public Parameters {
 public:
  explicit NodeParameters(NodeShards& shards) : first_(shards.at(0).shard) {}
  /// On the first shard, before any other call: takes over what was stored.
  void open(cluster::MetadataStore& metadata, runtime::Logger& logger);

  runtime::Task<ByName> list(runtime::Shard& here, ParameterKind kind) override;
  runtime::Task<std::optional<std::string>> find(runtime::Shard& here, ParameterKind kind, std::string name) override;
  runtime::Task<Result<void>> set(runtime::Shard& here, ParameterKind kind, std::string name,
                                  std::optional<std::string> value) override;

 private:
  struct Change {
    ParameterKind kind;
    std::string name;
    std::optional<std::string> value;
    Result<void> outcome;
  };
  runtime::Task<void> keep(Change* change);
  ByName& of(ParameterKind kind) { return by_kind_[static_cast<std::size_t>(kind)]; }

  runtime::Shard& first_;
  cluster::MetadataStore* metadata_ = nullptr;
  ByName by_kind_[3];  // by ParameterKind
};

}  // namespace wharf::broker
