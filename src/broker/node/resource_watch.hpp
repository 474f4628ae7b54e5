#pragma once
// Looks at the memory in use and at the disk once a second, from the first shard, and tells every shard what the node
// is short of. Each change is one line in the log.
#include <cstdint>
#include <functional>

#include "broker/node/shards.hpp"
#include "broker/shard_alarms.hpp"
#include "config/server_config.hpp"
#include "runtime/logger.hpp"
#include "runtime/signal.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {

/// memory.high.watermark.bytes, or memory.high.watermark.ratio of what the machine or its container has.
std::uint64_t memory_high_watermark(const config::ServerConfig& config);

class ResourceWatch {
 public:
  struct Options {
    std::uint64_t memory_high_bytes = 0;
    std::function<std::uint64_t()> memory_in_use;  // quick: called on the shard
    std::function<bool()> disk_is_low;             // the same
    std::function<void()> give_back_memory;        // while memory is short; on the work pool
  };
  ResourceWatch(NodeShards& shards, runtime::Logger& logger, Options options)
      : shards_(shards),
        first_(shards.at(0).shard),
        logger_(logger),
        options_(std::move(options)),
        next_look_(first_),
        tasks_(first_) {}

  /// Looks for the first time, and from then on by itself. On the first shard, as close().
  void start() { tasks_.spawn("resource-watch", run()); }
  runtime::Task<void> close();

 private:
  runtime::Task<void> run();
  void look();

  NodeShards& shards_;
  runtime::Shard& first_;
  runtime::Logger& logger_;
  Options options_;
  Shortage now_;
  runtime::Signal next_look_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::broker
