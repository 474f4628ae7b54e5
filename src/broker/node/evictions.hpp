#pragma once
// Closes the connections of a user or a namespace that was deleted, on every shard, each in its dialect's words. What
// signs in meanwhile finds its user or its namespace gone.
#include <string>

#include "broker/node/shards.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

class Evictions {
 public:
  /// `shards` outlive it.
  explicit Evictions(NodeShards& shards) : shards_(shards) {}

  // Once every shard knows that it is gone. When they return each such connection is closing: it is given nothing more.
  runtime::Task<void> of_user(runtime::Shard& here, std::string name);
  runtime::Task<void> of_namespace(runtime::Shard& here, std::string name);

 private:
  template <class Concerns>
  runtime::Task<void> close_each(runtime::Shard& here, Concerns concerns, std::string reason);

  NodeShards& shards_;
};

}  // namespace wharf::broker
