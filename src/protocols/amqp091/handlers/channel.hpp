#pragma once
// One channel: what its client has asked for and has been given. State only; the methods' files beside work on it.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/entities.hpp"
#include "broker/queues.hpp"
#include "model/message_events.hpp"
#include "protocols/amqp091/handlers/owned_command.hpp"
#include "protocols/amqp091/session/confirms.hpp"
#include "protocols/amqp091/session/shared_prefetch.hpp"
#include "protocols/amqp091/session/unsettled.hpp"
#include "protocols/amqp091/wire/content.hpp"
#include "runtime/signal.hpp"

namespace wharf::amqp091 {

struct Client;
class ReplyInbox;
class StreamConsumer;

/// A subscription of a channel, or what its basic.get took from one queue (then without a tag).
struct Consumer {
  Consumer() = default;
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  ~Consumer();

  queue::ConsumerId id;
  broker::QueueRef queue;
  std::string queue_name;
  std::string tag;
  bool no_ack = false;
  bool counts_deliveries = false;  // x-delivery-count is shown
  bool auto_delete = false;        // the queue goes with its last consumer
  bool started = false;            // basic.consume is answered: deliveries may be written
  bool stopped = false;            // cancelled; stays until what it holds is settled
  bool exclusive = false;
  std::uint32_t prefetch = 0;
  std::vector<std::byte> arguments;  // of basic.consume, encoded: for who asks what there is
  std::uint32_t unsettled = 0;
  std::uint32_t asking = 0;                    // basic.get of it that wait for an answer
  std::deque<broker::Delivery> held;           // not written yet
  std::vector<queue::Settlement> settlements;  // of this turn
  std::shared_ptr<StreamConsumer> stream;      // what feeds it in place of a queue; ends with it

  bool gets() const { return tag.empty(); }
};

/// The subscription of a channel to direct replies.
struct ReplyConsumer {
  std::string tag;
  std::string reply_to;  // what stands in its requests; whoever answers publishes with it as routing key
  std::shared_ptr<ReplyInbox> inbox;
};

/// Publishes and acknowledgements that wait for tx.commit.
struct Transaction {
  struct Acknowledged {
    HeldDelivery delivery;
    queue::Verdict verdict;
  };
  std::vector<OwnedCommand> publishes;
  std::size_t bytes = 0;
  std::vector<Acknowledged> acknowledged;
};

class Channel {
 public:
  enum class State : std::uint8_t {
    kOpen,
    kClosing,  // for a mistake: all but close and close-ok is passed over
    kGone,
  };
  enum class Mode : std::uint8_t { kPlain, kConfirm, kTransaction };

  Channel(Client& client_of_channel, runtime::Shard& shard, std::uint16_t channel_number)
      : client(client_of_channel), number(channel_number), idle(shard), landed(shard), opened(shard.now()) {}

  bool open() const { return state == State::kOpen; }
  /// Something that came is not carried out and answered yet.
  bool unfinished() const { return busy || (state == State::kClosing && !close_sent); }
  /// nullptr: none, or no more.
  Consumer* consumer(queue::ConsumerId id) {
    auto found = consumers.find(id);
    return found == consumers.end() ? nullptr : found->second.get();
  }
  /// Of the two prefetches the lower one, 0 being none.
  std::uint32_t smallest_prefetch() const {
    const std::uint32_t of_channel = shared_prefetch.limit();
    if (of_channel == 0 || consumer_prefetch == 0) return std::max<std::uint32_t>(of_channel, consumer_prefetch);
    return std::min<std::uint32_t>(of_channel, consumer_prefetch);
  }
  /// Whether one more delivery that must be settled may be written: the channel-wide prefetch of basic.qos. Queues and
  /// streams hand over no more than that, but where it was larger before.
  bool has_room() const { return shared_prefetch.limit() == 0 || unsettled_of_consumers < shared_prefetch.limit(); }

  Client& client;
  std::uint16_t number;
  State state = State::kOpen;
  ContentAssembler assembler;

  // kClosing: once what the channel held is back.
  bool is_committing = false;
  std::optional<ProtocolError> refusal;  // that waits for the commit under way
  bool close_sent = false;
  bool close_crossed = false;  // the client's own came before that

  // A command that suspends holds up those behind it.
  bool busy = false;
  runtime::Signal idle;  // not unfinished() any more
  std::deque<OwnedCommand> waiting;

  // Reads of publishes that are on their way to their queues; whoever looks at a queue waits for them.
  std::uint32_t on_way = 0;
  runtime::Signal landed;  // on_way is 0

  std::string last_queue;  // declared on this channel: what an empty name means
  Mode mode = Mode::kPlain;
  Confirms confirms;
  Transaction transaction;

  std::uint64_t next_delivery_tag = 1;
  UnsettledDeliveries unsettled;
  std::uint32_t unsettled_of_consumers = 0;  // not of gets
  std::uint16_t consumer_prefetch = 0;       // of consumers that begin from now on
  SharedPrefetch shared_prefetch;            // of consumers that settle
  std::unordered_map<queue::ConsumerId, std::unique_ptr<Consumer>> consumers;
  std::map<std::string, Consumer*, std::less<>> by_tag;
  std::map<broker::QueueRef, Consumer*> getters;
  std::optional<ReplyConsumer> reply_consumer;
  std::vector<queue::ConsumerId> holding;  // consumers whose `held` is not empty

  MessageCounters traffic;
  MonotonicTime opened;

  // Gathered in this turn:
  std::vector<queue::ConsumerId> settling;  // consumers with settlements
  bool confirms_ready = false;
};

}  // namespace wharf::amqp091
