#pragma once
// A node: shards, logs, metadata, groups, and the ports over them, put together in one place and in order.
// start() and stop() run on the first shard.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/node/access.hpp"
#include "broker/node/catalogue.hpp"
#include "broker/node/dead_letter_router.hpp"
#include "broker/node/deduplication.hpp"
#include "broker/node/delays.hpp"
#include "broker/node/due_router.hpp"
#include "broker/node/entities.hpp"
#include "broker/node/evictions.hpp"
#include "broker/node/histories.hpp"
#include "broker/node/log_publish.hpp"
#include "broker/node/log_read.hpp"
#include "broker/node/offset_data.hpp"
#include "broker/node/operate.hpp"
#include "broker/node/owners.hpp"
#include "broker/node/parameters.hpp"
#include "broker/node/policies.hpp"
#include "broker/node/queues.hpp"
#include "broker/node/replies.hpp"
#include "broker/node/resource_watch.hpp"
#include "broker/node/retained.hpp"
#include "broker/node/sessions.hpp"
#include "broker/node/shard_queue_host.hpp"
#include "broker/node/shards.hpp"
#include "broker/node/statistics.hpp"
#include "broker/node/topic_space_publish.hpp"
#include "broker/node/transactions.hpp"
#include "cluster/metadata/metadata_store.hpp"
#include "config/server_config.hpp"
#include "groups/shell/coordinators.hpp"
#include "log/data_folder.hpp"
#include "routing/shell/authority.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/task_scope.hpp"
#include "security/shell/access_authority.hpp"

namespace wharf::broker {

/// What a node stands on; all of it outlives the node.
struct Surroundings {
  std::vector<runtime::Shard*> shards;
  runtime::FileSystem* files = nullptr;
  runtime::Random* random = nullptr;
  runtime::Logger* logger = nullptr;
  std::filesystem::path folder;
  log::RecoveryProgress* progress = nullptr;     // may be null
  runtime::Descriptors* descriptors = nullptr;   // null: the files are in memory
  std::function<std::uint64_t()> memory_in_use;  // none: the process's own
};

class Node {
 public:
  Node(Surroundings with, const config::ServerConfig& config);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Recovers what is stored and makes the node ready; on an error stop() still cleans up.
  runtime::Task<Result<void>> start();
  /// Once clients are served: makes files of the write-ahead log before they are needed. Before, their zeros would only
  /// stand in the way of what a start has to sync.
  runtime::Task<void> prepare_ahead();
  /// Before the doors close: nothing waits any more for a disk that refuses, and no member of a group for others.
  /// stop() does it, too.
  void stopping();
  /// After the doors have closed: flushes, checkpoints, marks a clean end.
  runtime::Task<Result<void>> stop();

  Publish& publish() { return publish_; }
  /// For who writes to log topics by their names.
  Publish& topic_space_publish() { return topic_space_publish_; }
  Read& read() { return read_; }
  Catalogue& catalogue() { return catalogue_; }
  Operate& operate() { return operate_; }
  Statistics& statistics() { return statistics_; }
  Owners& owners() { return owners_; }
  Entities& entities() { return entities_; }
  Policies& policies() { return policies_; }
  Queues& queues() { return queues_; }
  Replies& replies() { return replies_; }
  Sessions& sessions() { return sessions_; }
  Retained& retained() { return retained_; }
  Histories& histories() { return histories_; }
  Delays& delays() { return delays_; }
  Deduplication& deduplication() { return deduplication_; }
  Transactions& transactions() { return transactions_; }
  Access& access() { return access_; }
  Parameters& parameters() { return parameters_; }
  groups::Coordinators& groups() { return *groups_; }
  /// Where a door counts what it does on a shard; that shard only.
  DoorCounts& doors(std::size_t shard) { return shards_.at(shard).doors; }
  /// What a door has to hold back for on a shard; that shard only.
  ShardAlarms& alarms(std::size_t shard) { return shards_.at(shard).alarms; }
  /// Where a door says what passes, and which connections it has; that shard only.
  ShardTraffic& traffic(std::size_t shard) { return shards_.at(shard).traffic; }
  const config::ServerConfig& config() const { return config_; }
  NodeId id() const { return NodeId(static_cast<std::int32_t>(config_.get<"node.id">())); }
  /// Known once started.
  const std::string& cluster_id() const { return cluster_id_; }

 private:
  runtime::Shard& first() { return *with_.shards.front(); }
  runtime::Task<Result<void>> open_folder();
  runtime::Task<void> open_logs_of(std::size_t index, Result<void>* into);
  runtime::Task<Result<void>> open_logs();
  runtime::Task<Result<void>> open_metadata();
  void make_queues();
  void make_schedules(NodeShard& of);
  runtime::Task<Result<void>> open_entities();
  runtime::Task<void> recover_queues();
  runtime::Task<Result<void>> open_schedules();
  runtime::Task<void> open_access();
  runtime::Task<void> close_queues();
  runtime::Task<Result<void>> open_groups();
  runtime::Task<void> sweep_removed_topics();
  runtime::Task<void> tell_orphans();
  void watch_resources();
  void give_back_memory();
  runtime::Task<Result<void>> begin_leader_epoch();
  runtime::Task<void> begin_leader_epoch_late();
  runtime::Task<void> set_takes_records(bool takes);
  runtime::Task<void> spread(cluster::TopicTable::Pointer table);
  log::LogStoreOptions log_options(std::size_t shard) const;
  OutgoingPorts outgoing() { return {entities_, queues_, histories_, delays_, publish_, catalogue_}; }

  Surroundings with_;
  const config::ServerConfig& config_;
  NodeShards shards_;
  LogPublish publish_;
  LogRead read_;
  NodeCatalogue catalogue_;
  NodeOperate operate_;
  Evictions evictions_;
  NodeEntities entities_;
  NodeStatistics statistics_;
  NodeOwners owners_;
  NodePolicies policies_;
  NodeQueues queues_;
  NodeReplies replies_;
  NodeHistories histories_;
  NodeDelays delays_;
  NodeDeduplication deduplication_;
  NodeTransactions transactions_;
  NodeAccess access_;
  NodeParameters parameters_;
  NodeSessions sessions_;
  NodeRetained retained_;
  TopicSpacePublish topic_space_publish_;
  OffsetData offset_data_;
  std::string cluster_id_;
  std::unique_ptr<log::DataFolder> folder_;
  std::unique_ptr<cluster::MetadataStore> metadata_;
  std::vector<std::unique_ptr<DeadLetterRouter>> dead_letters_;  // one per shard, as the hosts
  std::vector<std::unique_ptr<ShardQueueHost>> queue_hosts_;
  std::vector<std::unique_ptr<DueRouter>> due_routers_;
  std::unique_ptr<routing::Authority> authority_;
  std::unique_ptr<security::AccessAuthority> access_authority_;
  std::unique_ptr<NodeNamespaces> namespaces_;
  std::unique_ptr<groups::Coordinators> groups_;
  std::unique_ptr<ResourceWatch> watch_;
  std::vector<std::unique_ptr<runtime::TaskScope>> tasks_;  // one per shard: the logs' own work
  std::unique_ptr<runtime::TaskScope> metadata_task_;       // ends before the logs do
};

}  // namespace wharf::broker
