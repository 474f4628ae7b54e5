#include "broker/node/node.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "broker/node/log_settings.hpp"
#include "config/topic_config.hpp"
#include "runtime/process_memory.hpp"

namespace wharf::broker {
namespace {

cluster::TopicConfigBuilder config_builder(const config::ServerConfig& server) {
  return [&server](const std::map<std::string, std::string>& overrides) {
    return config::TopicConfig::make(server, overrides);
  };
}

runtime::Task<void> open_schedules_of(queue::ShardSchedules* schedules, Result<void>* into) {
  *into = co_await schedules->open();
  if (*into) schedules->begin();
}

runtime::Task<void> close_logs(cluster::ShardLogs* logs, Result<void>* into) {
  *into = co_await logs->close();
}

/// What `table` has more or otherwise than the shard's own: new partitions opened, changed settings applied.
void open_partitions(NodeShards& shards, std::size_t index, const cluster::TopicTable::Pointer& table,
                     runtime::Logger& logger) {
  NodeShard& shard = shards.at(index);
  if (shard.topics->leader_epoch() != table->leader_epoch()) {
    shard.logs->store().begin_leading(table->leader_epoch());
  }
  for (const auto& topic : table->all()) {
    std::shared_ptr<const cluster::Topic> before = shard.topics->find(topic->id);
    if (before == topic) continue;
    LogSettings settings(*topic->config);
    for (std::int32_t i = 0; i < topic->partitions; ++i) {
      PartitionId partition = topic->partition(i);
      if (shards.owner_index(partition) != index) continue;
      bool known = before && i < before->partitions;
      Result<void> done;
      if (known) {
        done = shard.logs->store().reconfigure(partition, settings.of(partition));
      } else if (auto created = shard.logs->store().create(partition, settings.of(partition)); !created) {
        done = fail(created.error());
      }
      if (!done) {
        logger.error("a partition could not be opened",
                     {{"topic", topic->name}, {"partition", i}, {"reason", done.error().message}});
      }
    }
  }
}

/// From here on it is the shard's table; partitions that it does not have are removed.
void take_table(NodeShards& shards, std::size_t index, const cluster::TopicTable::Pointer& table,
                runtime::Logger& logger) {
  NodeShard& shard = shards.at(index);
  cluster::TopicTable::Pointer old = std::exchange(shard.topics, table);
  for (const auto& topic : old->all()) {
    if (table->find(topic->id)) continue;
    for (std::int32_t i = 0; i < topic->partitions; ++i) {
      PartitionId partition = topic->partition(i);
      if (shards.owner_index(partition) != index) continue;
      Result<void> removed = shard.logs->remove(partition);
      if (!removed) {
        logger.error("a partition could not be removed",
                     {{"topic", topic->name}, {"partition", i}, {"reason", removed.error().message}});
      }
    }
  }
}

}  // namespace

Node::Node(Surroundings with, const config::ServerConfig& config)
    : with_(std::move(with)),
      config_(config),
      shards_(with_.shards),
      publish_(shards_),
      read_(shards_),
      catalogue_(shards_, config_, *with_.random),
      operate_(shards_, *with_.files, with_.folder),
      evictions_(shards_),
      statistics_(shards_, entities_),
      owners_(shards_),
      queues_(shards_),
      replies_(shards_, *with_.random),
      histories_(shards_, entities_, queues_),
      delays_(shards_),
      deduplication_(shards_, outgoing(), *with_.random),
      transactions_(shards_, outgoing(), read_, *with_.random, *with_.logger),
      access_(*with_.random, evictions_),
      parameters_(shards_),
      sessions_(shards_, {catalogue_, publish_, read_, entities_, delays_},
                static_cast<std::size_t>(config_.get<"mqtt.sessions.max">()), *with_.logger),
      retained_(shards_, catalogue_, read_, static_cast<std::size_t>(config_.get<"mqtt.retained.max">()),
                *with_.logger),
      topic_space_publish_(outgoing(), shards_.size(), *with_.logger),
      offset_data_(shards_) {
  for (runtime::Shard* shard : with_.shards) tasks_.push_back(std::make_unique<runtime::TaskScope>(*shard));
  metadata_task_ = std::make_unique<runtime::TaskScope>(first());
}

Node::~Node() = default;

/// First each shard opens what is new, then each is told of it: whoever reads of a partition in a table finds its log.
/// A partition that is not found is taken for one that was deleted, whose messages are nobody's: they would be
/// confirmed.
runtime::Task<void> Node::spread(cluster::TopicTable::Pointer table) {
  for (auto* step : {&open_partitions, &take_table}) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      auto take = [this, step, i, table] { step(shards_, i, table, *with_.logger); };
      co_await runtime::call_on(first(), shards_.at(i).shard, take);
    }
  }
  if (authority_) co_await authority_->adopt_topics(table);
}

runtime::Task<Result<void>> Node::open_metadata() {
  cluster::ShardLogs& logs = *shards_.at(0).logs;
  cluster::Catalogue catalogue(config_builder(config_));
  auto spread_to_all = [this](cluster::TopicTable::Pointer table) { return spread(std::move(table)); };
  metadata_ = std::make_unique<cluster::MetadataStore>(logs, std::move(catalogue), spread_to_all, *with_.logger);
  Result<void> opened = co_await metadata_->open();
  if (!opened) co_return opened;
  catalogue_.use(*metadata_);
  parameters_.open(*metadata_, *with_.logger);
  co_await spread(metadata_->catalogue().table());
  co_await sweep_removed_topics();
  metadata_task_->spawn("metadata", metadata_->run(metadata_task_->stop_token()));
  Result<void> begun = co_await begin_leader_epoch();
  if (begun || begun.error().code != ErrorCode::kDiskFull) co_return begun;
  // Started all the same: what is stored can be read. Records are taken once the epoch they would carry is on disk.
  co_await set_takes_records(false);
  metadata_task_->spawn("late-leader-epoch", begin_leader_epoch_late());
  co_return Result<void>();
}

runtime::Task<Result<void>> Node::begin_leader_epoch() {
  auto next_epoch = [](const cluster::Catalogue& known) -> Result<cluster::MetadataRecord> {
    return known.next_leader_epoch();
  };
  Result<void> begun = co_await metadata_->change(next_epoch);
  co_return begun;
}

runtime::Task<void> Node::begin_leader_epoch_late() {
  constexpr Milliseconds kInterval{1'000};
  while (true) {
    bool stop = co_await runtime::pause(metadata_task_.get(), kInterval);
    if (stop) co_return;
    Result<void> begun = co_await begin_leader_epoch();
    if (!begun) continue;
    co_await set_takes_records(true);
    co_return;
  }
}

runtime::Task<void> Node::set_takes_records(bool takes) {
  NodeShards* shards = &shards_;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    auto set = [shards, i, takes] { shards->at(i).takes_records = takes; };
    co_await runtime::call_on(first(), shards_.at(i).shard, set);
  }
}

void Node::make_queues() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    ForwardingPorts ports{.shard = shard->shard,
                          .to = outgoing(),
                          .deduplication = deduplication_,
                          .random = *with_.random,
                          .logger = *with_.logger};
    dead_letters_.push_back(std::make_unique<DeadLetterRouter>(ports, config_.get<"queue.park.undeliverable">()));
    due_routers_.push_back(std::make_unique<DueRouter>(ports));
    queue::ShardQueues::Options options{.logger = with_.logger,
                                        .dead_letters = dead_letters_.back().get(),
                                        .leader_epoch = [shard] { return shard->topics->leader_epoch(); },
                                        .unused = [this](TopicId id) { authority_->queue_unused(id); },
                                        .seconds = &shard->traffic.seconds};
    shard->queues = std::make_unique<queue::ShardQueues>(shard->shard, *shard->logs, std::move(options));
    queue_hosts_.push_back(std::make_unique<ShardQueueHost>(*shard->queues, shard->traffic));
    make_schedules(*shard);
  }
}

void Node::make_schedules(NodeShard& of) {
  queue::ShardSchedules::Options options{.logger = with_.logger,
                                         .due_messages = due_routers_.back().get(),
                                         .random = with_.random,
                                         .leader_epoch = [shard = &of] { return shard->topics->leader_epoch(); }};
  of.schedules = std::make_unique<queue::ShardSchedules>(of.shard, *of.logs, std::move(options));
}

runtime::Task<Result<void>> Node::open_entities() {
  std::size_t shards = shards_.size();
  routing::Authority::Surroundings with;
  with.shards = with_.shards;
  make_queues();
  for (const auto& host : queue_hosts_) with.hosts.push_back(host.get());
  with.owner = [this](TopicId queue) { return shards_.ref_of(queue).shard; };
  with.metadata = metadata_.get();
  with.random = with_.random;
  with.logger = with_.logger;
  authority_ = std::make_unique<routing::Authority>(std::move(with));
  catalogue_.use(*authority_);
  entities_.use(*authority_);
  entities_.use(histories_);
  entities_.use(deduplication_);
  histories_.use(deduplication_);
  policies_.use(*authority_);
  co_await authority_->open(shards_.at(0).topics);
  co_await recover_queues();
  Result<void> settled = co_await transactions_.settle_found(first());
  if (!settled) co_return settled;
  for (std::size_t i = 0; i < shards; ++i) {
    queue::ShardQueues* queues = shards_.at(i).queues.get();
    co_await runtime::call_on(first(), *with_.shards[i], [queues] { queues->begin(); });
  }
  co_return Result<void>();
}

/// Of all shards at once.
runtime::Task<void> Node::recover_queues() {
  runtime::TaskScope work(first());
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    queue::ShardQueues* queues = shards_.at(i).queues.get();
    work.spawn("queue-recovery", runtime::await_on(first(), *with_.shards[i], [queues] { return queues->recover(); }));
  }
  co_await work.close();
}

/// Once the queues can take what is due.
runtime::Task<Result<void>> Node::open_schedules() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    queue::ShardSchedules* schedules = shards_.at(i).schedules.get();
    Result<void> opened;
    Result<void>* into = &opened;
    co_await runtime::await_on(first(), *with_.shards[i],
                               [schedules, into] { return open_schedules_of(schedules, into); });
    if (!opened) co_return opened;
  }
  co_return Result<void>();
}

/// Once the namespaces are known.
runtime::Task<void> Node::open_access() {
  security::AccessAuthority::Surroundings with;
  with.shards = with_.shards;
  with.metadata = metadata_.get();
  with.has_namespace = [this](std::string_view name) { return entities_.find(first(), name).has_value(); };
  with.random = with_.random;
  with.logger = with_.logger;
  with.loopback_users = loopback_users(config_.get<"loopback.users">());
  access_authority_ = std::make_unique<security::AccessAuthority>(std::move(with));
  access_.use(*access_authority_);
  namespaces_ = std::make_unique<NodeNamespaces>(NodeNamespaces::Surroundings{.first = &first(),
                                                                              .authority = authority_.get(),
                                                                              .access = access_authority_.get(),
                                                                              .evictions = &evictions_,
                                                                              .delays = &delays_,
                                                                              .sessions = &sessions_,
                                                                              .retained = &retained_,
                                                                              .logger = with_.logger});
  entities_.use(*namespaces_);
  co_await access_authority_->open();
}

runtime::Task<void> Node::close_queues() {
  for (std::size_t i = 0; i < due_routers_.size(); ++i) {
    queue::ShardSchedules* schedules = shards_.at(i).schedules.get();
    co_await runtime::await_on(first(), *with_.shards[i], [schedules] { return schedules->close(); });
  }
  for (std::size_t i = 0; i < queue_hosts_.size(); ++i) {
    DeadLetterRouter* letters = dead_letters_[i].get();
    co_await runtime::await_on(first(), *with_.shards[i], [letters] { return letters->close(); });
  }
  for (std::size_t i = 0; i < queue_hosts_.size(); ++i) {
    queue::ShardQueues* queues = shards_.at(i).queues.get();
    co_await runtime::await_on(first(), *with_.shards[i], [queues] { return queues->close(); });
  }
}

runtime::Task<Result<void>> Node::open_groups() {
  std::string name(groups::kOffsetsTopic);
  std::shared_ptr<const cluster::Topic> topic = shards_.at(0).topics->find(name);
  if (!topic) {
    TopicRequest request{
        .name = name,
        .partitions = static_cast<std::int32_t>(config_.get<"offsets.topic.num.partitions">()),
        .overrides = {{"cleanup.policy", "compact"}, {"compression.type", "producer"}, {"segment.bytes", "104857600"}},
        .internal = true};
    auto created = co_await catalogue_.create_topic(first(), std::move(request));
    if (!created) co_return fail(created.error());
    topic = *created;
  }
  std::vector<groups::Coordinators::Owner> owners;
  for (std::int32_t i = 0; i < topic->partitions; ++i) {
    NodeShard& owner = shards_.owner(topic->partition(i));
    owners.push_back({&owner.shard, owner.logs.get()});
  }
  groups::Coordinators::Options options;
  options.settings = {
      .min_session_timeout_ms = static_cast<std::int32_t>(config_.get<"group.min.session.timeout.ms">().count()),
      .max_session_timeout_ms = static_cast<std::int32_t>(config_.get<"group.max.session.timeout.ms">().count()),
      .initial_rebalance_delay_ms =
          static_cast<std::int32_t>(config_.get<"group.initial.rebalance.delay.ms">().count()),
      .max_size = config_.get<"group.max.size">(),
      .offset_metadata_max_bytes = static_cast<std::size_t>(config_.get<"offsets.metadata.max.bytes">()),
      .offsets_retention_ms = config_.get<"offsets.retention.ms">().count()};
  options.expiry_interval = config_.get<"offsets.retention.check.interval.ms">();
  groups_ = std::make_unique<groups::Coordinators>(topic->id, std::move(owners), options, offset_data_, *with_.logger);
  catalogue_.use(*groups_);
  Result<void> opened = co_await groups_->open(first());
  co_return opened;
}

/// What was freed stays with the allocator; and in memory, what the write-ahead log had stays with its files.
void Node::give_back_memory() {
  if (config_.get<"data.memory">()) folder_->drop_free_wal_files();
  runtime::give_back_free_memory();
}

void Node::watch_resources() {
  ResourceWatch::Options options{.memory_high_bytes = memory_high_watermark(config_),
                                 .memory_in_use = with_.memory_in_use ? with_.memory_in_use : runtime::memory_in_use,
                                 .disk_is_low = [this] { return folder_->space().low(); },
                                 .give_back_memory = [this] { give_back_memory(); }};
  watch_ = std::make_unique<ResourceWatch>(shards_, *with_.logger, std::move(options));
  watch_->start();
}

runtime::Task<Result<void>> Node::start() {
  Result<void> folder = co_await open_folder();
  if (!folder) co_return folder;
  Result<void> logs = co_await open_logs();
  if (!logs) co_return logs;
  Result<void> metadata = co_await open_metadata();
  if (!metadata) co_return metadata;
  Result<void> entities = co_await open_entities();
  if (!entities) co_return entities;
  co_await open_access();
  Result<void> schedules = co_await open_schedules();
  if (!schedules) co_return schedules;
  co_await transactions_.send_found();
  Result<void> groups = co_await open_groups();
  if (!groups) co_return groups;
  Result<void> sessions = co_await sessions_.open(first());
  if (!sessions) co_return sessions;
  co_await retained_.begin(first());
  co_await tell_orphans();
  metadata_->wait_for_disk();
  watch_resources();
  co_return Result<void>();
}

void Node::stopping() {
  if (metadata_) metadata_->give_up_waiting();
  if (groups_) groups_->resign();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    shard->shard.post([this, shard] {
      if (shard->logs) shard->logs->give_up_waiting();
      transactions_.give_up_waiting(shard->shard);
    });
  }
}

runtime::Task<Result<void>> Node::stop() {
  stopping();
  Result<void> outcome;
  if (watch_) co_await watch_->close();
  co_await transactions_.close(first());
  co_await sessions_.close(first());
  co_await retained_.close(first());
  if (groups_) co_await groups_->close(first());
  if (access_authority_) co_await access_authority_->close();
  if (authority_) co_await authority_->close();
  co_await close_queues();
  co_await metadata_task_->close();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    runtime::TaskScope* tasks = tasks_[i].get();
    co_await runtime::await_on(first(), *with_.shards[i], [tasks] { return tasks->close(); });
    if (!shards_.at(i).logs) continue;
    cluster::ShardLogs* logs = shards_.at(i).logs.get();
    Result<void> closed;
    Result<void>* into = &closed;
    co_await runtime::await_on(first(), *with_.shards[i], [logs, into] { return close_logs(logs, into); });
    if (!closed) outcome = closed;
  }
  co_return outcome;
}

}  // namespace wharf::broker
