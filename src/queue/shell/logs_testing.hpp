#pragma once
// The logs of one shard on a simulated disk, for tests: from open to close, in one life of a machine.
#include <memory>

#include <gtest/gtest.h>

#include "cluster/replication/shard_logs.hpp"
#include "log/data_folder.hpp"
#include "log/wal_testing.hpp"
#include "runtime/task_scope.hpp"
#include "sim/simulation.hpp"

namespace wharf::queue {

class LogsOnDisk {
 public:
  struct Options {
    log::WalFilesOptions wal;
    log::LogStoreOptions store;
  };

  LogsOnDisk(sim::Simulation& simulation, sim::Machine& machine, Options options = {})
      : logger(machine.clock()), simulation_(simulation), machine_(machine), scope_(machine.shard()) {
    log::DataFolderOptions folder_options{.wal = options.wal};
    folder_options.new_cluster_id.bytes.fill(7);
    auto folder = log::DataFolder::open(machine.disk(), "data", folder_options, logger);
    WHARF_ASSERT(folder);
    folder_ = std::move(*folder);
    log::LogStore::Surroundings with{&machine.shard(), &machine.disk(), &logger, folder_.get(), nullptr, nullptr};
    auto store = simulation.run(machine.shard(), log::LogStore::open(with, std::move(options.store)));
    WHARF_ASSERT(store);
    logs_ = std::make_unique<cluster::ShardLogs>(machine.shard(), std::move(*store));
    scope_.spawn("log-store", logs_->store().run(scope_.stop_token()));
    scope_.spawn("log-advances", logs_->run(scope_.stop_token()));
  }
  ~LogsOnDisk() {
    if (!closed_) std::ignore = close();
  }

  /// Also of a machine that is dead: as a ghost it winds down.
  Result<void> close() {
    closed_ = true;
    scope_.request_stop();
    simulation_.run(machine_.shard(), scope_.close());
    return simulation_.run(machine_.shard(), logs_->close());
  }

  cluster::ShardLogs& get() { return *logs_; }

  log::testing::QuietLogger logger;

 private:
  sim::Simulation& simulation_;
  sim::Machine& machine_;
  std::unique_ptr<log::DataFolder> folder_;
  std::unique_ptr<cluster::ShardLogs> logs_;
  bool closed_ = false;
  runtime::TaskScope scope_;
};

}  // namespace wharf::queue
