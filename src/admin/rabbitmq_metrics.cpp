#include "admin/rabbitmq_metrics.hpp"

namespace wharf::admin {
namespace {

using broker::ChurnEvent;
using queue::QueueEvent;

void write_node(MetricsText& page, const ServerNumbers& server, const NodeNumbers& node,
                const runtime::ProcessFacts& process) {
  page.family("rabbitmq_build_info")
      .sample({{"rabbitmq_version", server.rabbitmq_version}, {"wharf_version", server.version}}, std::uint64_t{1});
  page.family("rabbitmq_identity_info")
      .sample({{"rabbitmq_node", server.node_name},
               {"rabbitmq_cluster", server.cluster_name},
               {"rabbitmq_cluster_permanent_id", server.cluster_name}},
              std::uint64_t{1});
  page.family("rabbitmq_process_open_fds").sample({}, process.open_files);
  page.family("rabbitmq_process_max_fds").sample({}, process.max_open_files);
  page.family("rabbitmq_process_resident_memory_bytes").sample({}, process.resident_bytes);
  page.family("rabbitmq_resident_memory_limit_bytes").sample({}, server.memory_high_bytes);
  if (node.disk) {
    page.family("rabbitmq_disk_space_available_bytes").sample({}, node.disk->available_bytes);
    page.family("rabbitmq_disk_space_available_limit_bytes").sample({}, node.disk->reserve_bytes);
  }
  const broker::Shortage shortage = node.shards.empty() ? broker::Shortage() : node.shards.front().shortage;
  page.family("rabbitmq_alarms_memory_used_watermark").sample({}, std::uint64_t{shortage.memory});
  page.family("rabbitmq_alarms_free_disk_space_watermark").sample({}, std::uint64_t{shortage.disk});
}

void write_churn(MetricsText& page, const broker::ChurnTraffic& churn, std::uint64_t consumers, std::uint64_t queues) {
  auto open = [&](ChurnEvent made, ChurnEvent gone) { return churn.total(made) - churn.total(gone); };
  page.family("rabbitmq_connections").sample({}, open(ChurnEvent::kConnectionCreated, ChurnEvent::kConnectionClosed));
  page.family("rabbitmq_channels").sample({}, open(ChurnEvent::kChannelCreated, ChurnEvent::kChannelClosed));
  page.family("rabbitmq_consumers").sample({}, consumers);
  page.family("rabbitmq_queues").sample({}, queues);
  page.family("rabbitmq_connections_opened_total").sample({}, churn.total(ChurnEvent::kConnectionCreated));
  page.family("rabbitmq_connections_closed_total").sample({}, churn.total(ChurnEvent::kConnectionClosed));
  page.family("rabbitmq_channels_opened_total").sample({}, churn.total(ChurnEvent::kChannelCreated));
  page.family("rabbitmq_channels_closed_total").sample({}, churn.total(ChurnEvent::kChannelClosed));
  page.family("rabbitmq_queues_declared_total").sample({}, churn.total(ChurnEvent::kQueueDeclared));
  page.family("rabbitmq_queues_created_total").sample({}, churn.total(ChurnEvent::kQueueCreated));
  page.family("rabbitmq_queues_deleted_total").sample({}, churn.total(ChurnEvent::kQueueDeleted));
}

void write_channels(MetricsText& page, const MessageTraffic& messages) {
  auto one = [&](MetricName name, MessageEvent event) { page.family(name).sample({}, messages.total(event)); };
  one("rabbitmq_channel_messages_published_total", MessageEvent::kPublish);
  one("rabbitmq_channel_messages_confirmed_total", MessageEvent::kConfirm);
  one("rabbitmq_channel_messages_unroutable_returned_total", MessageEvent::kReturnUnroutable);
  one("rabbitmq_channel_messages_unroutable_dropped_total", MessageEvent::kDropUnroutable);
  one("rabbitmq_channel_messages_delivered_ack_total", MessageEvent::kDeliver);
  one("rabbitmq_channel_messages_delivered_total", MessageEvent::kDeliverNoAck);
  one("rabbitmq_channel_get_ack_total", MessageEvent::kGet);
  one("rabbitmq_channel_get_total", MessageEvent::kGetNoAck);
  one("rabbitmq_channel_get_empty_total", MessageEvent::kGetEmpty);
  one("rabbitmq_channel_messages_redelivered_total", MessageEvent::kRedeliver);
  one("rabbitmq_channel_messages_acked_total", MessageEvent::kAck);
}

/// The same by protocol, as newer dashboards ask.
void write_global(MetricsText& page, const MessageTraffic& messages, std::uint64_t consumers) {
  auto one = [&](MetricName name, std::uint64_t value) { page.family(name).sample({{"protocol", "amqp091"}}, value); };
  auto total = [&](MessageEvent event) { return messages.total(event); };
  one("rabbitmq_global_messages_received_total", total(MessageEvent::kPublish));
  one("rabbitmq_global_messages_confirmed_total", total(MessageEvent::kConfirm));
  one("rabbitmq_global_messages_unroutable_returned_total", total(MessageEvent::kReturnUnroutable));
  one("rabbitmq_global_messages_unroutable_dropped_total", total(MessageEvent::kDropUnroutable));
  one("rabbitmq_global_messages_delivered_total", total(MessageEvent::kDeliver) + total(MessageEvent::kDeliverNoAck) +
                                                      total(MessageEvent::kGet) + total(MessageEvent::kGetNoAck));
  one("rabbitmq_global_messages_delivered_consume_manual_ack_total", total(MessageEvent::kDeliver));
  one("rabbitmq_global_messages_delivered_consume_auto_ack_total", total(MessageEvent::kDeliverNoAck));
  one("rabbitmq_global_messages_delivered_get_manual_ack_total", total(MessageEvent::kGet));
  one("rabbitmq_global_messages_delivered_get_auto_ack_total", total(MessageEvent::kGetNoAck));
  one("rabbitmq_global_messages_get_empty_total", total(MessageEvent::kGetEmpty));
  one("rabbitmq_global_messages_redelivered_total", total(MessageEvent::kRedeliver));
  one("rabbitmq_global_messages_acknowledged_total", total(MessageEvent::kAck));
  one("rabbitmq_global_consumers", consumers);
}

/// Why messages end without having been acknowledged.
constexpr auto kReasons =
    std::to_array<QueueEvent>({QueueEvent::kExpired, QueueEvent::kDropped, QueueEvent::kUndeliverable,
                               QueueEvent::kRejected, QueueEvent::kPurged, QueueEvent::kRefused});
constexpr std::string_view name_of(QueueEvent event) {
  return queue::kQueueEventNames[static_cast<std::size_t>(event)];
}

/// One value of each metric of queues, whatever stands before it.
template <class Queues, class Write>
void write_queues(MetricsText& page, const Queues& queues, Write write) {
  auto each = [&](MetricName name, auto number) {
    page.family(name);
    for (const auto& one : queues) write(one, number(one.numbers));
  };
  using Numbers = broker::QueueNumbers;
  each("rabbitmq_queue_messages", [](const Numbers& one) { return one.counts.ready + one.counts.unsettled; });
  each("rabbitmq_queue_messages_ready", [](const Numbers& one) { return one.counts.ready; });
  each("rabbitmq_queue_messages_unacked", [](const Numbers& one) { return one.counts.unsettled; });
  each("rabbitmq_queue_messages_bytes", [](const Numbers& one) { return one.ready_bytes + one.unsettled_bytes; });
  each("rabbitmq_queue_messages_ready_bytes", [](const Numbers& one) { return one.ready_bytes; });
  each("rabbitmq_queue_messages_unacked_bytes", [](const Numbers& one) { return one.unsettled_bytes; });
  each("rabbitmq_queue_consumers", [](const Numbers& one) { return one.counts.consumers; });
  auto event = [&](MetricName name, QueueEvent which) {
    each(name, [which](const Numbers& one) { return one.traffic.total(which); });
  };
  event("rabbitmq_queue_messages_published_total", QueueEvent::kPublish);
  event("rabbitmq_queue_messages_delivered_ack_total", QueueEvent::kDeliver);
  event("rabbitmq_queue_messages_delivered_total", QueueEvent::kDeliverNoAck);
  event("rabbitmq_queue_get_ack_total", QueueEvent::kGet);
  event("rabbitmq_queue_get_total", QueueEvent::kGetNoAck);
  event("rabbitmq_queue_get_empty_total", QueueEvent::kGetEmpty);
  event("rabbitmq_queue_messages_redelivered_total", QueueEvent::kRedeliver);
  event("rabbitmq_queue_messages_acked_total", QueueEvent::kAck);
  event("wharf_queue_dead_lettered_messages_total", QueueEvent::kDeadLettered);
}

/// All queues of the node. What has passed is counted for channels.
void write_all_queues(MetricsText& page, const broker::QueueSums& all) {
  page.family("rabbitmq_queue_messages").sample({}, all.counts.ready + all.counts.unsettled);
  page.family("rabbitmq_queue_messages_ready").sample({}, all.counts.ready);
  page.family("rabbitmq_queue_messages_unacked").sample({}, all.counts.unsettled);
  page.family("rabbitmq_queue_messages_bytes").sample({}, all.ready_bytes + all.unsettled_bytes);
  page.family("rabbitmq_queue_messages_ready_bytes").sample({}, all.ready_bytes);
  page.family("rabbitmq_queue_messages_unacked_bytes").sample({}, all.unsettled_bytes);
  page.family("rabbitmq_queue_consumers").sample({}, all.counts.consumers);
  page.family("wharf_queue_undelivered_messages_total");
  for (QueueEvent reason : kReasons) page.sample({{"reason", name_of(reason)}}, all.traffic.total(reason));
  page.family("wharf_queue_dead_lettered_messages_total").sample({}, all.traffic.total(QueueEvent::kDeadLettered));
}

}  // namespace

void write_rabbitmq(MetricsText& page, const ServerNumbers& server, const NodeNumbers& node,
                    const runtime::ProcessFacts& process) {
  const broker::QueueSums& queues = node.queues;
  MessageTraffic messages = node.traffic.gone.messages;
  broker::ConnectionTraffic connections = node.traffic.gone.connections;
  for (const auto& [name, vhost] : node.traffic.vhosts) {
    messages.add(vhost.messages);
    connections.add(vhost.connections);
  }
  write_node(page, server, node, process);
  write_churn(page, node.traffic.churn, queues.counts.consumers, queues.queues);
  write_channels(page, messages);
  write_global(page, messages, queues.counts.consumers);
  page.family("rabbitmq_connection_incoming_bytes_total")
      .sample({}, connections.total(broker::ConnectionEvent::kBytesIn));
  page.family("rabbitmq_connection_outgoing_bytes_total")
      .sample({}, connections.total(broker::ConnectionEvent::kBytesOut));
  write_all_queues(page, queues);
}

std::string queues_page(const std::vector<NamedQueue>& queues) {
  MetricsText page;
  write_queues(page, queues, [&page](const NamedQueue& queue, std::uint64_t value) {
    page.sample({{"vhost", queue.vhost}, {"queue", queue.name}}, value);
  });
  page.family("wharf_queue_undelivered_messages_total");
  for (const NamedQueue& queue : queues) {
    for (QueueEvent reason : kReasons) {
      page.sample({{"vhost", queue.vhost}, {"queue", queue.name}, {"reason", name_of(reason)}},
                  queue.numbers.traffic.total(reason));
    }
  }
  page.family("wharf_queue_disk_bytes");
  for (const NamedQueue& queue : queues) {
    page.sample({{"vhost", queue.vhost}, {"queue", queue.name}}, queue.disk_bytes);
  }
  page.family("wharf_queue_oldest_unsettled_seconds");
  for (const NamedQueue& queue : queues) {
    page.sample({{"vhost", queue.vhost}, {"queue", queue.name}}, static_cast<double>(queue.held_for.count()) / 1000);
  }
  return page.take();
}

}  // namespace wharf::admin
