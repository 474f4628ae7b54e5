#include "cli/server.hpp"

#include <future>

#include <pthread.h>
#include <unistd.h>

#include <fmt/format.h>

#include "runtime/memory_files.hpp"
#include "runtime/posix_files.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::cli {
namespace {

constexpr std::size_t kBlockingThreads = 4;

runtime::LogLevel log_level(const config::ServerConfig& config) {
  const std::string& level = config.get<"log.level">();
  if (level == "trace" || level == "debug") return runtime::LogLevel::kDebug;
  if (level == "warn") return runtime::LogLevel::kWarn;
  if (level == "error") return runtime::LogLevel::kError;
  return runtime::LogLevel::kInfo;
}

runtime::LogFormat log_format(const config::ServerConfig& config) {
  return config.get<"log.format">() == "json" ? runtime::LogFormat::kJson : runtime::LogFormat::kText;
}

/// What `serve --memory` may hold: memory.limit.bytes, or half of the machine's.
std::uint64_t memory_limit(const config::ServerConfig& config) {
  auto limit = static_cast<std::uint64_t>(config.get<"memory.limit.bytes">());
  if (limit > 0) return limit;
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 2;
}

std::unique_ptr<runtime::FileSystem> make_files(const config::ServerConfig& config) {
  if (config.get<"data.memory">()) return std::make_unique<runtime::MemoryFileSystem>(memory_limit(config));
  return std::make_unique<runtime::PosixFileSystem>();
}

std::size_t shard_count(const config::ServerConfig& config) {
  auto asked = static_cast<std::size_t>(config.get<"shards">());
  return asked > 0 ? asked : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

Server::Server(const config::ServerConfig& config)
    : config_(config),
      logger_(clock_, log_level(config), log_format(config)),
      files_(make_files(config)),
      pool_(kBlockingThreads) {
  for (std::size_t i = 0; i < shard_count(config); ++i) {
    shards_.push_back(std::make_unique<runtime::Shard>(ShardIndex(static_cast<std::uint32_t>(i)), clock_, pool_));
  }
}

Server::~Server() {
  for (const auto& shard : shards_) shard->stop();
  threads_.clear();
}

template <class Make>
Result<void> Server::run_on_first_shard(Make make) {
  runtime::Shard& first = *shards_.front();
  Result<void> outcome;
  std::promise<void> done;
  runtime::TaskScope scope(first);
  first.post([&] { scope.spawn("server", make(&outcome)); });
  first.post([&] {
    scope.when_idle([&] { done.set_value(); });
  });
  done.get_future().wait();
  return outcome;
}

Result<void> Server::start() {
  for (const auto& shard : shards_) {
    runtime::Shard* one = shard.get();
    threads_.emplace_back([one] { one->run(); });
    std::string name = fmt::format("wharf-shard-{}", one->index().value);
    pthread_setname_np(threads_.back().native_handle(), name.c_str());
  }
  return run_on_first_shard([this](Result<void>* outcome) { return start_on_first_shard(outcome); });
}

runtime::Task<void> Server::start_on_first_shard(Result<void>* outcome) {
  broker::Surroundings with{.files = files_.get(), .random = &random_, .logger = &logger_, .folder = config_.get<"data.dir">()};
  for (const auto& shard : shards_) with.shards.push_back(shard.get());
  node_ = std::make_unique<broker::Node>(std::move(with), config_);
  *outcome = co_await node_->start();
  if (*outcome) *outcome = open_doors();
}

Result<void> Server::open_doors() {
  std::size_t slots = static_cast<std::size_t>(config_.get<"max.incremental.fetch.session.cache.slots">()) / shards_.size();
  kafka::DoorLimits limits{.max_request_bytes = static_cast<std::size_t>(config_.get<"socket.request.max.bytes">()),
                           .max_idle = config_.get<"connections.max.idle.ms">(),
                           .max_fetch_bytes = static_cast<std::size_t>(config_.get<"fetch.max.bytes">())};
  std::vector<runtime::Shard*> shards;
  std::vector<const kafka::Door*> doors;
  for (const auto& shard : shards_) {
    fetch_sessions_.push_back(std::make_unique<kafka::FetchSessions>(slots));
    kafka_doors_.push_back(std::unique_ptr<kafka::Door>(
        new kafka::Door{*shard, node_->publish(), node_->read(), node_->catalogue(), node_->operate(), node_->groups(),
                        *fetch_sessions_.back(), config_, random_, logger_, node_->id(), node_->cluster_id(), limits}));
    shards.push_back(shard.get());
    doors.push_back(kafka_doors_.back().get());
  }
  kafka_ = std::make_unique<kafka::Listener>(shards, std::move(doors), network_, static_cast<std::size_t>(config_.get<"connections.limit">()));
  return kafka_->open(config_.get<"kafka.listen">());
}

std::string Server::ready_line() const {
  return fmt::format(R"({{"ready":true,"listeners":{{"kafka":"{}"}},"pid":{}}})", kafka_->local().text(), ::getpid());
}

Result<void> Server::stop() {
  return run_on_first_shard([this](Result<void>* outcome) { return stop_on_first_shard(outcome); });
}

runtime::Task<void> Server::stop_on_first_shard(Result<void>* outcome) {
  if (kafka_) co_await kafka_->close();
  if (node_) *outcome = co_await node_->stop();
}

}  // namespace wharf::cli
