#pragma once
// All numbers of one scrape, as plain values: gathered from the shards, written down on the work pool.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "admin/numbers/node_numbers.hpp"
#include "runtime/open_port.hpp"
#include "runtime/process_facts.hpp"

namespace wharf::admin {

enum class Stage : std::uint8_t { kRecovering, kReady, kStopping };

constexpr std::string_view to_string(Stage stage) {
  if (stage == Stage::kRecovering) return "recovering";
  return stage == Stage::kReady ? "ready" : "stopping";
}

struct ServerNumbers {
  std::string version;
  std::string rabbitmq_version, node_name, cluster_name;  // once it is ready
  std::uint64_t memory_high_bytes = 0;
  Stage stage = Stage::kRecovering;
  Nanoseconds recovery{};  // of the last start; while it recovers, so far
  std::uint64_t partitions_done = 0;
  std::uint64_t partitions_total = 0;
  std::uint64_t scanned_bytes = 0;
  std::map<std::string_view, runtime::PortCounts> ports;
};

struct Snapshot {
  ServerNumbers server;
  std::optional<NodeNumbers> node;
  Nanoseconds gathering{};
};

}  // namespace wharf::admin
