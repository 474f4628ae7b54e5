// SEND: routed at once, gathered per destination, answered when it is kept.
#include <fmt/format.h>

#include "broker/publish_counts.hpp"
#include "broker/routed_message.hpp"
#include "model/encoded_table.hpp"
#include "protocols/amqp091/session/publish_checks.hpp"
#include "protocols/stomp/handlers/dispatch.hpp"
#include "protocols/stomp/handlers/messages.hpp"
#include "protocols/stomp/handlers/queues.hpp"
#include "protocols/stomp/session/errors.hpp"
#include "queue/core/due.hpp"

namespace wharf::stomp {
namespace {

using Kind = Destination::Kind;
using security::Resource;
using security::Verb;

constexpr std::string_view kTempQueuePrefix = "/temp-queue/";
constexpr std::string_view kDirectReplies = "amq.rabbitmq.reply-to.";

/// A SEND with what can be said of it without looking at the node.
struct Send {
  const Frame& frame;
  Destination destination;
  CanonicalMessage message;
};

/// The client's name for a queue of its own, in `reply-to`; empty: it wants its answer elsewhere.
std::string_view temporary_in(std::optional<std::string_view> reply_to) {
  bool is_temporary = reply_to && reply_to->starts_with(kTempQueuePrefix);
  return is_temporary ? reply_to->substr(kTempQueuePrefix.size()) : std::string_view();
}

Outcome<void> prepare(Client& client, Send& send) {
  Outcome<std::string_view> text = needed(send.frame, "destination");
  if (!text) return refuse(text.error());
  Outcome<Destination> destination = destination_of(*text);
  if (!destination) return refuse(destination.error());
  send.destination = std::move(*destination);
  const Destination& to = send.destination;
  if (to.kind == Kind::kTempQueue) {  // ActiveMQ's: to one of the connection's own
    auto known = client.temporary.find(to.name);
    if (known == client.temporary.end())
      return refuse("Invalid destination", fmt::format("'{}' is not a valid destination for 'SEND'\n", *text));
    send.destination.name = known->second->name;
  }
  auto taken = send.message.take(send.frame, send.destination, client.shard.clock().wall_now());
  if (!taken) return taken;
  const MessageView& message = send.message.view();
  const security::Principal& sender = client.decisions->principal();
  auto checked = amqp091::check_properties(message.expiration, message.user_id, {sender.name, sender.tags});
  if (!checked) return refuse(protocol_error(checked.error()));
  return {};
}

/// Topics' keys too, where the exchange is of that kind.
Outcome<const routing::ExchangeEntry*> may_send(Client& client, const broker::NamespaceView& view,
                                                const MessageView& message) {
  auto allowed = client.may(Verb::kWrite, Resource::exchange(message.exchange));
  if (!allowed) return refuse(allowed.error());
  Result<routing::DestinationId> target = view.routes->publish_target(message.exchange);
  if (!target) return refuse(protocol_error(target.error()));
  const routing::ExchangeEntry* entry = view.routes->exchange(*target);
  if (entry->exchange.type == "topic") {
    allowed = client.may(Verb::kWrite, Resource::topic_key(message.exchange, message.routing_key));
    if (!allowed) return refuse(allowed.error());
  }
  return entry;
}

Outcome<broker::NamespaceView> view_of(Client& client) {
  auto view = client.door.entities.find(client.shard, client.name_space);
  if (!view) return refuse("not_found", fmt::format("NOT_FOUND - no vhost '{}'", client.name_space));
  return *view;
}

/// Whether its queue has to be made first, or looked at.
bool wants_queue(Client& client, const Send& send) {
  if (send.destination.kind != Kind::kQueue) return false;
  if (!find_queue(client, send.destination.name)) return !is_stream(client, send.destination.name);
  return asks_for_queue(send.frame);
}

bool wants_reply_queue(const Client& client, const Send& send) {
  std::string_view name = temporary_in(send.message.view().reply_to);
  return !name.empty() && !client.temporary.contains(name);
}

/// Until it is kept: its receipt, and its record, where a user's property stands twice (model/message.hpp).
std::uint64_t bytes_of(const Send& send) {
  const std::optional<ByteView>& properties = send.message.view().properties;
  return kept_bytes_of(send.frame) + (properties ? properties->size() : 0);
}

/// However long it asks for.
void delay(Client& client, const Send& send, std::int64_t delay_ms, std::string receipt) {
  const MessageView& message = send.message.view();
  const Timestamp now = client.shard.clock().wall_now();
  broker::Delayed later{.envelope = {.due = queue::due_after(now, delay_ms),
                                     .name_space = client.name_space,
                                     .exchange = std::string(message.exchange),
                                     .extra_keys = {},
                                     .key = {}},
                        .batch = broker::bytes_of(message, now),
                        .persistent = broker::is_persistent(message)};
  client.turn.add(std::move(later), bytes_of(send), std::move(receipt));
}

void gather_reply(Client& client, const MessageView& message) {
  bool is_direct = message.exchange.empty() && message.routing_key.starts_with(kDirectReplies);
  if (!is_direct) return;
  client.turn.add(broker::Reply{std::string(message.routing_key.substr(kDirectReplies.size())),
                                broker::delivery_of(message, client.shard.clock().wall_now())});
}

/// Its queues are there.
Outcome<void> route(Client& client, Send& send) {
  std::string_view temporary = temporary_in(send.message.view().reply_to);
  if (!temporary.empty()) {
    send.message.set_reply_to(client.temporary.find(temporary)->second->name);
  } else if (auto reply_to = send.message.view().reply_to; reply_to && reply_to->starts_with(kReplyQueuePrefix)) {
    send.message.set_reply_to(reply_to->substr(kReplyQueuePrefix.size()));
  }
  const MessageView& message = send.message.view();
  Outcome<broker::NamespaceView> view = view_of(client);
  if (!view) return refuse(view.error());
  auto entry = may_send(client, *view, message);
  if (!entry) return refuse(entry.error());
  std::string receipt(send.frame.header("receipt").value_or(std::string_view()));
  if (send.message.delay_ms())
    return delay(client, send, *send.message.delay_ms(), std::move(receipt)), Outcome<void>();
  std::optional<PropertyTable> headers;
  if (message.properties && !message.exchange.empty()) {
    if (auto table = decode_property_table(*message.properties)) headers = std::move(*table);
  }
  auto seen = broker::for_routing(message, {}, headers ? &*headers : nullptr);
  Result<routing::DestinationId> target = view->routes->publish_target(message.exchange);
  routing::Routes routes = client.router.route(*view->routes, *target, seen, client.dice.roll());
  broker::count_publish(client.door.traffic.seconds, **entry, routes, *client.vhost_counters);
  const Timestamp now = client.shard.clock().wall_now();
  if (routes.undecided) {
    client.turn.add(broker::ToDeduplicate{.name_space = client.name_space,
                                          .exchange = std::string(message.exchange),
                                          .extra_keys = {},
                                          .message = broker::delivery_of(message, now)},
                    bytes_of(send), std::move(receipt));
    return {};
  }
  gather_reply(client, message);
  client.turn.add(*view, routes,
                  {.name_space = client.name_space,
                   .extra_keys = {},
                   .message = message,
                   .persistent = broker::is_persistent(message)},
                  now, bytes_of(send), std::move(receipt));
  return {};
}

/// Makes what it needs.
runtime::Task<Outcome<void>> make_queues(Client* client, const Send* send) {
  if (wants_queue(*client, *send)) {
    Outcome<QueueRequest> request = queue_request_of(send->frame);
    if (!request) co_return refuse(request.error());
    Outcome<QueuePointer> queue = co_await open_queue(client, with({.name = send->destination.name}, *request));
    if (!queue) co_return refuse(queue.error());
  }
  if (wants_reply_queue(*client, *send)) {
    std::string name(temporary_in(send->message.view().reply_to));
    Outcome<void> opened = co_await open_reply_queue(client, std::move(name));
    if (!opened) co_return opened;
  }
  co_return Outcome<void>();
}

/// It waits for its transaction's COMMIT.
Outcome<void> keep(Client& client, Transaction& transaction, const Frame& frame) {
  client.transactions.keep(transaction, frame);
  const std::size_t most = client.door.limits.transaction_bytes;
  if (client.transactions.bytes() > most)
    return refuse("Bad transaction", fmt::format("transactions of a connection hold at most {} bytes", most));
  client.receipt(frame);
  return {};
}

/// Begun before anything is waited for, so that a later turn's do not overtake these.
runtime::Task<void> deduplicate(Client* client, std::vector<broker::ToDeduplicate> messages,
                                std::vector<Result<broker::PassedOn>>* outcomes) {
  *outcomes = co_await client->door.deduplication.pass_on(client->shard, std::move(messages));
}

}  // namespace

bool send_takes_time(Client& client, const Frame& frame) {
  if (frame.header("transaction")) return false;
  auto text = frame.header("destination");
  if (!text) return false;
  auto destination = destination_of(*text);
  if (!destination) return false;
  Send send{.frame = frame, .destination = std::move(*destination), .message = {}};
  std::string_view temporary = temporary_in(frame.header("reply-to"));
  return wants_queue(client, send) || (!temporary.empty() && !client.temporary.contains(temporary));
}

Outcome<void> take_send(Client& client, const Frame& frame) {
  client.hold.published();
  Send send{.frame = frame, .destination = {}, .message = {}};
  if (auto prepared = prepare(client, send); !prepared) return prepared;
  Outcome<Transaction*> transaction = transaction_of(client, frame);
  if (!transaction) return refuse(transaction.error());
  if (!*transaction) return route(client, send);
  Outcome<broker::NamespaceView> view = view_of(client);
  if (!view) return refuse(view.error());
  auto allowed = may_send(client, *view, send.message.view());
  if (!allowed) return refuse(allowed.error());
  return keep(client, **transaction, frame);
}

runtime::Task<Outcome<void>> send_kept(Client* client, const Frame* frame) {
  Send send{.frame = *frame, .destination = {}, .message = {}};
  if (auto prepared = prepare(*client, send); !prepared) co_return prepared;
  Outcome<void> made = co_await make_queues(client, &send);
  if (!made) co_return made;
  co_return route(*client, send);
}

runtime::Task<Outcome<void>> take_first_send(Client* client, const Frame* frame) {
  client->hold.published();
  Outcome<void> sent = co_await send_kept(client, frame);
  co_return sent;
}

/// The first of a turn that matters to its client.
class FirstFailure {
 public:
  explicit FirstFailure(const GatheredSends& gathered) : gathered_(gathered) {}

  /// Those of the messages that go out, and behind them those that are of no message.
  void of_sends(const std::vector<Result<void>>& outcomes) {
    const std::vector<std::vector<std::size_t>>& messages = gathered_.outgoing.messages;
    for (std::size_t part = 0; part < outcomes.size(); ++part) {
      if (broker::is_kept(outcomes[part])) continue;
      const Error& error = outcomes[part].error();
      if (part >= messages.size() && !failure_) failure_ = SendFailure{error, {}};
      if (part >= messages.size()) continue;
      for (std::size_t number : messages[part]) note(error, number);
    }
  }
  void of_deduplicated(const std::vector<Result<broker::PassedOn>>& passed) {
    for (std::size_t i = 0; i < passed.size(); ++i) {
      if (!passed[i]) note(passed[i].error(), gathered_.deduplicated[i]);
    }
  }
  const std::optional<SendFailure>& failure() const { return failure_; }

 private:
  void note(const Error& error, std::size_t number) {
    const std::string& receipt = gathered_.receipts[number];
    // Who asked for no receipt does not hear that its queue was full, as in RabbitMQ; that the machine failed it does.
    bool matters = !receipt.empty() || broker::fate_of(error) == broker::Fate::kNotNow;
    if (matters && !failure_) failure_ = SendFailure{error, receipt};
  }

  const GatheredSends& gathered_;
  std::optional<SendFailure> failure_;
};

runtime::Task<std::optional<SendFailure>> pass_on(Client* client, GatheredSends* gathered) {
  FirstFailure first(*gathered);
  std::vector<Result<broker::PassedOn>> passed;
  std::optional<runtime::TaskScope> deduplicating;  // a task begins when it is spawned
  if (!gathered->to_deduplicate.empty()) {
    deduplicating.emplace(client->shard);
    deduplicating->spawn("stomp-deduplicate", deduplicate(client, std::move(gathered->to_deduplicate), &passed));
  }
  if (!gathered->replies.empty()) client->door.replies.send(client->shard, std::move(gathered->replies));
  std::vector<Result<void>> sent =
      co_await broker::send(client->shard, client->door.outgoing(), std::move(gathered->outgoing.parts));
  first.of_sends(sent);
  if (deduplicating) co_await deduplicating->close();
  first.of_deduplicated(passed);
  co_return first.failure();
}

runtime::Task<std::optional<SendFailure>> commit(Client* client, GatheredSends* gathered,
                                                 std::vector<broker::SettledPart> settled) {
  FirstFailure first(*gathered);
  if (!gathered->to_deduplicate.empty()) {  // before anything is acknowledged: these are not part of the whole
    std::vector<Result<broker::PassedOn>> passed;
    co_await deduplicate(client, std::move(gathered->to_deduplicate), &passed);
    first.of_deduplicated(passed);
    if (first.failure()) co_return first.failure();
  }
  if (!gathered->replies.empty()) client->door.replies.send(client->shard, std::move(gathered->replies));
  broker::TransactionParts parts{std::move(gathered->outgoing.parts), std::move(settled)};
  std::vector<Result<void>> committed = co_await client->door.transactions.commit(client->shard, std::move(parts));
  first.of_sends(committed);
  co_return first.failure();
}

runtime::Task<void> hand_on(Client* client, GatheredSends gathered) {
  std::optional<SendFailure> failure = co_await pass_on(client, &gathered);
  if (failure) {
    std::optional<std::string_view> receipt;
    if (!failure->receipt.empty()) receipt = failure->receipt;
    client->end(protocol_error(failure->error), receipt);
  } else {
    for (const std::string& receipt : gathered.receipts) {
      if (!receipt.empty()) client->receipt(receipt);
    }
  }
  client->unanswered_bytes -= gathered.bytes;
  client->unanswered_messages -= gathered.receipts.size();
  client->landed.notify();
  client->can_read.notify();
}

}  // namespace wharf::stomp
