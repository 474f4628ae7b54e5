#pragma once
// The deduplication port: a namespace's exchanges are asked on one shard, by its name, and what is new goes on from
// there.
#include <vector>

#include "broker/deduplication.hpp"
#include "broker/node/shards.hpp"
#include "broker/outgoing.hpp"
#include "runtime/random.hpp"

namespace wharf::broker {

class NodeDeduplication final : public Deduplication {
 public:
  NodeDeduplication(NodeShards& shards, const OutgoingPorts& to, runtime::Random& random);

  runtime::Task<std::vector<Result<PassedOn>>> pass_on(runtime::Shard& here,
                                                       std::vector<ToDeduplicate> messages) override;
  /// An exchange of that name begins with nothing seen.
  runtime::Task<void> forget(runtime::Shard& here, std::string name_space, std::string exchange);

 private:
  class Turn;
  NodeShard& owner(const std::string& name_space);
  runtime::Task<void> decide(NodeShard* owner, std::vector<ToDeduplicate> messages,
                             std::vector<Result<PassedOn>>* outcomes);
  void sweep(NodeShard& owner) const;

  NodeShards& shards_;
  OutgoingPorts to_;
  runtime::Random& random_;
  std::vector<Outgoing> outgoing_;  // by shard, touched there
};

}  // namespace wharf::broker
