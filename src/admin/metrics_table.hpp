#pragma once
// Every metric, one line each: what /metrics may show, and what docs/metrics.md lists. Names follow Prometheus's rules: the unit
// at the end, counters in _total; `process_` is what every program calls the same.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wharf::admin {

enum class MetricType : std::uint8_t { kGauge, kCounter, kHistogram };

constexpr std::string_view to_string(MetricType type) {
  if (type == MetricType::kGauge) return "gauge";
  return type == MetricType::kCounter ? "counter" : "histogram";
}

struct Metric {
  std::string_view name;
  MetricType type;
  std::string_view labels;  // "topic, partition"; empty: none
  std::string_view help;
};

// clang-format off
using enum MetricType;
inline constexpr auto kMetrics = std::to_array<Metric>({
  {"process_start_time_seconds", kGauge, "", "When the process started, in seconds since 1970."},
  {"process_cpu_seconds_total", kCounter, "", "Processor time that the process has used."},
  {"process_resident_memory_bytes", kGauge, "", "Memory of the process that is in RAM."},
  {"process_virtual_memory_bytes", kGauge, "", "Address space of the process."},
  {"process_open_fds", kGauge, "", "Open file descriptors."},
  {"process_max_fds", kGauge, "", "Most file descriptors that may be open."},
  {"wharf_build_info", kGauge, "version", "1; the label says which version runs."},
  {"wharf_state", kGauge, "state", "1 for the state that the server is in, 0 for the others: recovering, ready, stopping."},
  {"wharf_recovery_seconds", kGauge, "", "How long the last start took until the ports opened; while recovering, so far."},
  {"wharf_recovery_partitions", kGauge, "", "Partitions that the last start found, shard by shard."},
  {"wharf_recovery_partitions_done", kGauge, "", "How many of them it has recovered."},
  {"wharf_recovery_scanned_bytes", kGauge, "", "Bytes of segments that it had to look through because no checkpoint vouched for them."},

  {"wharf_connections", kGauge, "listener", "Open connections."},
  {"wharf_connections_accepted_total", kCounter, "listener", "Connections that were accepted."},
  {"wharf_connections_refused_total", kCounter, "listener", "Connections closed at once because connections.limit, or the limit of open files, was reached."},
  {"wharf_request_seconds", kHistogram, "protocol, request", "From a request's arrival to its whole answer, long polls and waits for the disk included. Requests that were never sent are left out."},
  {"wharf_request_errors_total", kCounter, "protocol, request, error", "Answers with an error, by the first one in them."},

  {"wharf_topic_partitions", kGauge, "vhost, topic", "Partitions of the topic. Without vhost in the virtual host /, as all of wharf_topic_*."},
  {"wharf_topic_bytes_in_total", kCounter, "vhost, topic", "Bytes of record batches appended, as stored."},
  {"wharf_topic_records_in_total", kCounter, "vhost, topic", "Records appended."},
  {"wharf_topic_batches_in_total", kCounter, "vhost, topic", "Record batches appended."},
  {"wharf_topic_bytes_out_total", kCounter, "vhost, topic", "Bytes of record batches sent to readers."},
  {"wharf_topic_records_out_total", kCounter, "vhost, topic", "Records sent to readers; offsets are counted where they went from a file, so that what compaction took away counts too."},
  {"wharf_topic_log_bytes", kGauge, "vhost, topic", "Bytes of records kept, all partitions together."},
  {"wharf_topic_records", kGauge, "vhost, topic", "Offsets between log start and high watermark: the records kept, and what compaction took away between them."},
  {"wharf_topic_start_offset_sum", kGauge, "vhost, topic", "Sum of the partitions' log start offsets."},
  {"wharf_topic_high_watermark_sum", kGauge, "vhost, topic", "Sum of the partitions' high watermarks: the first offsets that readers do not see."},
  {"wharf_topic_end_offset_sum", kGauge, "vhost, topic", "Sum of the partitions' log end offsets."},
  {"wharf_topic_compaction_failing", kGauge, "vhost, topic", "Partitions of which the last pass of compaction failed: it is tried again, and until one succeeds they grow."},
  {"wharf_partition_log_bytes", kGauge, "topic, partition", "Bytes of records kept. Only with ?topic=NAME, as all of wharf_partition_*."},
  {"wharf_partition_start_offset", kGauge, "topic, partition", "Log start offset."},
  {"wharf_partition_high_watermark", kGauge, "topic, partition", "High watermark."},
  {"wharf_partition_end_offset", kGauge, "topic, partition", "Log end offset."},
  {"wharf_partition_bytes_in_total", kCounter, "topic, partition", "Bytes of record batches appended, as stored."},
  {"wharf_partition_records_in_total", kCounter, "topic, partition", "Records appended."},

  {"wharf_groups", kGauge, "state", "Consumer groups by state."},
  {"wharf_group_members", kGauge, "group", "Members of the group."},
  {"wharf_group_silent_members", kGauge, "group", "Members that own a partition with records waiting and have not asked for it for admin.silent.member.ms."},
  {"wharf_group_generation", kGauge, "group", "Generation of a group with members: each rebalance makes one."},
  {"wharf_group_unowned_partitions", kGauge, "group", "Partitions of the topics that the members ask for, and that none of them has, while the group is stable."},
  {"wharf_group_lag_records", kGauge, "group, topic", "Offsets between what the group has committed and the high watermark, over the partitions that it committed for."},
  {"wharf_group_lag_seconds", kGauge, "group, topic", "Age of the oldest batch with a record that the group has not committed; 0 when there is none. Left out until known: a scrape reads at most 64 of them from the disk."},

  {"wharf_flush_seconds", kHistogram, "shard", "How long one flush of the write-ahead log took: what acks=all waits for, many requests at a time."},
  {"wharf_flush_bytes", kHistogram, "shard", "How much one flush of the write-ahead log made durable."},
  {"wharf_flush_failures_total", kCounter, "shard", "Flushes that failed."},
  {"wharf_wal_bytes", kGauge, "shard", "Bytes in the write-ahead log that no checkpoint has freed yet."},
  {"wharf_checkpoints_total", kCounter, "shard", "Checkpoints written."},
  {"wharf_checkpoint_failures_total", kCounter, "shard", "Checkpoints that failed."},
  {"wharf_partitions", kGauge, "shard", "Partitions that the shard owns."},
  {"wharf_log_open_files", kGauge, "shard", "Open files of segments and indexes."},
  {"wharf_cold_reads_total", kCounter, "shard", "Reads that had to wait for the disk."},
  {"wharf_segments_deleted_total", kCounter, "shard", "Segments deleted by retention, DeleteRecords and compaction."},
  {"wharf_damaged_ranges_total", kCounter, "shard", "Damaged or lost ranges of records found since the start."},
  {"wharf_compactions_total", kCounter, "shard", "Passes of compaction."},
  {"wharf_compaction_failures_total", kCounter, "shard", "Passes of compaction that failed."},
  {"wharf_compaction_read_bytes_total", kCounter, "shard", "Bytes read by compaction."},
  {"wharf_delayed_messages", kGauge, "shard", "Messages that wait until they are due: of delayed exchanges, held by a policy (hold-until), wills."},
  {"wharf_disk_refusing", kGauge, "shard", "1 while appends to flush=sync topics fail because the write-ahead log cannot be written."},
  {"wharf_alarm", kGauge, "resource", "1 while the node is low on memory (memory.high.watermark.ratio) or disk: publishers of AMQP, MQTT and STOMP are held back."},
  {"wharf_disk_total_bytes", kGauge, "", "Size of the disk with the data folder (--memory: the limit)."},
  {"wharf_disk_available_bytes", kGauge, "", "What is free of it."},
  {"wharf_disk_reserve_bytes", kGauge, "", "disk.reserve.bytes: what should be kept aside for a full disk."},
  {"wharf_disk_reserve_whole", kGauge, "", "1 while the reserve is there, 0 when it was given up or could not be made."},

  {"wharf_shard_busy_seconds_total", kCounter, "shard", "Processor time of the shard's thread; its rate is the share of a core that the shard uses."},
  {"wharf_shard_hop_seconds", kGauge, "shard", "How long the shard took to turn to this scrape: what any work handed to it waits."},
  {"wharf_memory_bytes", kGauge, "shard, use", "Memory that the shard accounts for: hot_tail (newest records), wal_buffer (not yet flushed)."},
  {"wharf_scrape_seconds", kGauge, "", "How long it took to gather this page."},

  {"rabbitmq_build_info", kGauge, "rabbitmq_version, wharf_version", "1; the labels say which RabbitMQ clients are told of, and which Wharf it is. These and all that follow are named and counted as RabbitMQ's Prometheus plugin does."},
  {"rabbitmq_identity_info", kGauge, "rabbitmq_node, rabbitmq_cluster, rabbitmq_cluster_permanent_id", "1; what RabbitMQ's dashboards join on."},
  {"rabbitmq_process_open_fds", kGauge, "", "Open file descriptors."},
  {"rabbitmq_process_max_fds", kGauge, "", "Most file descriptors that may be open."},
  {"rabbitmq_process_resident_memory_bytes", kGauge, "", "Memory of the process that is in RAM."},
  {"rabbitmq_resident_memory_limit_bytes", kGauge, "", "memory.high.watermark: above it publishers wait."},
  {"rabbitmq_disk_space_available_bytes", kGauge, "", "What is free of the disk."},
  {"rabbitmq_disk_space_available_limit_bytes", kGauge, "", "disk.reserve.bytes."},
  {"rabbitmq_alarms_memory_used_watermark", kGauge, "", "1 while publishers wait for memory."},
  {"rabbitmq_alarms_free_disk_space_watermark", kGauge, "", "1 while publishers wait for disk."},
  {"rabbitmq_connections", kGauge, "", "Connections whose clients have signed in, Kafka's too."},
  {"rabbitmq_channels", kGauge, "", "Channels."},
  {"rabbitmq_consumers", kGauge, "", "Consumers of queues."},
  {"rabbitmq_queues", kGauge, "", "Queues."},
  {"rabbitmq_connections_opened_total", kCounter, "", "Connections opened."},
  {"rabbitmq_connections_closed_total", kCounter, "", "Connections closed."},
  {"rabbitmq_channels_opened_total", kCounter, "", "Channels opened."},
  {"rabbitmq_channels_closed_total", kCounter, "", "Channels closed."},
  {"rabbitmq_queues_declared_total", kCounter, "", "Declarations of queues by AMQP's clients, of those that were there too."},
  {"rabbitmq_queues_created_total", kCounter, "", "Queues made."},
  {"rabbitmq_queues_deleted_total", kCounter, "", "Queues deleted."},
  {"rabbitmq_channel_messages_published_total", kCounter, "", "Messages published, wherever they went."},
  {"rabbitmq_channel_messages_confirmed_total", kCounter, "", "Messages confirmed to their publishers."},
  {"rabbitmq_channel_messages_unroutable_returned_total", kCounter, "", "Mandatory messages that went nowhere, and back."},
  {"rabbitmq_channel_messages_unroutable_dropped_total", kCounter, "", "Messages that went nowhere."},
  {"rabbitmq_channel_messages_delivered_ack_total", kCounter, "", "Messages delivered to consumers that acknowledge."},
  {"rabbitmq_channel_messages_delivered_total", kCounter, "", "Messages delivered to consumers that do not acknowledge."},
  {"rabbitmq_channel_get_ack_total", kCounter, "", "Messages got by basic.get, to be acknowledged."},
  {"rabbitmq_channel_get_total", kCounter, "", "Messages got by basic.get, without acknowledgement."},
  {"rabbitmq_channel_get_empty_total", kCounter, "", "basic.get that found nothing."},
  {"rabbitmq_channel_messages_redelivered_total", kCounter, "", "Messages delivered or got as redelivered."},
  {"rabbitmq_channel_messages_acked_total", kCounter, "", "Messages acknowledged by consumers."},
  {"rabbitmq_global_messages_received_total", kCounter, "protocol", "Messages published, wherever they went."},
  {"rabbitmq_global_messages_confirmed_total", kCounter, "protocol", "Messages confirmed to their publishers."},
  {"rabbitmq_global_messages_unroutable_returned_total", kCounter, "protocol", "Mandatory messages that went nowhere, and back."},
  {"rabbitmq_global_messages_unroutable_dropped_total", kCounter, "protocol", "Messages that went nowhere."},
  {"rabbitmq_global_messages_delivered_total", kCounter, "protocol", "Messages delivered or got."},
  {"rabbitmq_global_messages_delivered_consume_manual_ack_total", kCounter, "protocol", "Messages delivered to consumers that acknowledge."},
  {"rabbitmq_global_messages_delivered_consume_auto_ack_total", kCounter, "protocol", "Messages delivered to consumers that do not acknowledge."},
  {"rabbitmq_global_messages_delivered_get_manual_ack_total", kCounter, "protocol", "Messages got by basic.get, to be acknowledged."},
  {"rabbitmq_global_messages_delivered_get_auto_ack_total", kCounter, "protocol", "Messages got by basic.get, without acknowledgement."},
  {"rabbitmq_global_messages_get_empty_total", kCounter, "protocol", "basic.get that found nothing."},
  {"rabbitmq_global_messages_redelivered_total", kCounter, "protocol", "Messages delivered or got as redelivered."},
  {"rabbitmq_global_messages_acknowledged_total", kCounter, "protocol", "Messages acknowledged by consumers."},
  {"rabbitmq_global_consumers", kGauge, "protocol", "Consumers of queues."},
  {"rabbitmq_connection_incoming_bytes_total", kCounter, "", "Bytes that AMQP's clients sent."},
  {"rabbitmq_connection_outgoing_bytes_total", kCounter, "", "Bytes that AMQP's clients were sent."},
  {"rabbitmq_queue_messages", kGauge, "vhost, queue", "Messages in queues. Of all queues together, without labels; with ?queue=PATTERN or ?top=NUMBER of single ones, as all of rabbitmq_queue_*."},
  {"rabbitmq_queue_messages_ready", kGauge, "vhost, queue", "Messages that wait."},
  {"rabbitmq_queue_messages_unacked", kGauge, "vhost, queue", "Messages that are out, and not settled."},
  {"rabbitmq_queue_messages_bytes", kGauge, "vhost, queue", "Bytes of the bodies of messages in queues."},
  {"rabbitmq_queue_messages_ready_bytes", kGauge, "vhost, queue", "Of those that wait."},
  {"rabbitmq_queue_messages_unacked_bytes", kGauge, "vhost, queue", "Of those that are out."},
  {"rabbitmq_queue_consumers", kGauge, "vhost, queue", "Consumers."},
  {"rabbitmq_queue_messages_published_total", kCounter, "vhost, queue", "Messages that came into the queue. Of single queues only, as the counters that follow."},
  {"rabbitmq_queue_messages_delivered_ack_total", kCounter, "vhost, queue", "Messages delivered to consumers that acknowledge."},
  {"rabbitmq_queue_messages_delivered_total", kCounter, "vhost, queue", "Messages delivered to consumers that do not acknowledge."},
  {"rabbitmq_queue_get_ack_total", kCounter, "vhost, queue", "Messages got by basic.get, to be acknowledged."},
  {"rabbitmq_queue_get_total", kCounter, "vhost, queue", "Messages got by basic.get, without acknowledgement."},
  {"rabbitmq_queue_get_empty_total", kCounter, "vhost, queue", "basic.get that found nothing."},
  {"rabbitmq_queue_messages_redelivered_total", kCounter, "vhost, queue", "Messages delivered or got as redelivered."},
  {"rabbitmq_queue_messages_acked_total", kCounter, "vhost, queue", "Messages acknowledged by consumers."},
  {"wharf_queue_undelivered_messages_total", kCounter, "vhost, queue, reason", "Messages that no consumer has acknowledged, by why they went: expired, dropped (too many in the queue), delivery_limit (came back too often), rejected (by a consumer, for good), purged, refused (the queue was full: never in it). Of all queues together, those that are gone too, without vhost and queue."},
  {"wharf_queue_dead_lettered_messages_total", kCounter, "vhost, queue", "Those of them that were sent to where the dead go. Of all queues together likewise."},
  {"wharf_queue_disk_bytes", kGauge, "vhost, queue", "What the queue keeps on disk. Of single queues only, as the one that follows."},
  {"wharf_queue_oldest_unsettled_seconds", kGauge, "vhost, queue", "How long somebody has held the oldest message, which keeps all behind it on disk, without settling it; 0 while nobody does."},
});
// clang-format on

/// Where `name` stands in kMetrics; its size when there is no such metric.
constexpr std::size_t metric_index(std::string_view name) {
  std::size_t index = 0;
  while (index < kMetrics.size() && kMetrics[index].name != name) ++index;
  return index;
}

}  // namespace wharf::admin
