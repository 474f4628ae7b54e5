#pragma once
// An access authority with its metadata store on a simulated machine of three shards: started, stopped, killed, and
// compared shard by shard.
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "cluster/metadata/metadata_store.hpp"
#include "cluster/metadata/metadata_testing.hpp"
#include "config/topic_config.hpp"
#include "log/data_folder.hpp"
#include "log/log_store.hpp"
#include "security/core/stored_definition.hpp"
#include "security/shell/access_authority.hpp"
#include "sim/simulation.hpp"

namespace wharf::security::testing {

/// All that a table holds, as stored.
using Told = std::set<std::string>;

inline Told tell(const AccessTable& table) {
  Told told;
  auto add = [&](const Definition& one) {
    StoredDefinition stored = encode(one);
    told.insert(stored.key + " " + *stored.value);
  };
  for (const User& user : table.users()) add(user);
  for (const Permission& permission : table.permissions()) add(permission);
  for (const TopicPermission& permission : table.topic_permissions()) add(permission);
  return told;
}

class World {
 public:
  explicit World(std::uint64_t seed = 1)
      : simulation(seed), machine(&simulation.add_machine("a", 3)), random_(simulation.random("access")) {
    start();
  }
  ~World() { stop(); }

  void start() {
    logger_ = std::make_unique<runtime::Logger>(machine->clock(), runtime::LogLevel::kError, runtime::LogFormat::kText);
    log::DataFolderOptions options;
    options.new_cluster_id.bytes.fill(7);
    options.reserve_bytes = 0;
    folder_ = std::move(*log::DataFolder::open(machine->disk(), "data", options, *logger_));
    log::LogStore::Surroundings with{&shard(0), &machine->disk(), logger_.get(), folder_.get(), nullptr, nullptr};
    auto store = simulation.run(shard(0), log::LogStore::open(with, {}));
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
    metadata_->give_up_waiting();
    simulation.run(shard(0), authority->close());
    simulation.run_until_idle(std::chrono::milliseconds(1));
    simulation.run(shard(0), metadata_tasks_->close());
    simulation.run(shard(0), log_tasks_->close());
    std::ignore = simulation.run(shard(0), logs_->close());
    authority.reset();
    metadata_.reset();
    metadata_tasks_.reset();
    log_tasks_.reset();
    logs_.reset();
    folder_.reset();
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
  /// A change of somebody else waits for the disk, so that all others are refused.
  void break_disk() {
    machine->disk().set_errors({.write_one_in = 1, .sync_one_in = 1, .code = ErrorCode::kDiskFull});
    metadata_tasks_->spawn("stuck", cluster::testing::write_other(metadata_.get()));
    simulation.run_for(std::chrono::seconds(1));
    ASSERT_TRUE(metadata_->stuck());
  }
  void mend_disk() {
    machine->disk().set_errors({});
    simulation.run_for(std::chrono::minutes(1));
    ASSERT_FALSE(metadata_->stuck());
  }

  runtime::Shard& shard(std::size_t index) { return machine->shard(index); }
  Result<void> done(std::size_t on, runtime::Task<Result<void>> task) {
    return simulation.run(shard(on), std::move(task));
  }
  Result<void> put_user(std::size_t on, std::string name, std::string_view password = "secret") {
    User user{.name = std::move(name), .password_hash = hash_password({}, password)};
    return done(on, authority->put_user(shard(on), std::move(user)));
  }
  Result<void> delete_user(std::size_t on, std::string name) {
    return done(on, authority->delete_user(shard(on), std::move(name)));
  }
  Result<void> set(std::size_t on, Permission permission) {
    return done(on, authority->set_permission(shard(on), std::move(permission)));
  }
  Result<void> set(std::size_t on, TopicPermission permission) {
    return done(on, authority->set_topic_permission(shard(on), std::move(permission)));
  }
  Result<void> forget_namespace(std::size_t on, std::string name) {
    return done(on, authority->forget_namespace(shard(on), std::move(name)));
  }
  /// The same on every shard.
  Told told() {
    Told first = tell(authority->table(shard(0)));
    for (std::size_t i = 1; i < machine->shards(); ++i) EXPECT_EQ(tell(authority->table(shard(i))), first);
    return first;
  }

  sim::Simulation simulation;
  sim::Machine* machine;
  std::set<std::string, std::less<>> namespaces{"/", "v"};
  std::unique_ptr<AccessAuthority> authority;

 private:
  void open_metadata() {
    auto build = [](const auto&) -> Result<std::shared_ptr<const config::TopicConfig>> {
      return std::make_shared<const config::TopicConfig>();
    };
    auto spread = [](cluster::TopicTable::Pointer) -> runtime::Task<void> { co_return; };
    metadata_ = std::make_unique<cluster::MetadataStore>(*logs_, cluster::Catalogue(build), spread, *logger_);
    Result<void> opened = simulation.run(shard(0), metadata_->open());
    ASSERT_TRUE(opened) << opened.error().message;
    metadata_tasks_->spawn("metadata", metadata_->run(metadata_tasks_->stop_token()));
    metadata_->wait_for_disk();
  }
  void open_authority() {
    AccessAuthority::Surroundings with;
    for (std::size_t i = 0; i < machine->shards(); ++i) with.shards.push_back(&shard(i));
    with.metadata = metadata_.get();
    with.has_namespace = [this](std::string_view name) { return namespaces.contains(name); };
    with.random = &random_;
    with.logger = logger_.get();
    authority = std::make_unique<AccessAuthority>(std::move(with));
    simulation.run(shard(0), authority->open());
  }

  sim::SeededRandom random_;
  std::unique_ptr<runtime::Logger> logger_;
  std::unique_ptr<log::DataFolder> folder_;
  std::unique_ptr<cluster::ShardLogs> logs_;
  std::unique_ptr<cluster::MetadataStore> metadata_;
  std::unique_ptr<runtime::TaskScope> log_tasks_, metadata_tasks_;
};

}  // namespace wharf::security::testing
