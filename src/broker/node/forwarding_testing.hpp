#pragma once
// What sends messages on in a whole node, but for its logs.
#include <vector>

#include "broker/node/forwarding_ports.hpp"
#include "broker/node/node.hpp"

namespace wharf::broker {

/// Logs that cannot be opened.
class NoLogs final : public Publish {
 public:
  runtime::Task<std::vector<Result<Published>>> publish(runtime::Shard&, std::vector<PublishPart> parts, Acknowledge,
                                                        MonotonicTime) override {
    std::vector<Result<Published>> outcomes(parts.size());
    for (Result<Published>& one : outcomes) one = fail(ErrorCode::kUnavailable, "not now");
    co_return outcomes;
  }
};

inline ForwardingPorts forwarding_ports(Node& node, runtime::Shard& here, Publish& logs, runtime::Random& random,
                                        runtime::Logger& logger) {
  return {.shard = here,
          .to = {node.entities(), node.queues(), node.histories(), node.delays(), logs, node.catalogue()},
          .deduplication = node.deduplication(),
          .random = random,
          .logger = logger};
}

}  // namespace wharf::broker
