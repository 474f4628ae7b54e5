#pragma once
// Messages that go on together to where their exchanges send them: one batch per destination (or message, where a queue
// may be full), in the messages' order; a large message for several queues is one batch that they share. Filled without
// a suspension in between, since destinations are known by the routing table's numbers; kept by its user, as it finds
// them in memory that grows with the table.
//
//   outgoing.add(view, routes, {.name_space = "/", .message = message}, now);
//   std::vector<Result<void>> outcomes = co_await send(here, ports, outgoing.take().parts);
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "broker/outgoing_parts.hpp"
#include "cluster/metadata/topic_table.hpp"
#include "model/message.hpp"
#include "model/property.hpp"
#include "model/record_batch_builder.hpp"
#include "queue/shell/arrivals.hpp"
#include "routing/core/router.hpp"

namespace wharf::broker {

class Outgoing {
 public:
  struct Message {
    std::string_view name_space;
    std::span<const std::string_view> extra_keys;  // of CC and BCC
    const MessageView& message;
    bool persistent = true;                    // answered when on disk: for one whose place elsewhere is given up
    const PropertyTable* deaths_in = nullptr;  // it goes to no queue that these headers say it died in
    std::optional<std::size_t> number;         // the caller's own, told by take()
    /// Of one that was sent before: it goes nowhere that has it, and is not remembered anew.
    const queue::Arrivals* arrived = nullptr;
    std::optional<MessageNumber> sent_as = {};  // by a sender that may send it again
    bool again = false;                         // it does: what has it takes no other message for it
  };

  Outgoing(runtime::Shard& here, Catalogue& catalogue) : here_(here), catalogue_(catalogue) {}

  /// To all of `routes`, which are `view`'s. How many they are: those that are there.
  std::uint32_t add(const NamespaceView& view, const routing::Routes& routes, const Message& message, Timestamp now);
  bool empty() const { return parts_.empty() && retained_.empty() && delayed_.empty() && history_.empty(); }

  struct Gathered {
    OutgoingParts parts;
    std::vector<std::vector<std::size_t>> messages;  // by send()'s outcomes: the numbers of those that have one
  };
  /// All of it; empty from here on.
  Gathered take();

 private:
  struct Part {
    routing::DestinationId destination;
    std::optional<QueueRef> queue;  // or:
    std::optional<PartitionId> partition;
    std::uint8_t level = 0;   // of the queue
    bool persistent = false;  // some of them
    bool expiring = false;
    std::uint64_t body_bytes = 0;
    BatchBuilder builder{BatchOptions{}};
    std::optional<log::OwnedBatches> shared;  // in place of what is built: a message that other parts have too
    std::optional<MessageNumber> number;      // the highest
    bool is_closed = false;                   // nothing more comes in
    std::vector<std::size_t> messages;
    std::uint32_t next = 0;  // part of the same destination, before this one; place + 1
  };
  static void take_number(Part& part, const Message& message);
  static bool may_join(const Part& part, const Message& message);
  Part& new_part(routing::DestinationId destination);
  template <class Same>
  Part& part_of(routing::DestinationId destination, Same&& same);
  Part& add(routing::DestinationId destination, const QueueInfo& queue, const Message& message,
            const std::optional<log::OwnedBatches>& shared, Timestamp now);
  Part& add(routing::DestinationId destination, const cluster::Topic& topic, const Message& message, Timestamp now);
  void retain(const Message& message, Timestamp now);
  void hold_back(const std::string& exchange, std::int64_t delay_ms, const Message& message, Timestamp now);
  bool hold_for(const QueueInfo& queue, const Message& message, Timestamp now);
  void delay(queue::ScheduleEnvelope envelope, const Message& message, Timestamp now);

  runtime::Shard& here_;
  Catalogue& catalogue_;
  std::vector<Part> parts_;
  std::vector<Part> retained_;              // of `__retained`: one for each of its partitions that has some
  std::vector<std::uint32_t> newest_part_;  // by destination; place + 1
  std::vector<Delayed> delayed_;
  std::vector<std::vector<std::size_t>> delayed_messages_;
  std::vector<HistoryEntry> history_;
};

}  // namespace wharf::broker
