#pragma once
// The admin door: /metrics, /healthz, /readyz, RabbitMQ's management API below /api, and the console at /. Opens before
// the node recovers, so that whoever watches a long start sees it move, and closes after it has stopped. Everything on
// the first shard.
//
//   /healthz   200 as long as the process turns, with what it is doing; asks nobody
//   /readyz    200 when clients are served and records are kept, else 503 and why
//   /metrics   docs/metrics.md; ?topic=NAME: the partitions of one topic; ?queue=PATTERN: the busiest queues of those
//   /api       docs/management.md and, below /api/wharf/v1, docs/api.md, once the node is ready; the only one that asks
//   who you are /          docs/console.md, for browsers; who asks otherwise gets a list of these
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/management/api.hpp"
#include "admin/numbers/group_numbers.hpp"
#include "admin/snapshot.hpp"
#include "admin/v1/api.hpp"
#include "broker/catalogue.hpp"
#include "broker/entities.hpp"
#include "broker/operate.hpp"
#include "broker/statistics.hpp"
#include "groups/shell/coordinators.hpp"
#include "http/handler.hpp"
#include "log/recovery_progress.hpp"
#include "runtime/open_port.hpp"
#include "runtime/signal.hpp"

namespace wharf::admin {

/// What a ready node lets the door ask.
struct NodePorts {
  broker::Operate* operate = nullptr;
  broker::Statistics* statistics = nullptr;
  broker::Entities* entities = nullptr;
  broker::Queues* queues = nullptr;
  broker::Catalogue* catalogue = nullptr;
  groups::Coordinators* groups = nullptr;
  management::Api* management = nullptr;
  v1::Api* own = nullptr;
  // As RabbitMQ's metrics tell them:
  std::string rabbitmq_version = {}, node_name = {}, cluster_name = {};
  std::uint64_t memory_high_bytes = 0;
};

class Door final : public http::Handler {
 public:
  /// `beside` makes the pages, `progress` is the recovery's. All outlive the door. The start begins now. A member is
  /// silent after `silent_after`.
  Door(runtime::Shard& shard, runtime::WorkPool& beside, std::string version, const log::RecoveryProgress& progress,
       Milliseconds silent_after);

  /// `port` outlives the door's last request; its connections are counted on /metrics.
  void watch(const runtime::OpenPort& port) { ports_.push_back(&port); }
  /// The node has recovered and its clients' ports are open.
  void ready(NodePorts node);
  /// The node is about to stop: waits for those who are asking it.
  runtime::Task<void> stopping();

  runtime::Task<http::Response> answer(runtime::Shard& here, http::Request request) override;
  std::size_t larger_body(const http::Request& head, std::size_t limit) const override;

 private:
  http::Response health() const;
  runtime::Task<http::Response> readiness();
  runtime::Task<http::Response> metrics();
  runtime::Task<http::Response> management(http::Request request);
  runtime::Task<http::Response> metrics_of_topic(std::string name);
  runtime::Task<http::Response> metrics_of_queues(http::Request request);
  ServerNumbers server_numbers() const;
  runtime::Task<void> gather(NodePorts node, NodeNumbers* into);
  void asking_ended();

  runtime::Shard& shard_;
  runtime::WorkPool& beside_;
  std::string version_;
  const log::RecoveryProgress& progress_;
  Milliseconds silent_after_;
  MonotonicTime begun_;
  std::optional<MonotonicTime> ready_since_;
  Stage stage_ = Stage::kRecovering;
  std::optional<NodePorts> node_;  // while it may be asked
  std::size_t asking_ = 0;         // requests that are asking it
  std::vector<const runtime::OpenPort*> ports_;
  RecordTimes times_;
  runtime::Signal idle_;
};

}  // namespace wharf::admin
