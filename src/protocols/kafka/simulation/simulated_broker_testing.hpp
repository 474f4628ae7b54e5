#pragma once
// A whole node behind Kafka's door on a simulated machine: it starts, stops, dies, and starts again from what its disk
// kept.
#include <memory>
#include <string>
#include <vector>

#include "broker/node/node.hpp"
#include "protocols/kafka/simulation/world_testing.hpp"
#include "protocols/kafka/welcome.hpp"

namespace wharf::kafka {

/// Tells nobody: a node that dies says much.
class SilentLogger final : public runtime::Logger {
 public:
  explicit SilentLogger(const runtime::Clock& clock)
      : Logger(clock, runtime::LogLevel::kError, runtime::LogFormat::kText) {}

 protected:
  void write(std::string_view) override {}
};

class SimulatedBroker {
 public:
  enum class End { kStop, kKill, kPowerLoss };

  SimulatedBroker(World& world, std::size_t shards, config::ServerConfig config)
      : world_(world), config_(std::move(config)), machine_(&world.simulation.add_machine(kBroker, shards)) {}
  ~SimulatedBroker() {
    if (node_) end(End::kStop);
  }
  SimulatedBroker(const SimulatedBroker&) = delete;
  SimulatedBroker& operator=(const SimulatedBroker&) = delete;

  void start() {
    ++world_.life;
    broker::Surroundings with{.files = &machine_->disk(), .random = &random_, .logger = &logger_, .folder = "data"};
    for (std::size_t i = 0; i < machine_->shards(); ++i) with.shards.push_back(&machine_->shard(i));
    std::vector<runtime::Shard*> shards = with.shards;
    node_ = std::make_unique<broker::Node>(std::move(with), config_);
    must(world_.simulation.run(first(), node_->start()), "start");
    std::vector<const Door*> doors;
    for (runtime::Shard* shard : shards) doors.push_back(make_door(*shard));
    port_ = std::make_unique<runtime::OpenPort>(runtime::PortOptions{.name = "kafka"}, shards,
                                                welcome(std::move(doors)), world_.simulation.network(), logger_);
    must(port_->open({"0.0.0.0", kPort}), "listen");
    world_.calm(kBroker);
  }
  void end(End how) {
    world_.disturb(kBroker);
    sim::Machine* reborn = machine_;
    if (how == End::kKill) reborn = &world_.simulation.kill(*machine_);
    if (how == End::kPowerLoss) reborn = &world_.simulation.power_loss(*machine_);
    node_->stopping();
    world_.simulation.run(first(), port_->close());
    Result<void> stopped = world_.simulation.run(first(), node_->stop());
    if (how == End::kStop) must(stopped, "stop");
    port_.reset();
    doors_.clear();
    fetch_sessions_.clear();
    conversions_.clear();
    node_.reset();
    machine_ = reborn;
  }
  TopicId create_topic() {
    broker::TopicRequest request{.name = kTopic, .partitions = kPartitions};
    auto topic = world_.simulation.run(first(), node_->catalogue().create_topic(first(), std::move(request)));
    WHARF_ASSERT(topic.has_value());
    return (*topic)->id;
  }

  /// Connections that the door has not let go of.
  std::size_t connections() {
    std::size_t listed = 0;
    for (std::size_t i = 0; i < machine_->shards(); ++i) listed += node_->traffic(i).connections.size();
    return listed + port_->counts().open;
  }
  broker::Node& node() { return *node_; }

 private:
  runtime::Shard& first() { return machine_->shard(); }
  void must(const Result<void>& done, const char* what) {
    if (!done) world_.complain(fmt::format("the broker does not {}: {}", what, done.error().message));
  }
  const Door* make_door(runtime::Shard& shard) {
    broker::Node& node = *node_;
    fetch_sessions_.push_back(std::make_unique<FetchSessions>(1'000));
    conversions_.push_back(std::make_unique<runtime::Turns>(shard));
    broker::DoorCounts& counts = node.doors(shard.index().value);
    doors_.push_back(std::unique_ptr<Door>(new Door{.shard = shard,
                                                    .publish = node.topic_space_publish(),
                                                    .read = node.read(),
                                                    .catalogue = node.catalogue(),
                                                    .operate = node.operate(),
                                                    .groups = node.groups(),
                                                    .fetch_sessions = *fetch_sessions_.back(),
                                                    .conversions = *conversions_.back(),
                                                    .counts = counts,
                                                    .traffic = node.traffic(shard.index().value),
                                                    .requests = counts.requests_of("kafka", request_names()),
                                                    .config = config_,
                                                    .random = random_,
                                                    .logger = logger_,
                                                    .node_id = node.id(),
                                                    .cluster_id = node.cluster_id(),
                                                    .limits = {.max_idle = kMaxIdle}}));
    return doors_.back().get();
  }

  static constexpr Nanoseconds kMaxIdle = std::chrono::seconds(30);

  World& world_;
  config::ServerConfig config_;
  sim::Machine* machine_;
  sim::SeededRandom random_ = world_.simulation.random("node");
  SilentLogger logger_{machine_->clock()};
  std::unique_ptr<broker::Node> node_;
  std::vector<std::unique_ptr<FetchSessions>> fetch_sessions_;
  std::vector<std::unique_ptr<runtime::Turns>> conversions_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::unique_ptr<runtime::OpenPort> port_;
};

}  // namespace wharf::kafka
