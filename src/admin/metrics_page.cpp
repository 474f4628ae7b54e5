#include "admin/metrics_page.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "admin/metrics_text.hpp"
#include "admin/rabbitmq_metrics.hpp"

namespace wharf::admin {
namespace {

double seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

void write_process(MetricsText& page, const runtime::ProcessFacts& process) {
  page.family("process_start_time_seconds").sample({}, process.start_time_seconds);
  page.family("process_cpu_seconds_total").sample({}, process.cpu_seconds);
  page.family("process_resident_memory_bytes").sample({}, process.resident_bytes);
  page.family("process_virtual_memory_bytes").sample({}, process.virtual_bytes);
  page.family("process_open_fds").sample({}, process.open_files);
  page.family("process_max_fds").sample({}, process.max_open_files);
}

void write_server(MetricsText& page, const ServerNumbers& server) {
  page.family("wharf_build_info").sample({{"version", server.version}}, std::uint64_t{1});
  page.family("wharf_state");
  for (Stage stage : {Stage::kRecovering, Stage::kReady, Stage::kStopping}) {
    page.sample({{"state", to_string(stage)}}, std::uint64_t{stage == server.stage});
  }
  page.family("wharf_recovery_seconds").sample({}, seconds(server.recovery));
  page.family("wharf_recovery_partitions").sample({}, server.partitions_total);
  page.family("wharf_recovery_partitions_done").sample({}, server.partitions_done);
  page.family("wharf_recovery_scanned_bytes").sample({}, server.scanned_bytes);
  page.family("wharf_connections");
  for (const auto& [name, counts] : server.ports) page.sample({{"listener", name}}, counts.open);
  page.family("wharf_connections_accepted_total");
  for (const auto& [name, counts] : server.ports) page.sample({{"listener", name}}, counts.accepted);
  page.family("wharf_connections_refused_total");
  for (const auto& [name, counts] : server.ports) page.sample({{"listener", name}}, counts.refused);
}

std::map<std::string_view, broker::RequestCounts> all_requests(const NodeNumbers& node) {
  std::map<std::string_view, broker::RequestCounts> all;
  for (const broker::ShardReport& shard : node.shards) {
    for (const auto& [protocol, counts] : shard.requests) {
      auto [found, is_new] = all.try_emplace(protocol, counts);
      if (!is_new) found->second.add(counts);
    }
  }
  return all;
}

void write_requests(MetricsText& page, const NodeNumbers& node) {
  std::map<std::string_view, broker::RequestCounts> all = all_requests(node);
  page.family("wharf_request_seconds");
  for (const auto& [protocol, counts] : all) {
    for (std::size_t i = 0; i < counts.names().size(); ++i) {
      if (counts.latency_us(i).count == 0) continue;
      page.histogram_us({{"protocol", protocol}, {"request", counts.names()[i]}}, counts.latency_us(i));
    }
  }
  page.family("wharf_request_errors_total");
  for (const auto& [protocol, counts] : all) {
    for (const auto& [what, count] : counts.errors()) {
      page.sample({{"protocol", protocol}, {"request", counts.names()[what.first]}, {"error", what.second}}, count);
    }
  }
}

struct TopicNumbers {
  log::PartitionStatistics in;
  broker::TopicOut out;
  std::uint64_t log_bytes = 0;
  std::int64_t start = 0;
  std::int64_t high_watermark = 0;
  std::int64_t end = 0;
  std::uint64_t compaction_failing = 0;
};

std::unordered_map<TopicId, TopicNumbers> by_topic(const NodeNumbers& node) {
  std::unordered_map<TopicId, TopicNumbers> topics;
  for (const broker::ShardReport& shard : node.shards) {
    for (const broker::PartitionReport& partition : shard.partitions) {
      TopicNumbers& topic = topics[partition.partition.topic];
      topic.in.bytes_in += partition.statistics.bytes_in;
      topic.in.records_in += partition.statistics.records_in;
      topic.in.batches_in += partition.statistics.batches_in;
      topic.log_bytes += partition.bytes;
      topic.start += partition.log_start.value;
      topic.high_watermark += partition.high_watermark.value;
      topic.end += partition.log_end.value;
      topic.compaction_failing += partition.compaction_failure.has_value();
    }
    for (const auto& [id, out] : shard.out) {
      topics[id].out.bytes += out.bytes;
      topics[id].out.records += out.records;
    }
  }
  return topics;
}

/// Those of the default namespace, Kafka's, are told by their names alone.
template <class Number>
void sample_topic(MetricsText& page, const cluster::Topic& topic, Number number) {
  if (topic.name_space == kDefaultNamespace) {
    page.sample({{"topic", topic.name}}, number);
  } else {
    page.sample({{"vhost", topic.name_space}, {"topic", topic.name}}, number);
  }
}

void write_topics(MetricsText& page, const NodeNumbers& node) {
  std::unordered_map<TopicId, TopicNumbers> topics = by_topic(node);
  auto each = [&](MetricName name, auto number) {
    page.family(name);
    for (const auto& topic : node.topics->all()) sample_topic(page, *topic, number(topics[topic->id]));
  };
  page.family("wharf_topic_partitions");
  for (const auto& topic : node.topics->all()) sample_topic(page, *topic, std::int64_t{topic->partitions});
  each("wharf_topic_bytes_in_total", [](const TopicNumbers& topic) { return topic.in.bytes_in; });
  each("wharf_topic_records_in_total", [](const TopicNumbers& topic) { return topic.in.records_in; });
  each("wharf_topic_batches_in_total", [](const TopicNumbers& topic) { return topic.in.batches_in; });
  each("wharf_topic_bytes_out_total", [](const TopicNumbers& topic) { return topic.out.bytes; });
  each("wharf_topic_records_out_total", [](const TopicNumbers& topic) { return topic.out.records; });
  each("wharf_topic_log_bytes", [](const TopicNumbers& topic) { return topic.log_bytes; });
  each("wharf_topic_records", [](const TopicNumbers& topic) { return topic.high_watermark - topic.start; });
  each("wharf_topic_start_offset_sum", [](const TopicNumbers& topic) { return topic.start; });
  each("wharf_topic_high_watermark_sum", [](const TopicNumbers& topic) { return topic.high_watermark; });
  each("wharf_topic_end_offset_sum", [](const TopicNumbers& topic) { return topic.end; });
  each("wharf_topic_compaction_failing", [](const TopicNumbers& topic) { return topic.compaction_failing; });
}

void write_groups(MetricsText& page, const NodeNumbers& node) {
  page.family("wharf_groups");
  for (const auto& [state, count] : node.groups_by_state) page.sample({{"state", state}}, count);
  page.family("wharf_group_members");
  for (const GroupNumbers& group : node.groups) page.sample({{"group", group.id}}, std::uint64_t{group.members});
  page.family("wharf_group_silent_members");
  for (const GroupNumbers& group : node.groups) page.sample({{"group", group.id}}, std::uint64_t{group.silent_members});
  page.family("wharf_group_generation");
  for (const GroupNumbers& group : node.groups) {
    if (group.members > 0) page.sample({{"group", group.id}}, std::int64_t{group.generation});
  }
  page.family("wharf_group_unowned_partitions");
  for (const GroupNumbers& group : node.groups) page.sample({{"group", group.id}}, std::uint64_t{group.unowned_partitions});
  page.family("wharf_group_lag_records");
  for (const GroupNumbers& group : node.groups) {
    for (const auto& [topic, lag] : group.lag) page.sample({{"group", group.id}, {"topic", topic}}, lag.records);
  }
  page.family("wharf_group_lag_seconds");
  for (const GroupNumbers& group : node.groups) {
    for (const auto& [topic, lag] : group.lag) {
      if (lag.seconds) page.sample({{"group", group.id}, {"topic", topic}}, *lag.seconds);
    }
  }
}

void write_stores(MetricsText& page, const NodeNumbers& node) {
  auto each_shard = [&](MetricName name, auto number) {
    page.family(name);
    for (std::size_t i = 0; i < node.shards.size(); ++i) page.sample({{"shard", fmt::format("{}", i)}}, number(node.shards[i]));
  };
  auto each = [&](MetricName name, auto number) {
    each_shard(name, [&number](const broker::ShardReport& shard) { return number(shard.store); });
  };
  page.family("wharf_flush_seconds");
  for (std::size_t i = 0; i < node.shards.size(); ++i) page.histogram_us({{"shard", fmt::format("{}", i)}}, node.shards[i].store.flush_us);
  page.family("wharf_flush_bytes");
  for (std::size_t i = 0; i < node.shards.size(); ++i) {
    page.histogram_bytes({{"shard", fmt::format("{}", i)}}, node.shards[i].store.flush_bytes);
  }
  using Store = log::StoreStatistics;
  each("wharf_flush_failures_total", [](const Store& store) { return store.failed_flushes; });
  each("wharf_wal_bytes", [](const Store& store) { return store.wal_bytes; });
  each("wharf_checkpoints_total", [](const Store& store) { return store.checkpoints; });
  each("wharf_checkpoint_failures_total", [](const Store& store) { return store.failed_checkpoints; });
  each("wharf_partitions", [](const Store& store) { return store.partitions; });
  each("wharf_log_open_files", [](const Store& store) { return store.open_files; });
  each("wharf_cold_reads_total", [](const Store& store) { return store.cold_reads; });
  each("wharf_segments_deleted_total", [](const Store& store) { return store.segments_deleted; });
  each("wharf_damaged_ranges_total", [](const Store& store) { return store.damaged_ranges; });
  each("wharf_compactions_total", [](const Store& store) { return store.compactions; });
  each("wharf_compaction_failures_total", [](const Store& store) { return store.failed_compactions; });
  each("wharf_compaction_read_bytes_total", [](const Store& store) { return store.cleaned_bytes; });
  each_shard("wharf_delayed_messages", [](const broker::ShardReport& shard) { return shard.delayed_messages; });
  each("wharf_disk_refusing", [](const Store& store) { return std::uint64_t{store.refusing.has_value()}; });
}

void write_machine(MetricsText& page, const NodeNumbers& node) {
  const broker::Shortage shortage = node.shards.empty() ? broker::Shortage() : node.shards.front().shortage;
  page.family("wharf_alarm").sample({{"resource", "memory"}}, std::uint64_t{shortage.memory}).sample({{"resource", "disk"}}, std::uint64_t{shortage.disk});
  if (node.disk) {
    page.family("wharf_disk_total_bytes").sample({}, node.disk->total_bytes);
    page.family("wharf_disk_available_bytes").sample({}, node.disk->available_bytes);
    page.family("wharf_disk_reserve_bytes").sample({}, node.disk->reserve_bytes);
    page.family("wharf_disk_reserve_whole").sample({}, std::uint64_t{node.disk->reserve_is_whole});
  }
  page.family("wharf_shard_busy_seconds_total");
  for (std::size_t i = 0; i < node.shards.size(); ++i) page.sample({{"shard", fmt::format("{}", i)}}, seconds(node.shards[i].busy));
  page.family("wharf_shard_hop_seconds");
  for (std::size_t i = 0; i < node.shards.size(); ++i) page.sample({{"shard", fmt::format("{}", i)}}, seconds(node.shards[i].hop));
  page.family("wharf_memory_bytes");
  for (std::size_t i = 0; i < node.shards.size(); ++i) {
    const log::StoreStatistics& store = node.shards[i].store;
    page.sample({{"shard", fmt::format("{}", i)}, {"use", "hot_tail"}}, store.hot_tail_bytes);
    page.sample({{"shard", fmt::format("{}", i)}, {"use", "wal_buffer"}}, store.wal_buffered_bytes);
  }
}

}  // namespace

std::string metrics_page(const Snapshot& snapshot, const runtime::ProcessFacts& process) {
  MetricsText page;
  write_process(page, process);
  write_server(page, snapshot.server);
  if (snapshot.node) {
    write_requests(page, *snapshot.node);
    write_topics(page, *snapshot.node);
    write_groups(page, *snapshot.node);
    write_stores(page, *snapshot.node);
    write_machine(page, *snapshot.node);
    write_rabbitmq(page, snapshot.server, *snapshot.node, process);
  }
  page.family("wharf_scrape_seconds").sample({}, seconds(snapshot.gathering));
  return page.take();
}

std::string topic_page(const std::vector<broker::ShardReport>& shards, const cluster::Topic& topic) {
  std::vector<const broker::PartitionReport*> partitions;
  for (const broker::ShardReport& shard : shards) {
    for (const broker::PartitionReport& partition : shard.partitions) {
      if (partition.partition.topic == topic.id) partitions.push_back(&partition);
    }
  }
  std::ranges::sort(partitions, {}, [](const broker::PartitionReport* partition) { return partition->partition.index; });
  MetricsText page;
  auto each = [&](MetricName name, auto number) {
    page.family(name);
    for (const broker::PartitionReport* partition : partitions) {
      page.sample({{"topic", topic.name}, {"partition", fmt::format("{}", partition->partition.index.value)}}, number(*partition));
    }
  };
  using Report = broker::PartitionReport;
  each("wharf_partition_log_bytes", [](const Report& partition) { return partition.bytes; });
  each("wharf_partition_start_offset", [](const Report& partition) { return partition.log_start.value; });
  each("wharf_partition_high_watermark", [](const Report& partition) { return partition.high_watermark.value; });
  each("wharf_partition_end_offset", [](const Report& partition) { return partition.log_end.value; });
  each("wharf_partition_bytes_in_total", [](const Report& partition) { return partition.statistics.bytes_in; });
  each("wharf_partition_records_in_total", [](const Report& partition) { return partition.statistics.records_in; });
  return page.take();
}

}  // namespace wharf::admin
