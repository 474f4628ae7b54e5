// How a node opens its data folder, and the logs of every shard in it.
#include <algorithm>

#include "broker/node/node.hpp"
#include "config/topic_config.hpp"

namespace wharf::broker {
namespace {

runtime::Task<void> open_store(log::LogStore::Surroundings with, log::LogStoreOptions options,
                               Result<std::unique_ptr<log::LogStore>>* into) {
  *into = co_await log::LogStore::open(with, std::move(options));
}

/// In memory a file is memory, from its first record to the checkpoint that frees it, and so is each one that is kept for its
/// next use: small ones come and go as they are needed.
std::uint64_t wal_file_bytes(const config::ServerConfig& config) {
  constexpr std::uint64_t kInMemory = 1u << 20;
  auto bytes = static_cast<std::uint64_t>(config.get<"log.wal.bytes">());
  return config.get<"data.memory">() ? std::min(bytes, kInMemory) : bytes;
}
/// So that as many bytes as ever wait for a checkpoint.
std::uint32_t wal_files_for_one(const config::ServerConfig& config) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(config.get<"log.wal.bytes">()) / wal_file_bytes(config));
}

}  // namespace

log::LogStoreOptions Node::log_options(std::size_t shard) const {
  std::size_t shards = shards_.size();
  log::LogStoreOptions options;
  options.retention_check_interval_ms = config_.get<"log.retention.check.interval.ms">().count();
  options.producer_id_expiration_ms = config_.get<"producer.id.expiration.ms">().count();
  options.verify_compressed_records = config_.get<"log.verify.compressed.records">();
  options.compact = config_.get<"log.cleaner.enable">();
  options.cleaner_backoff_ms = config_.get<"log.cleaner.backoff.ms">().count();
  options.cleaner_map_bytes = static_cast<std::size_t>(config_.get<"log.cleaner.dedupe.buffer.size">()) / shards;
  options.wal.io_uring = config_.get<"log.wal.io.uring">();
  options.wal.prepare_ahead = false;  // until the node has started
  options.wal.max_files *= wal_files_for_one(config_);
  options.owns = [shard, shards](const PartitionId& partition) {
    return NodeShards::owner_index(partition, shards) == shard;
  };
  options.precedes = [](const PartitionId& partition) { return partition.topic == cluster::kMetadataTopicId; };
  return options;
}

runtime::Task<Result<void>> Node::open_folder() {
  log::DataFolderOptions options{.new_cluster_id = with_.random->uuid(), .node_id = id()};
  // In memory there is no disk to fill: a reserve would only be memory that nobody uses.
  options.reserve_bytes =
      config_.get<"data.memory">() ? 0 : static_cast<std::uint64_t>(config_.get<"disk.reserve.bytes">());
  options.wal.file_bytes = wal_file_bytes(config_);
  options.stores = static_cast<std::uint32_t>(shards_.size());
  runtime::FileSystem* files = with_.files;
  runtime::Logger* logger = with_.logger;
  std::filesystem::path path = with_.folder;
  auto open = [files, logger, path, options] { return log::DataFolder::open(*files, path, options, *logger); };
  Result<std::unique_ptr<log::DataFolder>> folder = co_await runtime::run_blocking(first(), std::move(open));
  if (!folder) co_return fail(folder.error());
  folder_ = std::move(*folder);
  operate_.use(*folder_, options.reserve_bytes);
  const std::string& configured = config_.get<"cluster.id">();
  cluster_id_ = configured.empty() ? folder_->cluster_id().base64() : configured;
  co_return Result<void>();
}

/// Of one shard.
runtime::Task<void> Node::open_logs_of(std::size_t index, Result<void>* into) {
  runtime::Shard* shard = with_.shards[index];
  log::LogStore::Surroundings with{shard,          with_.files,  with_.logger,     folder_.get(),
                                   with_.progress, with_.random, with_.descriptors};
  log::LogStoreOptions options = log_options(index);
  Result<std::unique_ptr<log::LogStore>> store = fail(ErrorCode::kInternal, "not opened");
  auto* opened = &store;
  auto open = [with, options, opened] { return open_store(with, options, opened); };
  co_await runtime::await_on(first(), *shard, std::move(open));
  if (!store) {
    *into = fail(store.error());
    co_return;
  }
  shards_.at(index).logs = std::make_unique<cluster::ShardLogs>(*shard, std::move(*store));
  cluster::ShardLogs* logs = shards_.at(index).logs.get();
  runtime::TaskScope* tasks = tasks_[index].get();
  auto begin = [logs, tasks] {
    tasks->spawn("log-store", logs->store().run(tasks->stop_token()));
    tasks->spawn("log-advances", logs->run(tasks->stop_token()));
  };
  co_await runtime::call_on(first(), *shard, begin);
}

/// All shards at once: after a crash each scans its own partitions.
runtime::Task<Result<void>> Node::open_logs() {
  std::vector<Result<void>> opened(shards_.size());
  {
    runtime::TaskScope opening(first());
    for (std::size_t i = 0; i < shards_.size(); ++i) opening.spawn("open-logs", open_logs_of(i, &opened[i]));
    co_await opening.close();
  }
  for (const Result<void>& one : opened) {
    if (!one) co_return one;
  }
  co_return Result<void>();
}

runtime::Task<void> Node::prepare_ahead() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    cluster::ShardLogs* logs = shards_.at(i).logs.get();
    co_await runtime::call_on(first(), *with_.shards[i], [logs] { logs->store().prepare_ahead(); });
  }
}

}  // namespace wharf::broker
