#include "cli/server.hpp"

#include <future>

#include <pthread.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/derived_values.hpp"
#include "runtime/memory_files.hpp"
#include "runtime/posix_files.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::cli {
namespace {

constexpr std::size_t kBlockingThreads = 4;
/// Of the admin port: scrapers and probes, not clients.
constexpr std::size_t kAdminConnections = 64;
/// Of a request to it: a message that is published, at most. Each connection may make the server hold so much.
constexpr std::size_t kAdminBodyBytes = 2u << 20;

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

std::unique_ptr<runtime::FileSystem> make_files(const config::ServerConfig& config) {
  if (config.get<"data.memory">()) return std::make_unique<runtime::MemoryFileSystem>(memory_limit(config));
  return std::make_unique<runtime::PosixFileSystem>();
}

std::vector<std::unique_ptr<runtime::Shard>> make_shards(const config::ServerConfig& config,
                                                         const runtime::Clock& clock, runtime::WorkPool& pool) {
  std::vector<std::unique_ptr<runtime::Shard>> shards;
  for (std::size_t i = 0; i < shard_count(config); ++i) {
    shards.push_back(std::make_unique<runtime::Shard>(ShardIndex(static_cast<std::uint32_t>(i)), clock, pool));
  }
  return shards;
}

/// Which setting is to blame when a port cannot be opened.
Result<void> of_key(std::string_view key, Result<void> opened) {
  if (opened) return opened;
  return fail(opened.error().code, fmt::format("{}: {}", key, opened.error().message));
}

}  // namespace

Server::Server(const config::ServerConfig& config)
    : config_(config),
      logger_(clock_, log_level(config), log_format(config)),
      files_(make_files(config)),
      network_({.send_buffer_bytes = static_cast<std::size_t>(config.get<"socket.send.buffer.bytes">())}),
      pool_(kBlockingThreads),
      shards_(make_shards(config, clock_, pool_)),
      admin_door_(*shards_.front(), WHARF_VERSION, progress_, config.get<"admin.silent.member.ms">()) {}

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
  first.post([&] { scope.when_idle([&] { done.set_value(); }); });
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

/// What somebody who finds only the log must know, and what they may not have meant.
void Server::tell_of_start() {
  std::error_code ignored;
  std::string folder = config_.get<"data.memory">()
                           ? "memory"
                           : std::filesystem::absolute(config_.get<"data.dir">(), ignored).lexically_normal().string();
  logger_.info("starting", {{"version", WHARF_VERSION},
                            {"data", folder},
                            {"shards", shards_.size()},
                            {"flush", config_.get<"log.flush">()}});
  const Endpoint& kafka = config_.get<"kafka.listen">();
  bool only_here = kafka.host == "localhost" || kafka.host == "::1" || kafka.host.starts_with("127.");
  if (!only_here)
    logger_.warn("whoever reaches this port can read and write everything: there is no access control yet",
                 {{"kafka.listen", kafka.text()}});
}

runtime::Task<void> Server::start_on_first_shard(Result<void>* outcome) {
  tell_of_start();
  *outcome = open_admin();
  if (!*outcome) co_return;
  broker::Surroundings with{.files = files_.get(),
                            .random = &random_,
                            .logger = &logger_,
                            .folder = config_.get<"data.dir">(),
                            .progress = &progress_};
  for (const auto& shard : shards_) with.shards.push_back(shard.get());
  node_ = std::make_unique<broker::Node>(std::move(with), config_);
  *outcome = co_await node_->start();
  if (*outcome) *outcome = open_kafka();
  if (*outcome) *outcome = open_amqp();
  if (!*outcome) co_return;
  admin_door_.watch(kafka_->port());
  if (amqp_) admin_door_.watch(amqp_->port());
  open_management();
  admin_door_.ready({.operate = &node_->operate(),
                     .catalogue = &node_->catalogue(),
                     .groups = &node_->groups(),
                     .management = management_.get()});
  logger_.info("ready", {{"kafka", kafka_->local().text()},
                         {"amqp", amqp_ ? amqp_->local().text() : "none"},
                         {"admin", admin_ ? admin_->local().text() : "none"},
                         {"partitions_recovered", progress_.partitions_done.load()},
                         {"bytes_scanned", progress_.scanned_bytes.load()}});
}

Result<void> Server::open_admin() {
  const std::optional<Endpoint>& endpoint = config_.get<"admin.listen">();
  if (!endpoint) return {};
  runtime::PortOptions options{.name = "admin", .max_connections = kAdminConnections};
  std::vector<runtime::Shard*> first{shards_.front().get()};
  http::ConnectionLimits limits{.request = {.body_bytes = kAdminBodyBytes}};
  admin_ = std::make_unique<http::Server>(options, first, admin_door_, limits, network_, logger_);
  admin_door_.watch(admin_->port());
  return of_key("admin.listen", admin_->open(*endpoint));
}

void Server::open_management() {
  management::Ports ports{.access = node_->access(),
                          .entities = node_->entities(),
                          .policies = node_->policies(),
                          .queues = node_->queues(),
                          .publish = node_->publish(),
                          .catalogue = node_->catalogue(),
                          .histories = node_->histories(),
                          .delays = node_->delays()};
  management::About about{.version = WHARF_VERSION,
                          .rabbitmq_version = config_.get<"amqp.server.version">(),
                          .cluster_name = node_->cluster_id(),
                          .node_name = fmt::format("wharf@{}", node_->id().value)};
  management_ = std::make_unique<management::Api>(ports, std::move(about), random_);
}

Result<void> Server::open_kafka() {
  std::size_t slots =
      static_cast<std::size_t>(config_.get<"max.incremental.fetch.session.cache.slots">()) / shards_.size();
  kafka::DoorLimits limits{.max_request_bytes = static_cast<std::size_t>(config_.get<"socket.request.max.bytes">()),
                           .max_idle = config_.get<"connections.max.idle.ms">(),
                           .max_fetch_bytes = static_cast<std::size_t>(config_.get<"fetch.max.bytes">())};
  std::vector<runtime::Shard*> shards;
  std::vector<const kafka::Door*> doors;
  for (const auto& shard : shards_) {
    fetch_sessions_.push_back(std::make_unique<kafka::FetchSessions>(slots));
    broker::DoorCounts& counts = node_->doors(shard->index().value);
    kafka_doors_.push_back(std::unique_ptr<kafka::Door>(
        new kafka::Door{*shard, node_->publish(), node_->read(), node_->catalogue(), node_->operate(), node_->groups(),
                        *fetch_sessions_.back(), counts, counts.requests_of("kafka", kafka::request_names()), config_,
                        random_, logger_, node_->id(), node_->cluster_id(), limits}));
    shards.push_back(shard.get());
    doors.push_back(kafka_doors_.back().get());
  }
  kafka_ = std::make_unique<kafka::Listener>(shards, std::move(doors), network_,
                                             static_cast<std::size_t>(config_.get<"connections.limit">()));
  return of_key("kafka.listen", kafka_->open(config_.get<"kafka.listen">()));
}

Result<void> Server::open_amqp() {
  const std::optional<Endpoint>& endpoint = config_.get<"amqp.listen">();
  if (!endpoint) return {};
  const Milliseconds heartbeat = config_.get<"amqp.heartbeat">();
  amqp091::DoorLimits limits{
      .channel_max = static_cast<std::uint16_t>(config_.get<"amqp.channel.max">()),
      .frame_max = static_cast<std::uint32_t>(config_.get<"amqp.frame.max">()),
      .heartbeat_seconds = static_cast<std::uint16_t>(std::chrono::ceil<std::chrono::seconds>(heartbeat).count()),
      .max_message_bytes = static_cast<std::uint64_t>(config_.get<"amqp.max.message.bytes">())};
  std::vector<runtime::Shard*> shards;
  std::vector<const amqp091::Door*> doors;
  for (const auto& shard : shards_) {
    amqp_connection_ids_.push_back(std::make_unique<amqp091::ConnectionIds>(shard->index()));
    amqp_doors_.push_back(std::unique_ptr<amqp091::Door>(
        new amqp091::Door{*shard, node_->queues(), node_->replies(), node_->histories(), node_->delays(), node_->entities(), node_->publish(),
                          node_->read(), node_->catalogue(),
                          *amqp_connection_ids_.back(), random_, logger_, node_->access(), node_->alarms(shard->index().value),
                          config_.get<"amqp.server.version">(), node_->cluster_id(), limits}));
    shards.push_back(shard.get());
    doors.push_back(amqp_doors_.back().get());
  }
  amqp_ = std::make_unique<amqp091::Listener>(shards, std::move(doors), network_,
                                              static_cast<std::size_t>(config_.get<"connections.limit">()));
  return of_key("amqp.listen", amqp_->open(*endpoint));
}

std::string Server::ready_line() const {
  std::string amqp = amqp_ ? fmt::format(R"(,"amqp":"{}")", amqp_->local().text()) : "";
  std::string admin = admin_ ? fmt::format(R"(,"admin":"{}")", admin_->local().text()) : "";
  return fmt::format(R"({{"ready":true,"listeners":{{"kafka":"{}"{}{}}},"pid":{}}})", kafka_->local().text(), amqp,
                     admin, ::getpid());
}

Result<void> Server::stop() {
  return run_on_first_shard([this](Result<void>* outcome) { return stop_on_first_shard(outcome); });
}

runtime::Task<void> Server::stop_on_first_shard(Result<void>* outcome) {
  co_await admin_door_.stopping();
  if (kafka_) co_await kafka_->close();
  if (amqp_) co_await amqp_->close();
  if (node_) *outcome = co_await node_->stop();
  if (admin_) co_await admin_->close();
}

}  // namespace wharf::cli
