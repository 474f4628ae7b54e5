#pragma once
// Port: what the doors' connections are doing, and what passes by exchanges, virtual hosts and the node. Asked of the
// shards that have it, some at a time, so that none stands still.
//
//   std::vector<ConnectionFacts> all = co_await statistics.connections(here);
//   bool there = co_await statistics.close_connection(here, all.front().id, "Closed via management plugin");
#include <map>
#include <string>
#include <vector>

#include "broker/shard_traffic.hpp"
#include "routing/core/exchange_events.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

struct VhostNumbers {
  MessageTraffic messages;
  ConnectionTraffic connections;
};

struct NodeTraffic {
  std::map<std::string, VhostNumbers, std::less<>> vhosts;  // of those that something has passed in
  VhostNumbers gone;  // totals of those that are not there any more
  ChurnTraffic churn;
};

class Statistics {
 public:
  virtual ~Statistics() = default;
  // In no order:
  virtual runtime::Task<std::vector<ConnectionFacts>> connections(runtime::Shard& here) = 0;
  virtual runtime::Task<std::vector<ChannelFacts>> channels(runtime::Shard& here) = 0;
  /// `queue`: of those with this name alone; empty: of all.
  virtual runtime::Task<std::vector<ConsumerFacts>> consumers(runtime::Shard& here, std::string queue) = 0;
  /// Its client is told why, where its protocol has words for that. False: it is not there.
  virtual runtime::Task<bool> close_connection(runtime::Shard& here, OpenConnectionId id, std::string reason) = 0;

  virtual runtime::Task<NodeTraffic> traffic(runtime::Shard& here) = 0;
  /// By name, those that were published to.
  using ByExchange = std::map<std::string, routing::ExchangeTraffic, std::less<>>;
  virtual runtime::Task<ByExchange> exchanges(runtime::Shard& here, std::string name_space) = 0;
};

}  // namespace wharf::broker
