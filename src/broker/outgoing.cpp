#include "broker/outgoing.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

#include "broker/hold_until.hpp"
#include "broker/log_batch_room.hpp"
#include "broker/retained_topic.hpp"
#include "broker/routed_message.hpp"
#include "cluster/metadata/key_partition.hpp"
#include "queue/core/dead_letter.hpp"
#include "queue/core/due.hpp"

namespace wharf::broker {
namespace {

/// From here on it is cheaper to share a message's bytes than to gather a batch for each queue (docs/decisions/046).
constexpr std::size_t kSharedBodyBytes = 4u << 10;

bool is_shared(const NamespaceView& view, const routing::Routes& routes, const MessageView& message) {
  if (message.body.size() < kSharedBodyBytes || routes.destinations.size() < 2) return false;
  auto is_queue = [&](routing::DestinationId id) {
    return view.routes->destination(id).kind == routing::DestinationKind::kQueue;
  };
  return std::ranges::count_if(routes.destinations, is_queue) > 1;
}

PartitionId partition_of(const cluster::Topic& topic, const Outgoing::Message& one) {
  return cluster::partition_of_key(topic, one.message.routing_key);
}

/// A topic that a binding leads to has messages of many routing keys: they are its records' keys, where a message has
/// none of its own.
MessageView keyed_for(const cluster::Topic& topic, MessageView message) {
  if (!message.key && topic.name != message.routing_key) message.key = as_bytes(message.routing_key);
  return message;
}

bool has_arrived(const queue::Arrivals* arrived, const queue::Place& place) {
  return arrived != nullptr && std::ranges::find(*arrived, place) != arrived->end();
}

}  // namespace

std::uint32_t Outgoing::add(const NamespaceView& view, const routing::Routes& routes, const Message& message,
                            Timestamp now) {
  std::uint32_t count = 0;
  std::optional<log::OwnedBatches> shared;
  if (is_shared(view, routes, message.message)) shared = log::share(bytes_of(message.message, now, message.sent_as));
  for (routing::DestinationId id : routes.destinations) {
    const routing::Destination& destination = view.routes->destination(id);
    Part* part = nullptr;
    if (destination.kind == routing::DestinationKind::kQueue) {
      const auto& queue = (*view.queues)[id];
      if (!queue || (message.deaths_in && queue::is_cycle(*message.deaths_in, queue->name))) continue;
      if (message.arrived && has_arrived(message.arrived, queue->ref.id)) continue;
      if (queue->settings.hold_until) {
        if (has_arrived(message.arrived, queue::HeldForQueue{queue->name})) continue;
        if (hold_for(*queue, message, now)) {
          ++count;
          continue;
        }
      }
      part = &add(id, *queue, message, shared, now);
    } else {
      auto topic = catalogue_.topics(here_)->find(message.name_space, destination.name);
      if (!topic) continue;
      if (message.arrived && has_arrived(message.arrived, partition_of(*topic, message))) continue;
      part = &add(id, *topic, message, now);
    }
    if (message.number) part->messages.push_back(*message.number);
    ++count;
  }
  for (const routing::HeldBack& held : routes.held_back) {
    const std::string& exchange = view.routes->destination(held.exchange).name;
    if (has_arrived(message.arrived, exchange)) continue;
    hold_back(exchange, held.delay_ms, message, now);
    ++count;
  }
  if ((message.message.mqtt_flags.value_or(0) & kMqttRetain) != 0) retain(message, now);
  if (routes.remembered.empty() || message.arrived != nullptr) return count;
  queue::Delivery kept = delivery_of(message.message, now);
  for (const routing::Remembered& one : routes.remembered) {
    history_.push_back(
        {std::string(message.name_space), view.routes->destination(one.exchange).name, one.messages, kept});
  }
  return count;
}

/// What comes again comes alone: its place among the others is told apart by its number.
bool Outgoing::may_join(const Part& part, const Message& one) {
  bool other_sender = part.number && one.sent_as && part.number->sender != one.sent_as->sender;
  return !part.is_closed && !one.again && !other_sender;
}

void Outgoing::take_number(Part& part, const Message& one) {
  if (one.sent_as) part.number = one.sent_as;
  part.is_closed |= one.again;
}

Outgoing::Part& Outgoing::new_part(routing::DestinationId destination) {
  if (newest_part_.size() <= destination) newest_part_.resize(destination + 1);
  Part& part = parts_.emplace_back(Part{.destination = destination});
  part.next = std::exchange(newest_part_[destination], static_cast<std::uint32_t>(parts_.size()));
  return part;
}

/// The newest one that is the same. Numbers are a namespace's: the part says whether it is meant.
template <class Same>
Outgoing::Part& Outgoing::part_of(routing::DestinationId destination, Same&& same) {
  std::uint32_t place = destination < newest_part_.size() ? newest_part_[destination] : 0;
  for (; place != 0; place = parts_[place - 1].next) {
    if (same(parts_[place - 1])) return parts_[place - 1];
  }
  return new_part(destination);
}

Outgoing::Part& Outgoing::add(routing::DestinationId destination, const QueueInfo& queue, const Message& one,
                              const std::optional<log::OwnedBatches>& shared, Timestamp now) {
  std::uint8_t level = level_in(queue, one.message);
  auto same = [&](const Part& other) { return other.queue == queue.ref && other.level == level; };
  bool alone = shared || one.again || queue.settings.takes_each_alone();
  Part* newest = alone ? nullptr : &part_of(destination, same);
  Part& part = alone || !may_join(*newest, one) ? new_part(destination) : *newest;
  part.queue = queue.ref;
  part.level = level;
  part.persistent |= one.persistent;
  part.expiring |= one.message.expiration.has_value();
  part.body_bytes += one.message.body.size();
  if (shared) {
    part.shared = shared;
    part.is_closed = true;
  } else {
    take_number(part, one);
    append_message(part.builder, one.message, now);
  }
  return part;
}

Outgoing::Part& Outgoing::add(routing::DestinationId destination, const cluster::Topic& topic, const Message& one,
                              Timestamp now) {
  PartitionId partition = partition_of(topic, one);
  // The partition's newest part: none may come before another that came earlier.
  Part* part = &part_of(destination, [&](const Part& other) { return other.partition == partition; });
  bool is_full = part->builder.size_bytes() > room_for(*topic.config, one.message);
  if (part->builder.record_count() > 0 && (is_full || !may_join(*part, one))) part = &new_part(destination);
  part->partition = partition;
  take_number(*part, one);
  append_message(part->builder, keyed_for(topic, one.message), now);
  return *part;
}

/// Its topic's last message from here on; without a body it has none. Whoever publishes so has opened the topic before.
void Outgoing::retain(const Message& one, Timestamp now) {
  auto topic = catalogue_.topics(here_)->find(std::string(kRetainedTopic));
  if (!topic) return;
  std::string key = retained_key(one.name_space, one.message.routing_key);
  PartitionId partition = cluster::partition_of_key(*topic, key);
  if (has_arrived(one.arrived, partition)) return;
  auto newest_first = std::views::reverse(retained_);
  auto newest = std::ranges::find(newest_first, partition, [](const Part& part) { return *part.partition; });
  bool joins = newest != newest_first.end() && may_join(*newest, one);
  Part& part = joins ? *newest : retained_.emplace_back();
  part.partition = partition;
  take_number(part, one);
  if (one.message.body.empty()) {
    part.builder.append({.timestamp = now, .key = as_bytes(key), .value = {}, .headers = {}});
  } else {
    MessageView kept = one.message;
    kept.key = as_bytes(key);
    append_message(part.builder, kept, now);
  }
  if (one.number) part.messages.push_back(*one.number);
}

void Outgoing::hold_back(const std::string& exchange, std::int64_t delay_ms, const Message& one, Timestamp now) {
  delay({.due = queue::due_after(now, delay_ms),
         .name_space = std::string(one.name_space),
         .exchange = exchange,
         .extra_keys = {one.extra_keys.begin(), one.extra_keys.end()}},
        one, now);
}

/// Until the time that its header says. False: that is over, or there is none.
bool Outgoing::hold_for(const QueueInfo& queue, const Message& one, Timestamp now) {
  std::optional<Timestamp> until = held_until(one.message, *queue.settings.hold_until);
  if (!until || until->ms <= now.ms) return false;
  delay({.due = std::min(*until, queue::kLatestDue),
         .name_space = std::string(one.name_space),
         .exchange = std::string(one.message.exchange),
         .queue = queue.name},
        one, now);
  return true;
}

void Outgoing::delay(queue::ScheduleEnvelope envelope, const Message& one, Timestamp now) {
  MessageView kept = one.message;
  forget_retaining(kept);  // it is its topic's last message from now on, and not from then
  delayed_.push_back({.envelope = std::move(envelope), .batch = bytes_of(kept, now), .persistent = one.persistent});
  std::vector<std::size_t>& numbers = delayed_messages_.emplace_back();
  if (one.number) numbers.push_back(*one.number);
}

Outgoing::Gathered Outgoing::take() {
  Gathered gathered{.parts = {.delayed = std::exchange(delayed_, {}), .history = std::exchange(history_, {})},
                    .messages = {}};
  std::vector<std::vector<std::size_t>> of_logs;
  auto batch = [](Part& part) {
    if (part.number) part.builder.set_number(*part.number);
    return batch_of(part.builder);
  };
  for (Part& part : parts_) {
    newest_part_[part.destination] = 0;
    if (part.queue) {
      auto messages = part.shared ? 1u : static_cast<std::uint64_t>(part.builder.record_count());
      gathered.parts.queues.push_back({*part.queue,
                                       {.level = part.level,
                                        .batch = part.shared ? std::move(*part.shared) : batch(part),
                                        .messages = messages,
                                        .body_bytes = part.body_bytes,
                                        .persistent = part.persistent,
                                        .expiring = part.expiring}});
      gathered.messages.push_back(std::move(part.messages));
    } else {
      gathered.parts.logs.push_back({*part.partition, batch(part)});
      of_logs.push_back(std::move(part.messages));
    }
  }
  for (Part& part : std::exchange(retained_, {})) {
    gathered.parts.logs.push_back({*part.partition, batch(part)});
    of_logs.push_back(std::move(part.messages));
  }
  std::ranges::move(of_logs, std::back_inserter(gathered.messages));
  std::ranges::move(std::exchange(delayed_messages_, {}), std::back_inserter(gathered.messages));
  parts_.clear();
  return gathered;
}

}  // namespace wharf::broker
