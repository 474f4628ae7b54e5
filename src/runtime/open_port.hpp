#pragma once
// An open port of the node: accepts, deals connections out to the shards in turn, and ends them when the node stops. What is
// said on a connection is its protocol's business.
//
//   OpenPort port({.name = "kafka"}, shards, welcome, network, logger);
//   Result<void> opened = port.open(endpoint);
//   ...
//   co_await port.close();
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/descriptors.hpp"
#include "runtime/logger.hpp"
#include "runtime/stream.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::runtime {

/// One connection, of one shard.
class PortConnection {
 public:
  virtual ~PortConnection() = default;
  /// Until the client leaves or misbehaves, or close() is called. Returns when nothing of the connection runs any more.
  virtual Task<void> run() = 0;
  /// run() ends soon: what is in progress finishes.
  virtual void close() = 0;
};

struct PortOptions {
  std::string_view name;  // as log lines and metrics name it; a literal
  std::size_t max_connections = std::numeric_limits<std::size_t>::max();  // one more is closed at once
  Descriptors* descriptors = nullptr;  // that all ports share, as many as there are; null: somebody else looks after them
};

struct PortCounts {
  std::uint64_t open = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  // above the limit
};

class OpenPort {
 public:
  /// Makes the connection of a stream that was accepted for `shards[shard]`, on that shard.
  using Welcome = std::function<std::unique_ptr<PortConnection>(std::size_t shard, std::unique_ptr<Stream> stream)>;

  /// Accepts on shards[0]. Everything outlives the port.
  OpenPort(PortOptions options, const std::vector<Shard*>& shards, Welcome welcome, Network& network, Logger& logger);
  ~OpenPort();

  Result<void> open(const Endpoint& endpoint);
  /// With the real port where 0 was asked for. Open only.
  const Endpoint& local() const { return listener_->local(); }
  std::string_view name() const { return options_.name; }
  /// No new connections; those there are end in order. From shards[0].
  Task<void> close();
  /// From shards[0].
  PortCounts counts() const { return counts_; }

 private:
  /// Connections of one shard, touched by that shard only.
  struct Lane {
    Lane(OpenPort& port_of_lane, std::size_t lane_index, Shard& shard_of_lane)
        : port(port_of_lane), index(lane_index), shard(shard_of_lane), tasks(shard) {}
    OpenPort& port;
    std::size_t index;
    Shard& shard;
    std::list<PortConnection*> connections;  // in the order in which they came
    bool closing = false;
    TaskScope tasks;
  };

  Task<void> accept_connections();
  void admit(std::unique_ptr<Stream> stream);
  bool take_room();
  void refuse(std::unique_ptr<Stream> stream);
  void one_left();
  static Task<void> serve(Lane* lane, std::unique_ptr<Stream> stream);
  static Task<void> close_lane(Lane* lane);

  PortOptions options_;
  Welcome welcome_;
  Network& network_;
  Logger& logger_;
  PortCounts counts_;   // of shards[0]
  bool at_limit_ = false;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<Listener> listener_;
  TaskScope accepting_;
};

}  // namespace wharf::runtime
