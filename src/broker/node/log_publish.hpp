#pragma once
// The publish port over the shards' logs: one hop to each shard that owns a part, and back.
#include "broker/node/shards.hpp"
#include "broker/publish.hpp"

namespace wharf::broker {

class LogPublish final : public Publish {
 public:
  explicit LogPublish(NodeShards& shards) : shards_(shards) {}
  runtime::Task<std::vector<Result<Published>>> publish(runtime::Shard& here, std::vector<PublishPart> parts,
                                                        Acknowledge acknowledge, MonotonicTime deadline) override;

 private:
  NodeShards& shards_;
};

}  // namespace wharf::broker
