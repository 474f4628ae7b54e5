#pragma once
// The messages that came with one read of a connection, on their way into queues and log topics: one batch per
// destination (or message, where a queue may be full), one call for all. Filled without a suspension in between, since
// destinations are known by the routing table's numbers.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "broker/entities.hpp"
#include "broker/outgoing_parts.hpp"
#include "cluster/metadata/topic_table.hpp"
#include "model/message.hpp"
#include "model/record_batch_builder.hpp"
#include "routing/core/routing_table.hpp"

namespace wharf::amqp091 {

class Channel;

/// Publishes of a channel in confirm mode: each of the tags awaits an answer.
struct ToConfirm {
  std::shared_ptr<Channel> channel;
  std::uint64_t first = 0, last = 0;
};

/// What a turn has gathered, as the ports want it.
struct GatheredPublishes {
  broker::OutgoingParts parts;
  std::vector<std::vector<ToConfirm>> confirms;    // of the queues' parts, then of the logs', then of what is delayed
  std::vector<std::shared_ptr<Channel>> channels;  // they came by; one may be there more than once
  std::uint64_t bytes = 0;                         // of bodies as they came in
  std::size_t messages = 0;
};

class PublishTurn {
 public:
  /// A message's place in the batch of one queue.
  void add(routing::DestinationId destination, const broker::QueueInfo& queue, const MessageView& message,
           Timestamp now);
  /// ... of one partition of a log topic, chosen by the routing key.
  void add(routing::DestinationId destination, const cluster::Topic& topic, const MessageView& message, Timestamp now);
  /// ... until it is due; the envelope's keys are those beside the message's own.
  void delay(queue::ScheduleEnvelope envelope, const MessageView& message, Timestamp now);
  /// The message added last awaits its answer as `tag` of `channel`; called after each add() or delay().
  void confirm_last(const std::shared_ptr<Channel>& channel, std::uint64_t tag);
  /// A message of this channel has been added everywhere it goes.
  void count(const std::shared_ptr<Channel>& channel, std::uint64_t body_bytes) {
    if (channels_.empty() || channels_.back() != channel) channels_.push_back(channel);
    ++messages_;
    bytes_ += body_bytes;
  }

  bool empty() const { return parts_.empty() && delayed_.empty(); }
  GatheredPublishes take();

 private:
  struct Part {
    routing::DestinationId destination;
    std::optional<broker::QueueRef> queue;  // or:
    std::optional<PartitionId> partition;
    std::uint8_t level = 0;   // of the queue
    bool persistent = false;  // some of them
    bool expiring = false;
    std::uint64_t body_bytes = 0;
    BatchBuilder builder{BatchOptions{}};
    std::vector<ToConfirm> confirms;
    std::uint32_t next = 0;  // part of the same destination, behind this one; 0: none
  };
  Part& new_part(routing::DestinationId destination);
  template <class Same>
  Part& part_of(routing::DestinationId destination, Same&& same);

  std::vector<Part> parts_;
  std::vector<broker::Delayed> delayed_;
  std::vector<std::vector<ToConfirm>> delayed_confirms_;
  std::vector<ToConfirm>* last_confirms_ = nullptr;
  std::vector<std::uint32_t> first_part_;  // by destination; place + 1
  std::size_t last_ = 0;
  std::vector<std::shared_ptr<Channel>> channels_;
  std::uint64_t bytes_ = 0;
  std::size_t messages_ = 0;
};

}  // namespace wharf::amqp091
