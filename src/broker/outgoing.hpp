#pragma once
// Messages that go on together to where their exchanges send them: a batch per destination, in the messages' order.
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "broker/outgoing_parts.hpp"
#include "model/message.hpp"
#include "model/record_batch_builder.hpp"
#include "routing/core/router.hpp"

namespace wharf::broker {

class Outgoing {
 public:
  Outgoing(runtime::Shard& here, const OutgoingPorts& to) : here_(here), to_(to) {}

  struct Message {
    std::size_t number = 0;  // the caller's own, told by send()
    const std::string& name_space;
    const std::vector<std::string>& extra_keys;
    const MessageView& message;
    const PropertyTable* deaths_in = nullptr;  // it goes to no queue that these headers say it died in
  };
  /// To all of `routes`, which are `view`'s. How many they are: those that are there.
  std::size_t add(const NamespaceView& view, const routing::Routes& routes, const Message& message);

  struct Sent {
    std::vector<std::size_t> messages;  // by their numbers
    Result<void> outcome;
  };
  /// All of it, once; an outcome for each batch.
  runtime::Task<std::vector<Sent>> send();

 private:
  struct ToQueue {
    EnqueuePart part;
    BatchBuilder builder{BatchOptions{}};
    std::vector<std::size_t> messages;
  };
  struct ToLog {
    BatchBuilder builder{BatchOptions{}};
    std::vector<std::size_t> messages;
  };
  struct Key {
    TopicId queue;
    std::uint8_t level;
    std::size_t alone;  // tells the messages of a queue apart that takes each alone
    auto operator<=>(const Key&) const = default;
  };
  void add(const QueueInfo& queue, const Message& message, Timestamp now);
  void add(const cluster::Topic& topic, const Message& message, Timestamp now);
  void hold_back(std::string exchange, std::int64_t delay_ms, const Message& message, Timestamp now);

  runtime::Shard& here_;
  OutgoingPorts to_;
  std::vector<HistoryEntry> history_;
  std::map<Key, ToQueue> queues_;
  std::map<PartitionId, std::vector<ToLog>> logs_;
  std::vector<Delayed> delayed_;
  std::vector<std::size_t> delayed_messages_;
};

}  // namespace wharf::broker
