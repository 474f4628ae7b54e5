#include "cli/server.hpp"

#include <future>
#include <limits>

#include <pthread.h>
#include <unistd.h>

#include <fmt/format.h>

#include "broker/node/access.hpp"
#include "cli/derived_values.hpp"
#include "http/welcome.hpp"
#include "runtime/memory_files.hpp"
#include "runtime/posix_files.hpp"
#include "runtime/process_facts.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::cli {
namespace {

constexpr std::size_t kBlockingThreads = 4;
/// Of the admin port: scrapers and probes, not clients.
constexpr std::size_t kAdminConnections = 64;
/// Of a request to it: a message that is published, at most. Each connection may make the server hold so much, and an
/// administrator's more (definitions).
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

std::string data_folder_name(const config::ServerConfig& config) {
  if (config.get<"data.memory">()) return "memory";
  std::error_code ignored;
  return std::filesystem::absolute(config.get<"data.dir">(), ignored).lexically_normal().string();
}

/// A stream takes messages as large as AMQP's port does.
std::uint64_t stream_batch_bytes(const config::ServerConfig& config) {
  constexpr std::uint64_t kBesideBody = 1 << 20, kMost = std::numeric_limits<std::int32_t>::max();
  return std::min(static_cast<std::uint64_t>(config.get<"amqp.max.message.bytes">()) + kBesideBody, kMost);
}

/// As by password.
json_http::Tokens::MayComeFrom may_come_from(const config::ServerConfig& config) {
  return [only_here = broker::loopback_users(config.get<"loopback.users">())](std::string_view user,
                                                                              const Endpoint& remote) {
    return broker::is_loopback(remote.host) || !only_here.contains(user);
  };
}

/// In the order in which they open, close and are named.
constexpr OpenDialect* kDialects[] = {open_kafka,           open_amqp,  open_mqtt,
                                      open_mqtt_web_socket, open_stomp, open_stomp_web_socket};

}  // namespace

Server::Server(const config::ServerConfig& config)
    : config_(config),
      logger_(clock_, log_level(config), log_format(config)),
      files_(make_files(config)),
      network_({.send_buffer_bytes = static_cast<std::size_t>(config.get<"socket.send.buffer.bytes">())}),
      descriptors_(runtime::descriptor_limit()),
      pool_(kBlockingThreads),
      shards_(make_shards(config, clock_, pool_)),
      admin_door_(*shards_.front(), beside_, WHARF_VERSION, progress_, config.get<"admin.silent.member.ms">()) {}

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
  logger_.info("starting", {{"version", WHARF_VERSION},
                            {"data", data_folder_name(config_)},
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
                            .progress = &progress_,
                            .descriptors = config_.get<"data.memory">() ? nullptr : &descriptors_};
  for (const auto& shard : shards_) with.shards.push_back(shard.get());
  node_ = std::make_unique<broker::Node>(std::move(with), config_);
  *outcome = co_await node_->start();
  if (*outcome) *outcome = open_dialects();
  if (!*outcome) co_return;
  sampler_ = std::make_unique<history::Sampler>(
      *shards_.front(), history::Ports{node_->entities(), node_->operate(), node_->statistics()});
  if (admin_) sampler_->begin();  // else nobody could ask for it
  tokens_ = std::make_unique<json_http::Tokens>(node_->parameters(), random_, may_come_from(config_));
  co_await tokens_->open(*shards_.front(), &node_->access().table(*shards_.front()));
  open_management();
  open_own_api();
  admin_door_.ready({.operate = &node_->operate(),
                     .statistics = &node_->statistics(),
                     .entities = &node_->entities(),
                     .queues = &node_->queues(),
                     .catalogue = &node_->catalogue(),
                     .groups = &node_->groups(),
                     .management = management_.get(),
                     .own = own_.get(),
                     .rabbitmq_version = config_.get<"amqp.server.version">(),
                     .node_name = fmt::format("wharf@{}", node_->id().value),
                     .cluster_name = node_->cluster_id(),
                     .memory_high_bytes = broker::memory_high_watermark(config_)});
  logger_.info("ready", {{"partitions_recovered", progress_.partitions_done.load()},
                         {"bytes_scanned", progress_.scanned_bytes.load()}});
  co_await node_->prepare_ahead();
}

Result<void> Server::open_admin() {
  const std::optional<Endpoint>& endpoint = config_.get<"admin.listen">();
  if (!endpoint) return {};
  runtime::PortOptions options{.name = "admin", .max_connections = kAdminConnections};
  std::vector<runtime::Shard*> first{shards_.front().get()};
  http::ConnectionLimits limits{.request = {.body_bytes = kAdminBodyBytes}};
  admin_ = std::make_unique<runtime::OpenPort>(options, first, http::welcome(first, admin_door_, limits, logger_),
                                               network_, logger_);
  admin_door_.watch(*admin_);
  return of_key("admin.listen", admin_->open(*endpoint));
}

void Server::open_management() {
  management::Ports ports{.access = node_->access(),
                          .entities = node_->entities(),
                          .policies = node_->policies(),
                          .queues = node_->queues(),
                          .publish = node_->publish(),
                          .read = node_->read(),
                          .catalogue = node_->catalogue(),
                          .histories = node_->histories(),
                          .delays = node_->delays(),
                          .deduplication = node_->deduplication(),
                          .operate = node_->operate(),
                          .statistics = node_->statistics(),
                          .parameters = node_->parameters(),
                          .history = sampler_->history(),
                          .tokens = *tokens_,
                          .traffic = node_->traffic(0),
                          .beside = beside_,
                          .logger = logger_};
  management::About about{.version = WHARF_VERSION,
                          .rabbitmq_version = config_.get<"amqp.server.version">(),
                          .cluster_name = node_->cluster_id(),
                          .node_name = fmt::format("wharf@{}", node_->id().value),
                          .data_folder = data_folder_name(config_),
                          .stream_batch_bytes = stream_batch_bytes(config_),
                          .memory_high_bytes = broker::memory_high_watermark(config_),
                          .started = shards_.front()->now(),
                          .listeners = [this] { return management_listeners(); }};
  management_ = std::make_unique<management::Api>(ports, std::move(about), random_);
}

void Server::open_own_api() {
  v1::Ports ports{.access = node_->access(),
                  .catalogue = node_->catalogue(),
                  .operate = node_->operate(),
                  .read = node_->read(),
                  .publish = node_->publish(),
                  .groups = node_->groups(),
                  .entities = node_->entities(),
                  .statistics = node_->statistics(),
                  .tokens = *tokens_,
                  .beside = beside_,
                  .config = config_,
                  .logger = logger_};
  v1::About about{.version = WHARF_VERSION, .node = node_->id(), .started = shards_.front()->now()};
  own_ = std::make_unique<v1::Api>(ports, std::move(about), random_);
}

/// RabbitMQ has a name of its own for the port that is asked.
std::vector<management::Listener> Server::management_listeners() const {
  std::vector<management::Listener> listeners;
  auto add = [&listeners](std::string_view protocol, const runtime::OpenPort& port) {
    listeners.push_back({std::string(protocol), port.local(), port.counts().open});
  };
  for (const auto& dialect : dialects_) add(dialect->port().name(), dialect->port());
  if (admin_) add("http", *admin_);
  return listeners;
}

Result<void> Server::open_dialects() {
  DialectSurroundings with{.shards = {},
                           .node = *node_,
                           .config = config_,
                           .network = network_,
                           .descriptors = descriptors_,
                           .random = random_,
                           .logger = logger_};
  for (const auto& shard : shards_) with.shards.push_back(shard.get());
  for (OpenDialect* open : kDialects) {
    Result<std::unique_ptr<Dialect>> dialect = open(with);
    if (!dialect) return fail(dialect.error());
    if (!*dialect) continue;
    admin_door_.watch((*dialect)->port());
    dialects_.push_back(std::move(*dialect));
  }
  return {};
}

std::string Server::listeners() const {
  std::string text;
  auto add = [&text](const runtime::OpenPort& port) {
    text += fmt::format(R"({}"{}":"{}")", text.empty() ? "" : ",", port.name(), port.local().text());
  };
  for (const auto& dialect : dialects_) add(dialect->port());
  if (admin_) add(*admin_);
  return "{" + text + "}";
}

std::string Server::ready_line() const {
  return fmt::format(R"({{"ready":true,"listeners":{},"pid":{}}})", listeners(), ::getpid());
}

Result<void> Server::stop() {
  return run_on_first_shard([this](Result<void>* outcome) { return stop_on_first_shard(outcome); });
}

runtime::Task<void> Server::stop_on_first_shard(Result<void>* outcome) {
  co_await admin_door_.stopping();
  if (sampler_) co_await sampler_->stop();
  if (node_) node_->stopping();
  for (const auto& dialect : dialects_) co_await dialect->port().close();
  if (node_) *outcome = co_await node_->stop();
  if (admin_) co_await admin_->close();
}

}  // namespace wharf::cli
