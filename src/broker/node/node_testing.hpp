#pragma once
// A whole node on real shards, started and stopped by a test.
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "broker/node/node.hpp"
#include "sim/simulation.hpp"

namespace wharf::broker {

/// Keeps what is told; from any thread.
class KeptLines final : public runtime::Logger {
 public:
  explicit KeptLines(const runtime::Clock& clock)
      : Logger(clock, runtime::LogLevel::kInfo, runtime::LogFormat::kText) {}
  /// Those with `words` in them.
  std::vector<std::string> with(std::string_view words) const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> some;
    for (const std::string& line : lines_) {
      if (line.contains(words)) some.push_back(line);
    }
    return some;
  }

 protected:
  void write(std::string_view line) override {
    if (line.contains(" error ")) Logger::write(line);
    std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A node on threads of its own, as in the server, over files in memory that outlive it.
class NodeThreads {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  /// `memory_in_use`: none: the process's own.
  NodeThreads(runtime::FileSystem& files, std::size_t shards, std::function<std::uint64_t()> memory_in_use = {},
              Settings settings = {})
      : config_(config::ServerConfig::with(with_usual(std::move(settings)))) {
    Surroundings with{.files = &files,
                      .random = &random_,
                      .logger = &logger_,
                      .folder = "data",
                      .memory_in_use = std::move(memory_in_use)};
    for (std::size_t i = 0; i < shards; ++i) {
      shards_.push_back(std::make_unique<runtime::Shard>(ShardIndex(static_cast<std::uint32_t>(i)), clock_, pool_));
      with.shards.push_back(shards_.back().get());
    }
    node_ = std::make_unique<Node>(std::move(with), config_);
    for (auto& shard : shards_) threads_.emplace_back([&shard] { shard->run(); });
    Result<void> started;
    on(0, keep(node_->start(), &started));
    EXPECT_TRUE(started) << started.error().message;
  }
  ~NodeThreads() {
    Result<void> stopped;
    on(0, keep(node_->stop(), &stopped));
    EXPECT_TRUE(stopped) << stopped.error().message;
    for (auto& shard : shards_) shard->stop();
    threads_.clear();
  }

  Node& node() { return *node_; }
  runtime::Shard& shard(std::size_t index) { return *shards_[index]; }
  const KeptLines& log() const { return logger_; }
  /// Runs it to its end.
  void on(std::size_t index, runtime::Task<void> task) { start(index, std::move(task)).wait(); }
  std::future<void> start(std::size_t index, runtime::Task<void> task) {
    auto scope = std::make_shared<runtime::TaskScope>(shard(index));
    auto done = std::make_shared<std::promise<void>>();
    shard(index).post([scope, done, task = std::move(task)]() mutable {
      scope->spawn("test", std::move(task));
      scope->when_idle([scope, done] { done->set_value(); });
    });
    return done->get_future();
  }

 private:
  static Settings with_usual(Settings settings) {
    settings.emplace_back("offsets.topic.num.partitions", "1");
    settings.emplace_back("disk.reserve.bytes", "0");
    return settings;
  }
  static runtime::Task<void> keep(runtime::Task<Result<void>> task, Result<void>* into) {
    *into = co_await std::move(task);
  }

  runtime::SystemClock clock_;
  runtime::ThreadPool pool_{2};
  runtime::SystemRandom random_;
  KeptLines logger_{clock_};
  config::ServerConfig config_;
  std::vector<std::unique_ptr<runtime::Shard>> shards_;
  std::unique_ptr<Node> node_;
  std::vector<std::jthread> threads_;
};

inline runtime::Task<void> create_namespace(Node* node, runtime::Shard* here, std::string name) {
  Result<void> created = co_await node->entities().create_namespace(*here, std::move(name));
  EXPECT_TRUE(created);
}

inline runtime::Task<void> delete_namespace(Node* node, runtime::Shard* here, std::string name,
                                            bool is_possible = true) {
  Result<void> deleted = co_await node->entities().delete_namespace(*here, std::move(name));
  EXPECT_EQ(deleted.has_value(), is_possible);
}

}  // namespace wharf::broker
