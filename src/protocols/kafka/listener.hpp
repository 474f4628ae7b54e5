#pragma once
// Kafka's open port: accepts, deals connections out to the shards in turn, ends them when the node stops.
#include <memory>
#include <unordered_set>
#include <vector>

#include "protocols/kafka/connection.hpp"
#include "protocols/kafka/handlers/door.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::kafka {

class Listener {
 public:
  /// `doors[i]` is what shard `shards[i]` serves with; both outlive the listener. Accepts on shards[0].
  Listener(std::vector<runtime::Shard*> shards, std::vector<const Door*> doors, runtime::Network& network);
  ~Listener();

  Result<void> open(const Endpoint& endpoint);
  const Endpoint& local() const { return listener_->local(); }
  /// No new connections, no new requests; what is in progress finishes and is answered. From shards[0].
  runtime::Task<void> close();

 private:
  /// Connections of one shard, touched by that shard only.
  struct Lane {
    explicit Lane(runtime::Shard& shard_of_lane, const Door& door_of_lane) : shard(shard_of_lane), door(door_of_lane), tasks(shard) {}
    runtime::Shard& shard;
    const Door& door;
    std::unordered_set<Connection*> connections;
    bool closing = false;
    runtime::TaskScope tasks;
  };

  runtime::Task<void> accept_connections();
  static runtime::Task<void> serve(Lane* lane, std::unique_ptr<runtime::Stream> stream);
  static runtime::Task<void> close_lane(Lane* lane);

  runtime::Network& network_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<runtime::Listener> listener_;
  runtime::TaskScope accepting_;
};

}  // namespace wharf::kafka
