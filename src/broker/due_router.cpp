#include "broker/due_router.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "broker/log_batch_room.hpp"
#include "broker/routed_message.hpp"
#include "cluster/metadata/key_partition.hpp"
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"

namespace wharf::broker {
namespace {

constexpr std::string_view kDelay = "x-delay";

/// The delay with its sign turned, an integer whatever it was, as RabbitMQ's plugin shows it afterwards: of the
/// sender's own type where that has the number.
PropertyValue turned(const PropertyValue& delay, std::int64_t delay_ms) {
  return std::visit(
      [delay_ms]<class T>(const T&) -> PropertyValue {
        if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) {
          return static_cast<T>(-delay_ms);
        } else {
          if (std::in_range<std::int32_t>(-delay_ms)) return static_cast<std::int32_t>(-delay_ms);
          return -delay_ms;
        }
      },
      delay.alternatives());
}

/// The message as it goes on, with what its views point into.
struct Ready {
  explicit Ready(const queue::DueMessage& due)
      : headers(properties_of(due.record)), keys(due.envelope.extra_keys.begin(), due.envelope.extra_keys.end()) {
    Result<MessageView> stored = message_of(due.record);
    message = stored ? *stored : plain_message_of(due.record);
    message.key.reset();
    if (due.envelope.key) message.key = as_bytes(*due.envelope.key);
    std::int64_t delay_ms = routing::delay_ms(for_routing());
    if (delay_ms <= 0) return;
    auto delay = std::ranges::find(headers, kDelay, &Property::name);
    delay->value = turned(delay->value, delay_ms);
    TableFault fault = encode_properties(encoded, headers);
    WHARF_ASSERT(fault == TableFault::kNone);  // they were a table before
    message.properties = encoded;
  }
  routing::MessageView for_routing() const {
    return {.routing_key = message.routing_key,
            .extra_keys = keys,
            .headers = &headers,
            .message_id = message.message_id,
            .correlation_id = message.correlation_id,
            .timestamp = message.timestamp_seconds};
  }

  MessageView message;
  PropertyTable headers;
  std::vector<std::byte> encoded;
  std::vector<std::string_view> keys;
};

log::OwnedBatches batch_of(BatchBuilder& builder) {
  Result<std::vector<std::byte>> bytes = builder.finish();
  WHARF_ASSERT(bytes);
  return log::own(std::move(*bytes));
}

}  // namespace

/// Batches per destination, in the messages' order.
class DueRouter::Outgoing {
 public:
  void add(const QueueInfo& queue, const MessageView& message, Timestamp now) {
    std::uint8_t level = std::min(message.priority.value_or(0), queue.settings.max_priority);
    std::size_t alone = queue.settings.takes_each_alone() ? queues_.size() + 1 : 0;
    ToQueue& to = queues_[{queue.ref.id, level, alone}];
    to.part.queue = queue.ref;
    to.part.messages.level = level;
    to.part.messages.expiring |= message.expiration.has_value();
    ++to.part.messages.messages;
    to.part.messages.body_bytes += message.body.size();
    append_message(to.builder, message, now);
  }
  void add(const cluster::Topic& topic, const MessageView& message, Timestamp now) {
    std::vector<BatchBuilder>& batches = logs_[cluster::partition_of_key(topic, message.routing_key)];
    bool is_full = !batches.empty() && batches.back().size_bytes() > room_for(*topic.config, message);
    if (batches.empty() || is_full) batches.emplace_back(BatchOptions{});
    append_message(batches.back(), message, now);
  }

  void remember(HistoryEntry entry) { history_.push_back(std::move(entry)); }

  std::vector<HistoryEntry> take_history() { return std::move(history_); }
  std::vector<EnqueuePart> take_queues() {
    std::vector<EnqueuePart> parts;
    for (auto& [key, to] : queues_) {
      to.part.messages.batch = batch_of(to.builder);
      parts.push_back(std::move(to.part));
    }
    return parts;
  }
  std::vector<PublishPart> take_logs() {
    std::vector<PublishPart> parts;
    for (auto& [partition, batches] : logs_) {
      for (BatchBuilder& builder : batches) parts.push_back({partition, batch_of(builder)});
    }
    return parts;
  }

 private:
  struct ToQueue {
    EnqueuePart part;
    BatchBuilder builder{BatchOptions{}};
  };
  struct Key {
    TopicId queue;
    std::uint8_t level;
    std::size_t alone;  // tells the messages of a queue apart that may refuse some
    auto operator<=>(const Key&) const = default;
  };
  std::vector<HistoryEntry> history_;
  std::map<Key, ToQueue> queues_;
  std::map<PartitionId, std::vector<BatchBuilder>> logs_;
};

void DueRouter::route(const queue::DueMessage& due, Outgoing& outgoing) {
  std::optional<NamespaceView> view = to_.entities.find(to_.shard, due.envelope.name_space);
  if (!view) return;
  auto exchange = view->routes->find(routing::DestinationKind::kExchange, due.envelope.exchange);
  if (!exchange) return;
  Ready ready(due);
  Timestamp now = to_.shard.clock().wall_now();
  routing::Routes routes = router_.route(*view->routes, *exchange, ready.for_routing(), dice_.roll());
  for (const routing::Remembered& one : routes.remembered) {
    outgoing.remember({due.envelope.name_space, view->routes->destination(one.exchange).name, one.messages,
                       delivery_of(ready.message, now)});
  }
  for (routing::DestinationId id : routes.destinations) {
    const routing::Destination& destination = view->routes->destination(id);
    if (destination.kind == routing::DestinationKind::kQueue) {
      if (const auto& queue = (*view->queues)[id]) outgoing.add(*queue, ready.message, now);
    } else if (auto topic = to_.catalogue.topics(to_.shard)->find(destination.name)) {
      outgoing.add(*topic, ready.message, now);
    }
  }
}

/// What is full or gone takes none, as a publisher would find; where the machine is the reason, it is tried again.
bool DueRouter::is_kept(const Result<void>& outcome) {
  if (outcome) return true;
  switch (outcome.error().code) {
    case ErrorCode::kStorage:
    case ErrorCode::kDiskFull:
    case ErrorCode::kTimedOut:
    case ErrorCode::kClosed:
    case ErrorCode::kBusy:
    case ErrorCode::kUnavailable:
      return false;
    case ErrorCode::kFull:
    case ErrorCode::kNotFound:
      return true;
    default:
      to_.logger.warn("delayed messages were refused where they went", {{"reason", outcome.error().message}});
      return true;
  }
}

runtime::Task<bool> DueRouter::send_on(std::vector<queue::DueMessage> messages) {
  Outgoing outgoing;
  for (const queue::DueMessage& message : messages) route(message, outgoing);
  std::vector<HistoryEntry> history = outgoing.take_history();
  if (!history.empty()) to_.histories.remember(to_.shard, std::move(history));
  bool kept = true;
  std::vector<EnqueuePart> queues = outgoing.take_queues();
  if (!queues.empty()) {
    std::vector<Result<void>> outcomes = co_await to_.queues.enqueue(to_.shard, std::move(queues));
    for (const Result<void>& outcome : outcomes) kept &= is_kept(outcome);
  }
  std::vector<PublishPart> logs = outgoing.take_logs();
  if (!logs.empty()) {
    constexpr Nanoseconds kDeadline = std::chrono::seconds(30);
    std::vector<Result<Published>> outcomes =
        co_await to_.publish.publish(to_.shard, std::move(logs), Acknowledge::kCommitted, to_.shard.now() + kDeadline);
    for (const Result<Published>& outcome : outcomes) kept &= is_kept(outcome ? Result<void>() : fail(outcome.error()));
  }
  co_return kept;
}

}  // namespace wharf::broker
