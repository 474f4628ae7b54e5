#include "protocols/amqp091/handlers/publish_turn.hpp"

#include <algorithm>
#include <utility>

#include "broker/log_batch_room.hpp"
#include "cluster/metadata/key_partition.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::uint8_t kPersistent = 2;  // delivery mode

log::OwnedBatches batch_of(BatchBuilder& builder) {
  Result<std::vector<std::byte>> bytes = builder.finish();
  WHARF_ASSERT(bytes);  // a read is far below a batch's limit, and nothing is compressed
  return log::own(std::move(*bytes));
}

}  // namespace

PublishTurn::Part& PublishTurn::new_part(routing::DestinationId destination) {
  if (first_part_.size() <= destination) first_part_.resize(destination + 1);
  last_ = parts_.size();
  Part& part = parts_.emplace_back(Part{.destination = destination});
  part.next = std::exchange(first_part_[destination], static_cast<std::uint32_t>(last_ + 1));
  return part;
}

template <class Same>
PublishTurn::Part& PublishTurn::part_of(routing::DestinationId destination, Same&& same) {
  std::uint32_t place = destination < first_part_.size() ? first_part_[destination] : 0;
  for (; place != 0; place = parts_[last_].next) {
    last_ = place - 1;
    if (same(parts_[last_])) return parts_[last_];
  }
  return new_part(destination);
}

void PublishTurn::add(routing::DestinationId destination, const broker::QueueInfo& queue, const MessageView& message,
                      Timestamp now) {
  std::uint8_t level = std::min(message.priority.value_or(0), queue.settings.max_priority);
  auto on_level = [level](const Part& other) { return other.level == level; };
  Part& part = queue.settings.takes_each_alone() ? new_part(destination) : part_of(destination, on_level);
  part.queue = queue.ref;
  part.level = level;
  part.persistent |= message.delivery_mode == kPersistent;
  part.expiring |= message.expiration.has_value();
  part.body_bytes += message.body.size();
  append_message(part.builder, message, now);
  last_confirms_ = &part.confirms;
}

void PublishTurn::add(routing::DestinationId destination, const cluster::Topic& topic, const MessageView& message,
                      Timestamp now) {
  PartitionId partition = cluster::partition_of_key(topic, message.routing_key);
  // The partition's newest part: none may come before another that came earlier.
  Part* part = &part_of(destination, [&](const Part& other) { return other.partition == partition; });
  bool is_full = part->builder.size_bytes() > broker::room_for(*topic.config, message);
  if (is_full && part->builder.record_count() > 0) part = &new_part(destination);
  part->partition = partition;
  append_message(part->builder, message, now);
  last_confirms_ = &part->confirms;
}

void PublishTurn::delay(queue::ScheduleEnvelope envelope, const MessageView& message, Timestamp now) {
  BatchBuilder builder(BatchOptions{});
  append_message(builder, message, now);
  Result<std::vector<std::byte>> bytes = builder.finish();
  WHARF_ASSERT(bytes);
  delayed_.push_back({.envelope = std::move(envelope),
                      .batch = std::move(*bytes),
                      .persistent = message.delivery_mode == kPersistent});
  last_confirms_ = &delayed_confirms_.emplace_back();
}

void PublishTurn::confirm_last(const std::shared_ptr<Channel>& channel, std::uint64_t tag) {
  std::vector<ToConfirm>& confirms = *last_confirms_;
  if (!confirms.empty() && confirms.back().channel == channel && confirms.back().last + 1 == tag) {
    confirms.back().last = tag;
  } else {
    confirms.push_back({channel, tag, tag});
  }
}

GatheredPublishes PublishTurn::take() {
  GatheredPublishes gathered{.parts = {.delayed = std::exchange(delayed_, {})},
                             .channels = std::exchange(channels_, {}),
                             .bytes = std::exchange(bytes_, 0),
                             .messages = std::exchange(messages_, 0)};
  std::vector<std::vector<ToConfirm>> of_logs;
  for (Part& part : parts_) {
    first_part_[part.destination] = 0;
    if (part.queue) {
      auto messages = static_cast<std::uint64_t>(part.builder.record_count());
      gathered.parts.queues.push_back({*part.queue,
                                       {.level = part.level,
                                        .batch = batch_of(part.builder),
                                        .messages = messages,
                                        .body_bytes = part.body_bytes,
                                        .persistent = part.persistent,
                                        .expiring = part.expiring}});
      gathered.confirms.push_back(std::move(part.confirms));
    } else {
      gathered.parts.logs.push_back({*part.partition, batch_of(part.builder)});
      of_logs.push_back(std::move(part.confirms));
    }
  }
  std::ranges::move(of_logs, std::back_inserter(gathered.confirms));
  std::ranges::move(std::exchange(delayed_confirms_, {}), std::back_inserter(gathered.confirms));
  parts_.clear();
  return gathered;
}

}  // namespace wharf::amqp091
