#pragma once
// An authority with its metadata store on a simulated machine of three shards, and queues that only count: started,
// stopped, killed and compared shard by shard.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "cluster/metadata/metadata_store.hpp"
#include "cluster/metadata/metadata_testing.hpp"
#include "config/topic_config.hpp"
#include "log/data_folder.hpp"
#include "log/log_store.hpp"
#include "routing/shell/authority.hpp"
#include "routing/shell/definitions.hpp"
#include "routing/shell/policy_definitions.hpp"
#include "routing/shell/settings_json.hpp"
#include "sim/simulation.hpp"

namespace wharf::routing::testing {

/// The queues of one shard. Counts are what a test says.
class CountedQueues final : public QueueHost {
 public:
  Result<void> open(std::shared_ptr<const queue::QueueInfo> queue) override {
    if (refuses) return fail(ErrorCode::kDiskFull, "no room for a log");
    EXPECT_TRUE(open_queues.emplace(queue->ref.id, queue).second);
    return {};
  }
  void configure(TopicId queue, const queue::QueueSettings& settings) override {
    auto found = open_queues.find(queue);
    if (found == open_queues.end()) return;
    auto configured = std::make_shared<queue::QueueInfo>(*found->second);
    configured->settings = settings;
    found->second = std::move(configured);
  }
  std::uint64_t close(TopicId queue) override {
    EXPECT_EQ(open_queues.erase(queue), 1u);
    frozen.erase(queue);
    queue::QueueCounts counted = numbers[queue];
    numbers.erase(queue);
    return counted.ready + counted.unsettled;
  }
  queue::QueueCounts freeze(TopicId queue) override {
    frozen.insert(queue);
    auto found = numbers.find(queue);
    return found == numbers.end() ? queue::QueueCounts{} : found->second;
  }
  void thaw(TopicId queue) override { frozen.erase(queue); }

  bool refuses = false;
  std::map<TopicId, std::shared_ptr<const queue::QueueInfo>> open_queues;
  std::map<TopicId, queue::QueueCounts> numbers;
  std::set<TopicId> frozen;
};

/// What is told of a namespace, so that two can be compared.
using Told = std::set<std::string>;

inline std::string tell(const queue::QueueInfo& queue) {
  cluster::Definition stored = definition_of(queue);
  std::string holds = boost::json::serialize(to_json(queue.settings));
  return fmt::format("{} {} {} {}", stored.key, queue.survives(), *stored.value, holds);
}
inline std::string tell(std::string_view name_space, const Exchange& exchange, std::string_view alternate) {
  std::string what = exchange.durable ? *definition_of(name_space, exchange).value : "transient";
  return fmt::format("{} {} '{}'", exchange_key(name_space, exchange.name), what, alternate);
}

inline Told tell(std::string_view name_space, const Namespace& in) {
  Told told;
  told.insert(fmt::format("namespace {}", name_space));
  for (const Exchange& exchange : in.routes.exchanges()) {
    if (exchange.name.empty() || exchange.name.starts_with("amq.")) continue;
    told.insert(tell(name_space, exchange, in.routes.exchange(exchange.name)->alternate()));
  }
  for (const Exchange& exchange : in.routes.exchanges()) {
    if (exchange.name.empty()) continue;
    for (const Binding& one : in.routes.bindings_from(exchange.name)) told.insert(binding_key(name_space, one));
  }
  for (std::size_t id = 0; id < in.queues.size(); ++id) {
    if (!in.queues[id]) continue;
    EXPECT_EQ(in.routes.find(DestinationKind::kQueue, in.queues[id]->name), id);
    EXPECT_EQ(in.queues[id]->settings, in.settings_of(*in.queues[id]));
    told.insert(tell(*in.queues[id]));
  }
  for (PolicyKind kind : {PolicyKind::kPolicy, PolicyKind::kOperatorPolicy}) {
    for (const ActivePolicyPointer& one : in.policies.list(kind)) {
      cluster::Definition stored = definition_of(kind, name_space, one->policy);
      told.insert(fmt::format("{} {}", stored.key, *stored.value));
    }
  }
  return told;
}

inline Told tell(const Namespaces& all) {
  Told told;
  for (const std::string& name : all.names()) told.merge(tell(name, *all.find(name)));
  return told;
}

class World {
 public:
  explicit World(std::uint64_t seed = 1, std::size_t shards = 3)
      : simulation(seed), machine(&simulation.add_machine("a", shards)), random_(simulation.random("authority")) {
    start();
  }
  ~World() {
    if (authority) stop();
  }

  void start() {
    logger_ = std::make_unique<runtime::Logger>(machine->clock(), runtime::LogLevel::kError, runtime::LogFormat::kText);
    log::DataFolderOptions options;
    options.new_cluster_id.bytes.fill(7);
    options.reserve_bytes = 0;
    folder_ = std::move(*log::DataFolder::open(machine->disk(), "data", options, *logger_));
    log::LogStore::Surroundings with{&shard(0), &machine->disk(), logger_.get(), folder_.get(), nullptr, nullptr};
    auto store = simulation.run(shard(0), log::LogStore::open(with, {.retry_ms = 20}));
    ASSERT_TRUE(store) << store.error().message;
    logs_ = std::make_unique<cluster::ShardLogs>(shard(0), std::move(*store));
    for (auto* scope : {&log_tasks_, &metadata_tasks_}) *scope = std::make_unique<runtime::TaskScope>(shard(0));
    log_tasks_->spawn("store", logs_->store().run(log_tasks_->stop_token()));
    log_tasks_->spawn("advances", logs_->run(log_tasks_->stop_token()));
    open_metadata();
    open_authority();
  }

  /// In order, as far as the disk lets us.
  void stop() {
    metadata->give_up_waiting();
    for (auto& scope : calls_) simulation.run(scope->shard(), scope->close());
    calls_.clear();
    simulation.run(shard(0), authority->close());
    simulation.run_until_idle(std::chrono::milliseconds(1));
    simulation.run(shard(0), metadata_tasks_->close());
    simulation.run(shard(0), log_tasks_->close());
    std::ignore = simulation.run(shard(0), logs_->close());
    authority.reset();
    metadata.reset();
    metadata_tasks_.reset();
    log_tasks_.reset();
    logs_.reset();
    folder_.reset();
    hosts.clear();
  }
  void restart() {
    stop();
    start();
  }
  void power_loss() {
    sim::Machine& reborn = simulation.power_loss(*machine);
    stop();
    machine = &reborn;
    start();
  }

  runtime::Shard& shard(std::size_t index) { return machine->shard(index); }
  ShardIndex owner(TopicId id) const {
    return ShardIndex(static_cast<std::uint32_t>(std::hash<TopicId>()(id) % machine->shards()));
  }
  CountedQueues& host_of(const queue::QueueInfo& queue) { return *hosts[queue.ref.shard.value]; }

  /// Does not wait: the calls of many clients.
  void call(std::size_t on, runtime::Task<void> task) { calls_[on]->spawn("call", std::move(task)); }
  void wait_for_calls() {
    auto running = [this] {
      return std::ranges::any_of(calls_, [](const auto& scope) { return scope->running() > 0; });
    };
    ASSERT_TRUE(simulation.run_until([&] { return !running(); }, simulation.now() + std::chrono::hours(1)));
  }

  /// What is asked for from now on meets a disk that fails, or one that does now and then.
  void fail_disk(std::uint32_t one_in = 1) {
    machine->disk().set_errors({.write_one_in = one_in, .sync_one_in = one_in, .code = ErrorCode::kDiskFull});
  }
  /// And a change of somebody else waits for it already, so that all others are refused.
  void break_disk() {
    fail_disk();
    metadata_tasks_->spawn("stuck", cluster::testing::write_other(metadata.get()));
    simulation.run_for(std::chrono::seconds(1));
    ASSERT_TRUE(metadata->stuck());
  }
  void mend_disk() {
    machine->disk().set_errors({});
    simulation.run_for(std::chrono::minutes(1));
    ASSERT_FALSE(metadata->stuck());
  }

  Result<DeclaredQueue> declare(std::size_t on, queue::QueueInfo queue) {
    return simulation.run(shard(on), authority->declare_queue(shard(on), std::move(queue)));
  }
  Result<std::uint64_t> delete_queue(std::size_t on, std::string name, QueueCondition condition = {}) {
    return simulation.run(shard(on), authority->delete_queue(shard(on), "/", std::move(name), condition));
  }
  Result<bool> declare(std::size_t on, Exchange exchange) {
    return simulation.run(shard(on), authority->declare_exchange(shard(on), "/", std::move(exchange)));
  }
  Result<void> delete_exchange(std::size_t on, std::string name, bool if_unused = false) {
    return simulation.run(shard(on), authority->delete_exchange(shard(on), "/", std::move(name), if_unused));
  }
  Result<void> bind(std::size_t on, Binding binding) {
    return simulation.run(shard(on), authority->bind(shard(on), "/", std::move(binding)));
  }
  Result<void> unbind(std::size_t on, Binding binding) {
    return simulation.run(shard(on), authority->unbind(shard(on), "/", std::move(binding)));
  }
  Result<bool> set_policy(std::size_t on, Policy policy, PolicyKind kind = PolicyKind::kPolicy, std::string in = "/") {
    auto set = authority->set_policy(shard(on), kind, std::move(in), std::move(policy));
    return simulation.run(shard(on), std::move(set));
  }
  Result<void> clear_policy(std::size_t on, std::string name, PolicyKind kind = PolicyKind::kPolicy) {
    return simulation.run(shard(on), authority->clear_policy(shard(on), kind, "/", std::move(name)));
  }
  std::shared_ptr<const queue::QueueInfo> queue(std::size_t on, std::string_view name) {
    return authority->namespaces(shard(on)).find("/")->queue(name);
  }
  void create_topic(std::string name, TopicId id, bool internal = false) {
    auto plan = [=](const cluster::Catalogue& known) { return known.create_topic({name, id, 1, internal, {}}); };
    Result<void> made = simulation.run(shard(0), metadata->change(plan));
    ASSERT_TRUE(made) << made.error().message;
  }
  /// As the node makes one in another namespace.
  runtime::Task<Result<void>> create_topic_in(std::string name_space, std::string name, TopicId id) {
    return metadata->change([=, this](const cluster::Catalogue& known) -> Result<cluster::MetadataRecord> {
      Result<void> possible = authority->check_new_topic(name_space, name);
      if (!possible) return fail(possible.error());
      return known.create_topic({name, id, 1, false, {}, name_space});
    });
  }
  Result<void> remove_topic(TopicId id) {
    auto plan = [id](const cluster::Catalogue& known) { return known.remove_topic(id); };
    return simulation.run(shard(0), metadata->change(plan));
  }

  /// The same on every shard, and the open queues are the declared ones, under the same settings.
  Told told() {
    Told first = tell(authority->namespaces(shard(0)));
    for (std::size_t i = 1; i < machine->shards(); ++i) EXPECT_EQ(tell(authority->namespaces(shard(i))), first);
    std::map<TopicId, queue::QueueSettings> declared, open;
    for (const std::string& name : authority->namespaces(shard(0)).names()) {
      for (const auto& queue : authority->namespaces(shard(0)).find(name)->queues) {
        if (queue) declared.emplace(queue->ref.id, queue->settings);
      }
    }
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      for (const auto& [id, queue] : hosts[i]->open_queues) {
        EXPECT_EQ(queue->ref.shard, shard(i).index());
        open.emplace(id, queue->settings);
      }
    }
    EXPECT_TRUE(open == declared);
    return first;
  }

  sim::Simulation simulation;
  sim::Machine* machine;
  std::vector<std::unique_ptr<CountedQueues>> hosts;
  std::unique_ptr<cluster::MetadataStore> metadata;
  std::unique_ptr<Authority> authority;

 private:
  void open_metadata() {
    auto build = [](const auto&) -> Result<std::shared_ptr<const config::TopicConfig>> {
      return std::make_shared<const config::TopicConfig>();
    };
    auto spread = [this](cluster::TopicTable::Pointer table) { return adopt(std::move(table)); };
    metadata = std::make_unique<cluster::MetadataStore>(*logs_, cluster::Catalogue(build), spread, *logger_);
    Result<void> opened = simulation.run(shard(0), metadata->open());
    ASSERT_TRUE(opened) << opened.error().message;
    metadata_tasks_->spawn("metadata", metadata->run(metadata_tasks_->stop_token()));
    metadata->wait_for_disk();
  }
  void open_authority() {
    Authority::Surroundings with;
    for (std::size_t i = 0; i < machine->shards(); ++i) {
      with.shards.push_back(&shard(i));
      with.hosts.push_back(hosts.emplace_back(std::make_unique<CountedQueues>()).get());
      calls_.push_back(std::make_unique<runtime::TaskScope>(shard(i)));
    }
    with.owner = [this](TopicId id) { return owner(id); };
    with.metadata = metadata.get();
    with.random = &random_;
    with.logger = logger_.get();
    authority = std::make_unique<Authority>(std::move(with));
    simulation.run(shard(0), authority->open(metadata->catalogue().table()));
  }
  runtime::Task<void> adopt(cluster::TopicTable::Pointer table) {
    if (authority) co_await authority->adopt_topics(std::move(table));
  }

  sim::SeededRandom random_;
  std::unique_ptr<runtime::Logger> logger_;
  std::unique_ptr<log::DataFolder> folder_;
  std::unique_ptr<cluster::ShardLogs> logs_;
  std::unique_ptr<runtime::TaskScope> log_tasks_, metadata_tasks_;
  std::vector<std::unique_ptr<runtime::TaskScope>> calls_;
};

inline queue::QueueInfo durable_queue(std::string name) {
  queue::QueueInfo queue;
  queue.name_space = "/";
  queue.name = std::move(name);
  queue.durable = true;
  return queue;
}
inline queue::QueueInfo transient_queue(std::string name) {
  queue::QueueInfo queue = durable_queue(std::move(name));
  queue.durable = false;
  return queue;
}
inline queue::QueueInfo exclusive_queue(std::string name, std::uint64_t connection) {
  queue::QueueInfo queue = transient_queue(std::move(name));
  queue.exclusive = queue::ConnectionId(connection);
  return queue;
}
inline Binding to_queue(std::string source, std::string queue, std::string key = "") {
  return {std::move(source), {DestinationKind::kQueue, std::move(queue)}, std::move(key), {}};
}

}  // namespace wharf::routing::testing
