#pragma once
// Insides of SimulatedNetwork: who is on which host, who listens where, which ways are cut.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/simulated_network.hpp"

namespace wharf::sim {

class Connection;
class SimulatedListener;

class SimulatedNetwork::Fabric {
 public:
  Fabric(std::uint64_t seed, EventQueue& queue, Trace& hashed) : events(queue), trace(hashed), random(seed, "network") {}

  /// Where a shard is, and whether its machine has gone: a successor on the same host has shards of its own.
  struct Place {
    std::string host = "localhost";
    bool gone = false;
  };
  const Place& place_of(const runtime::Shard& shard) const;
  /// The host meant by `host` on the machine of `shard`.
  std::string resolve(const runtime::Shard& shard, const std::string& host) const;
  bool reaches(const std::string& from, const std::string& to) const { return !cuts.contains({from, to}); }
  /// Whether a machine runs on `host`.
  bool alive(const std::string& host) const;
  Nanoseconds delay();
  std::uint16_t free_port(const std::string& host);
  std::vector<std::shared_ptr<Connection>> open_connections();

  EventQueue& events;
  Trace& trace;
  SeededRandom random;
  NetworkConditions conditions;
  std::map<const runtime::Shard*, Place> places;  // looked up only: pointers have no order of their own
  std::map<std::pair<std::string, std::uint16_t>, SimulatedListener*> listeners;
  std::set<std::pair<std::string, std::string>> cuts;
  std::vector<std::weak_ptr<Connection>> connections;  // oldest first
  std::uint64_t next_connection = 0;
  std::uint16_t next_port = 32768;
};

}  // namespace wharf::sim
