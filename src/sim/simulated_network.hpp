#pragma once
// A network in memory: streams that split, delay, slow down, break and part, from a seed.
//
// Machines are told apart by host name; a shard is attached to one. Bytes of one connection stay in order, connections
// overtake each other. Reads get any part of what has arrived, writes wait when the buffers between are full. A listener on
// "0.0.0.0", "::" or "" listens on its machine's host; "localhost" and "127.0.0.1" are the caller's own machine.
//   close with bytes unread     resets the connection, as TCP does: the peer may lose what it has not read yet
//   partition                   bytes wait and arrive after heal(); a connect into it times out
//   a machine that is detached  its streams and listeners are kClosed; peers hear a reset, or nothing at all (power loss)
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/stream.hpp"
#include "sim/event_queue.hpp"
#include "sim/trace.hpp"

namespace wharf::sim {

struct NetworkConditions {
  Nanoseconds least_delay = std::chrono::microseconds(20);
  Nanoseconds most_delay = std::chrono::milliseconds(1);
  std::uint32_t slow_one_in = 100;  // a segment takes `slow` instead
  Nanoseconds slow = std::chrono::milliseconds(40);
  std::uint64_t bytes_per_second = 0;  // of each direction of each connection; 0: no limit
  std::size_t buffer_bytes = 64 * 1024;  // sent and not yet read
  std::size_t most_segment = 16 * 1024;
  Nanoseconds connect_timeout = std::chrono::seconds(10);
};

enum class Farewell { kReset, kSilence };

class SimulatedNetwork final : public runtime::Network {
 public:
  /// `events` and `trace` outlive the network and its streams.
  SimulatedNetwork(std::uint64_t seed, EventQueue& events, Trace& trace);
  ~SimulatedNetwork() override;

  Result<std::unique_ptr<runtime::Listener>> listen(runtime::Shard& shard, const Endpoint& endpoint) override;
  runtime::Task<Result<std::unique_ptr<runtime::Stream>>> connect(runtime::Shard& shard, Endpoint endpoint) override;

  /// A shard that was never attached is on "localhost".
  void attach(const runtime::Shard& shard, std::string host);
  void detach(const runtime::Shard& shard, Farewell farewell);

  void set_conditions(const NetworkConditions& conditions);
  /// Bytes from `from` to `to` wait from now on.
  void cut(const std::string& from, const std::string& to);
  void partition(const std::string& one, const std::string& other);
  void heal();
  /// Breaks every connection between two hosts at both ends.
  void reset_between(const std::string& one, const std::string& other);

  /// What a peer written by hand can do to its own stream: end sending and go on reading; break it.
  static void end_sending(runtime::Stream& stream);
  static void reset(runtime::Stream& stream);

  /// The parts of the network, for its own classes (sim/connection.hpp).
  class Fabric;

 private:
  std::shared_ptr<Fabric> fabric_;
};

}  // namespace wharf::sim
