#pragma once
// The replies port: an address names its consumer's shard, its number there, and a secret.
#include <optional>

#include "broker/node/shards.hpp"
#include "broker/replies.hpp"
#include "runtime/random.hpp"

namespace wharf::broker {

class NodeReplies final : public Replies {
 public:
  NodeReplies(NodeShards& shards, runtime::Random& random) : shards_(shards), random_(random) {}

  std::string open(runtime::Shard& here, std::shared_ptr<ReplySink> sink) override;
  void close(runtime::Shard& here, std::string_view address) override;
  void send(runtime::Shard& here, std::vector<Reply> replies) override;
  runtime::Task<bool> is_open(runtime::Shard& here, std::string address) override;

 private:
  NodeShards& shards_;
  runtime::Random& random_;
};

}  // namespace wharf::broker
