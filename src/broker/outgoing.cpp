#include "broker/outgoing.hpp"

#include <algorithm>
#include <utility>

#include "broker/log_batch_room.hpp"
#include "broker/routed_message.hpp"
#include "cluster/metadata/key_partition.hpp"
#include "queue/core/dead_letter.hpp"

namespace wharf::broker {
namespace {

constexpr std::uint8_t kPersistent = 2;  // delivery mode

log::OwnedBatches batch_of(BatchBuilder& builder) {
  Result<std::vector<std::byte>> bytes = builder.finish();
  WHARF_ASSERT(bytes);  // each message is far below a batch's limit, and nothing is compressed
  return log::own(std::move(*bytes));
}

}  // namespace

std::size_t Outgoing::add(const NamespaceView& view, const routing::Routes& routes, const Message& message) {
  Timestamp now = here_.clock().wall_now();
  std::size_t count = 0;
  for (routing::DestinationId id : routes.destinations) {
    const routing::Destination& destination = view.routes->destination(id);
    if (destination.kind == routing::DestinationKind::kQueue) {
      const auto& queue = (*view.queues)[id];
      if (!queue || (message.deaths_in && queue::is_cycle(*message.deaths_in, queue->name))) continue;
      add(*queue, message, now);
    } else {
      auto topic = to_.catalogue.topics(here_)->find(destination.name);
      if (!topic) continue;
      add(*topic, message, now);
    }
    ++count;
  }
  for (const routing::HeldBack& held : routes.held_back) {
    hold_back(view.routes->destination(held.exchange).name, held.delay_ms, message, now);
    ++count;
  }
  for (const routing::Remembered& one : routes.remembered) {
    history_.push_back({message.name_space, view.routes->destination(one.exchange).name, one.messages,
                        delivery_of(message.message, now)});
  }
  return count;
}

void Outgoing::add(const QueueInfo& queue, const Message& one, Timestamp now) {
  const MessageView& message = one.message;
  std::uint8_t level = std::min(message.priority.value_or(0), queue.settings.max_priority);
  std::size_t alone = queue.settings.takes_each_alone() ? queues_.size() + 1 : 0;
  ToQueue& to = queues_[{queue.ref.id, level, alone}];
  to.part.queue = queue.ref;
  to.part.messages.level = level;
  to.part.messages.expiring |= message.expiration.has_value();
  ++to.part.messages.messages;
  to.part.messages.body_bytes += message.body.size();
  append_message(to.builder, message, now);
  to.messages.push_back(one.number);
}

void Outgoing::add(const cluster::Topic& topic, const Message& one, Timestamp now) {
  std::vector<ToLog>& batches = logs_[cluster::partition_of_key(topic, one.message.routing_key)];
  bool is_full = !batches.empty() && batches.back().builder.size_bytes() > room_for(*topic.config, one.message);
  if (batches.empty() || is_full) batches.emplace_back();
  append_message(batches.back().builder, one.message, now);
  batches.back().messages.push_back(one.number);
}

void Outgoing::hold_back(std::string exchange, std::int64_t delay_ms, const Message& one, Timestamp now) {
  std::int64_t wait = std::min(delay_ms, queue::kLatestDue.ms - now.ms);
  delayed_.push_back({.envelope = {.due = Timestamp{now.ms + wait},
                                   .name_space = one.name_space,
                                   .exchange = std::move(exchange),
                                   .extra_keys = one.extra_keys},
                      .batch = bytes_of(one.message, now),
                      .persistent = one.message.delivery_mode == kPersistent});
  delayed_messages_.push_back(one.number);
}

runtime::Task<std::vector<Outgoing::Sent>> Outgoing::send() {
  OutgoingParts parts{.delayed = std::move(delayed_), .history = std::move(history_)};
  std::vector<Sent> sent;
  for (auto& [key, to] : queues_) {
    to.part.messages.batch = batch_of(to.builder);
    parts.queues.push_back(std::move(to.part));
    sent.push_back({std::move(to.messages), {}});
  }
  for (auto& [partition, batches] : logs_) {
    for (ToLog& batch : batches) {
      parts.logs.push_back({partition, batch_of(batch.builder)});
      sent.push_back({std::move(batch.messages), {}});
    }
  }
  for (std::size_t number : delayed_messages_) sent.push_back({{number}, {}});
  std::vector<Result<void>> outcomes = co_await broker::send(here_, to_, std::move(parts));
  for (std::size_t i = 0; i < outcomes.size(); ++i) sent[i].outcome = std::move(outcomes[i]);
  co_return sent;
}

}  // namespace wharf::broker
