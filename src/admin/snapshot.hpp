#pragma once
// All numbers of one scrape, as plain values: gathered from the shards, written down on the work pool.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/operate.hpp"
#include "cluster/metadata/topic_table.hpp"
#include "groups/core/group.hpp"
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
  Stage stage = Stage::kRecovering;
  Nanoseconds recovery{};  // of the last start; while it recovers, so far
  std::uint64_t partitions_done = 0;
  std::uint64_t partitions_total = 0;
  std::uint64_t scanned_bytes = 0;
  std::map<std::string_view, runtime::PortCounts> ports;
};

struct TopicLag {
  std::uint64_t records = 0;
  std::optional<double> seconds;  // none: not known yet
};

struct GroupNumbers {
  std::string id;
  std::size_t members = 0;
  std::size_t silent_members = 0;
  std::map<std::string, TopicLag> lag;  // by topic
};

/// What only a node that is ready can say.
struct NodeNumbers {
  std::vector<broker::ShardReport> shards;
  cluster::TopicTable::Pointer topics;
  std::optional<broker::DiskReport> disk;
  std::map<std::string_view, std::uint64_t> groups_by_state;
  std::vector<GroupNumbers> groups;
};

struct Snapshot {
  ServerNumbers server;
  std::optional<NodeNumbers> node;
  Nanoseconds gathering{};
};

}  // namespace wharf::admin
