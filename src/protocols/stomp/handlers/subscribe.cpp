// SUBSCRIBE and UNSUBSCRIBE: queues by their names, and queues of a subscription's own that are bound to its exchange.
#include <algorithm>

#include <fmt/format.h>

#include "model/default_namespace.hpp"
#include "protocols/stomp/handlers/deliveries.hpp"
#include "protocols/stomp/handlers/dispatch.hpp"
#include "protocols/stomp/handlers/queues.hpp"
#include "protocols/stomp/session/errors.hpp"
#include "routing/core/refusals.hpp"

namespace wharf::stomp {
namespace {

using Kind = Destination::Kind;
using routing::DestinationKind;
using security::Resource;
using security::Verb;

constexpr std::uint64_t kWindowBytes = 256u << 10;  // of a subscription's messages on their way to the socket

std::string generated_name(const Client& client, std::string_view prefix) {
  return std::string(prefix) + client.door.random.uuid().base64();
}

/// Of a topic's or an exchange's messages: where they wait for this subscription.
Outcome<std::string> own_queue_name(const Client& client, const SubscribeRequest& request) {
  if (!request.queue.name.empty()) return request.queue.name;
  std::string name;
  if (request.durable_name) {
    if (client.client_id.empty())
      return refuse("Missing Header", "a durable subscription by its name wants a 'client-id' in CONNECT");
    name = durable_queue_of_client(client.client_id, *request.durable_name);
  } else if (request.outlives()) {
    name = durable_queue_name(request.id, request.destination_text);
  } else {
    name = generated_name(client, "stomp-subscription-");
  }
  if (name.size() > 255) return refuse("Invalid header", "the names of a durable subscription are too long");
  return name;
}

routing::Binding binding_of(const SubscribeRequest& request, const std::string& queue) {
  bool of_topics = request.destination.kind == Kind::kTopic;
  return {request.destination.name,
          {DestinationKind::kQueue, queue},
          of_topics ? binding_key_of(request.destination.key) : request.destination.key,
          {}};
}

Outcome<void> may_bind(Client& client, const routing::Binding& binding) {
  auto view = client.door.entities.find(client.shard, client.name_space);
  const routing::ExchangeEntry* entry = view ? view->routes->exchange(binding.source) : nullptr;
  if (!entry)
    return refuse(protocol_error(routing::not_found(DestinationKind::kExchange, binding.source, client.name_space)));
  auto allowed = client.may(Verb::kRead, Resource::exchange(binding.source));
  if (allowed && entry->exchange.type == "topic")
    allowed = client.may(Verb::kRead, Resource::topic_key(binding.source, binding.routing_key));
  if (allowed) allowed = client.may(Verb::kWrite, Resource::queue(binding.destination.name));
  return allowed;
}

/// A durable subscription under the same name to something else is another one: what was bound to it is no more. As by
/// AMQP's unbind, that takes the right to read there.
runtime::Task<Outcome<void>> unbind_others(Client* client, const routing::Binding* wanted) {
  auto view = client->door.entities.find(client->shard, client->name_space);
  std::vector<routing::Binding> bindings;
  if (view) bindings = view->routes->bindings_to(wanted->destination);
  for (routing::Binding& one : bindings) {
    bool same = one.source == wanted->source && one.routing_key == wanted->routing_key;
    if (same || one.source.empty()) continue;
    auto allowed = client->may(Verb::kRead, Resource::exchange(one.source));
    if (!allowed) co_return allowed;
    Result<void> unbound = co_await client->door.entities.unbind(client->shard, client->name_space, std::move(one));
    if (!unbound) co_return refuse(protocol_error(unbound.error()));
  }
  co_return Outcome<void>();
}

runtime::Task<Outcome<QueuePointer>> open_own_queue(Client* client, const SubscribeRequest* request) {
  Outcome<std::string> name = own_queue_name(*client, *request);
  if (!name) co_return refuse(name.error());
  routing::Binding binding = binding_of(*request, *name);
  if (auto allowed = may_bind(*client, binding); !allowed) co_return refuse(allowed.error());
  bool outlives = request->outlives();
  QueueWish wish =
      with({.name = *name, .durable = outlives, .auto_delete = !outlives, .exclusive = !outlives}, request->queue);
  if (outlives) wish.durable = true;
  wish.max_length = request->most_waiting;
  Outcome<QueuePointer> queue = co_await open_queue(client, std::move(wish));
  if (!queue) co_return queue;
  if (request->durable_name) {
    Outcome<void> unbound = co_await unbind_others(client, &binding);
    if (!unbound) co_return refuse(unbound.error());
  }
  Result<void> bound = co_await client->door.entities.bind(client->shard, client->name_space, binding);
  if (!bound) co_return refuse(protocol_error(bound.error()));
  co_return queue;
}

runtime::Task<Outcome<QueuePointer>> open_temporary_queue(Client* client, std::string name) {
  if (auto known = client->temporary.find(name); known != client->temporary.end()) co_return known->second;
  constexpr std::size_t kMostTemporary = 1'000;
  if (client->temporary.size() >= kMostTemporary)
    co_return refuse("Invalid destination", fmt::format("more than {} temporary queues", kMostTemporary));
  QueueWish wish{.name = generated_name(*client, "amq.gen-"), .durable = false, .exclusive = true, .arguments = {}};
  Outcome<QueuePointer> queue = co_await open_queue(client, std::move(wish));
  if (queue) client->temporary.emplace(std::move(name), *queue);
  co_return queue;
}

/// A queue that has to be there.
Outcome<QueuePointer> known_queue(Client& client, const std::string& name) {
  QueuePointer queue = find_queue(client, name);
  if (!queue) return refuse(protocol_error(routing::not_found(DestinationKind::kQueue, name, client.name_space)));
  if (auto access = check_access(client, *queue); !access) return refuse(access.error());
  return queue;
}

runtime::Task<Outcome<QueuePointer>> queue_of(Client* client, const SubscribeRequest* request) {
  const Destination& from = request->destination;
  const bool by_name = from.kind == Kind::kQueue || from.kind == Kind::kAmqQueue;
  if (by_name && is_stream(*client, from.name)) {
    co_return refuse("Not served",
                     fmt::format("'{}' is a log topic: subscribe to /topic/{} for what is published from "
                                 "now on, or read it by AMQP{}",
                                 from.name, from.name, client->name_space == kDefaultNamespace ? " or Kafka" : ""));
  }
  Outcome<QueuePointer> queue;
  switch (from.kind) {
    case Kind::kTopic:
    case Kind::kExchange:
      queue = co_await open_own_queue(client, request);
      break;
    case Kind::kTempQueue:
      queue = co_await open_temporary_queue(client, from.name);
      break;
    case Kind::kQueue:
      queue = co_await open_queue(client, with({.name = from.name, .arguments = {}}, request->queue));
      break;
    case Kind::kAmqQueue:
    case Kind::kReplyQueue:
      queue = known_queue(*client, from.name);
      break;
  }
  co_return queue;
}

Subscription& add_subscription(Client& client, const SubscribeRequest& request, QueuePointer queue) {
  auto made = std::make_unique<Subscription>();
  made->number = ++client.last_subscription;
  made->key = key_of(request.id, request.destination_text);
  made->id = request.id;
  made->destination_text = request.destination_text;
  made->destination = request.destination;
  made->ack = request.ack;
  made->consumer = client.door.queues.new_consumer_id(client.shard);
  made->queue = std::move(queue);
  Subscription& subscription = *made;
  client.by_consumer.emplace(subscription.consumer, &subscription);
  client.subscriptions.emplace(subscription.number, std::move(made));
  return subscription;
}

void forget(Client& client, std::uint64_t number) {
  auto known = client.subscriptions.find(number);
  if (known == client.subscriptions.end()) return;
  client.by_consumer.erase(known->second->consumer);
  client.subscriptions.erase(known);
}

runtime::Task<Outcome<void>> consume(Client* client, const SubscribeRequest* request, QueuePointer queue) {
  Subscription& subscription = add_subscription(*client, *request, queue);
  const std::uint64_t number = subscription.number;
  bool of_topics = !request->destination.is_queue();
  if (of_topics && !request->selector.empty()) {
    auto filter = selector::MessageFilter::compile(request->selector);
    if (!filter) {
      forget(*client, number);
      co_return refuse("Invalid selector", filter.error().message);
    }
    subscription.filter.emplace(std::move(*filter));
  }
  broker::ConsumerRequest asked{.options = {.settles_itself = subscription.settles_itself(),
                                            .prefetch = subscription.settles_itself() ? 0 : request->prefetch,
                                            .priority = request->priority,
                                            .window_bytes = kWindowBytes,
                                            .tag = subscription.key,
                                            .connection = client->remote.text()},
                                .selector = of_topics ? std::string() : request->selector};
  Result<void> begun = co_await client->door.queues.subscribe(client->shard, queue->ref, subscription.consumer,
                                                              std::move(asked), client->inbox);
  if (begun) co_return Outcome<void>();
  forget(*client, number);
  bool about_selector = begun.error().code == ErrorCode::kInvalidArgument || begun.error().code == ErrorCode::kTooLarge;
  if (about_selector) co_return refuse("Invalid selector", begun.error().message);
  co_return refuse(protocol_error(begun.error()));
}

/// What it held goes back, and a queue that goes with its last consumer is gone when this returns.
runtime::Task<void> end_subscription(Client* client, std::uint64_t number) {
  hand_on_settlements(*client);
  auto known = client->subscriptions.find(number);
  if (known == client->subscriptions.end()) co_return;
  QueuePointer queue = known->second->queue;
  const queue::ConsumerId consumer = known->second->consumer;
  co_await client->door.queues.stop(client->shard, queue->ref, consumer);
  forget(*client, number);
  co_await client->door.queues.release(client->shard, queue->ref, consumer);
  if (queue->auto_delete) co_await client->door.entities.delete_unused(client->shard, queue->ref);
}

/// A temporary queue goes with the last who waits for it: the client's name for it may mean another from then on.
runtime::Task<Outcome<void>> forget_temporary(Client* client, QueuePointer queue) {
  auto is_it = [&queue](const QueuePointer& other) { return other->ref == queue->ref; };
  for (const auto& [number, one] : client->subscriptions) {
    if (is_it(one->queue)) co_return Outcome<void>();
  }
  if (std::erase_if(client->temporary, [&](const auto& one) { return is_it(one.second); }) == 0)
    co_return Outcome<void>();
  Result<std::uint64_t> gone =
      co_await client->door.entities.delete_queue(client->shard, client->name_space, queue->name, {});
  if (!gone) co_return refuse(protocol_error(gone.error()));
  co_return Outcome<void>();
}

Outcome<void> check_new(Client& client, const SubscribeRequest& request) {
  std::string key = key_of(request.id, request.destination_text);
  if (const Subscription* known = client.subscription(key); known && !known->is_for_replies) {
    return refuse("Duplicated subscription identifier",
                  fmt::format("A subscription identified by '{}' already exists.", key));
  }
  const std::size_t most = client.door.limits.subscriptions;
  if (client.subscriptions.size() >= most)
    return refuse("Too many subscriptions", fmt::format("a client has at most {} (stomp.subscriptions.max)", most));
  return {};
}

/// The queue of a durable subscription, whether somebody has subscribed just now or not.
runtime::Task<Outcome<void>> delete_durable(Client* client, std::string name) {
  if (auto allowed = client->may(Verb::kConfigure, Resource::queue(name)); !allowed) co_return allowed;
  Outcome<QueuePointer> queue = known_queue(*client, name);
  if (!queue) co_return refuse(queue.error());
  Result<std::uint64_t> gone =
      co_await client->door.entities.delete_queue(client->shard, client->name_space, std::move(name), {});
  if (!gone) co_return refuse(protocol_error(gone.error()));
  co_return Outcome<void>();
}

/// Which durable subscription an UNSUBSCRIBE shall end for good; empty: none.
Outcome<std::string> durable_queue_in(const Client& client, const Frame& frame, const Subscription* subscription) {
  auto name = frame.header("durable-subscription-name");
  if (!name) name = frame.header("activemq.subscriptionName");
  if (name) {
    if (client.client_id.empty())
      return refuse("Missing Header", "a durable subscription by its name wants a 'client-id' in CONNECT");
    return durable_queue_of_client(client.client_id, *name);
  }
  Outcome<std::optional<bool>> durable = flag_of(frame, "durable");
  if (!durable) return refuse(durable.error());
  if (!durable->value_or(false)) return std::string();
  bool has_own = subscription && !subscription->destination.is_queue();
  if (has_own) return subscription->queue->name;
  if (auto queue = frame.header("x-queue-name")) return std::string(*queue);
  auto id = frame.header("id"), destination = frame.header("destination");
  if (!id || !destination)
    return refuse("Missing Header", "'id' and 'destination' are wanted to end a durable subscription");
  return durable_queue_name(*id, *destination);
}

/// By its client: a DISCONNECT behind it knows nothing of it any more.
runtime::Task<Outcome<void>> end_for_good(Client* client, std::uint64_t number) {
  Subscription& subscription = *client->subscriptions.at(number);
  QueuePointer queue = subscription.queue;
  if (subscription.is_unwritten || !subscription.settlements.empty()) {
    Result<void> kept = co_await settle_durably(client, number);
    if (!kept) co_return refuse(protocol_error(kept.error()));
  }
  co_await end_subscription(client, number);
  Outcome<void> forgotten = co_await forget_temporary(client, std::move(queue));
  co_return forgotten;
}

}  // namespace

runtime::Task<Outcome<void>> open_reply_queue(Client* client, std::string name) {
  Outcome<QueuePointer> queue = co_await open_temporary_queue(client, name);
  if (!queue) co_return refuse(queue.error());
  SubscribeRequest request;
  request.id = request.destination_text = "/temp-queue/" + name;
  request.destination = {.kind = Kind::kTempQueue, .name = std::move(name), .key = {}, .options = {}};
  Outcome<void> begun = co_await consume(client, &request, *queue);
  if (!begun) co_return begun;
  if (Subscription* made = client->subscription(key_of(request.id, request.destination_text)))
    made->is_for_replies = true;
  co_return Outcome<void>();
}

runtime::Task<Outcome<void>> take_subscribe(Client* client, const Frame* frame) {
  Outcome<SubscribeRequest> request = subscribe_request_of(*frame, client->version);
  if (!request) co_return refuse(request.error());
  if (auto good = check_new(*client, *request); !good) co_return good;
  if (request->destination.kind == Kind::kTempQueue) {  // from now on this one gets the answers
    Subscription* of_replies = client->subscription(key_of("/temp-queue/" + request->destination.name, {}));
    if (of_replies && of_replies->is_for_replies) co_await end_subscription(client, of_replies->number);
  }
  Outcome<QueuePointer> queue = co_await queue_of(client, &*request);
  if (!queue) co_return refuse(queue.error());
  auto allowed = client->may(Verb::kRead, Resource::queue((*queue)->name));
  if (!allowed) co_return allowed;
  Outcome<void> begun = co_await consume(client, &*request, *queue);
  co_return begun;
}

runtime::Task<Outcome<void>> take_unsubscribe(Client* client, const Frame* frame) {
  auto id = frame->header("id"), destination = frame->header("destination");
  if (!id && !destination)
    co_return refuse("Missing Header", "\"UNSUBSCRIBE\" must include an 'id' or 'destination' header\n");
  Subscription* subscription =
      client->subscription(key_of(id.value_or(std::string_view()), destination.value_or(std::string_view())));
  Outcome<std::string> durable = durable_queue_in(*client, *frame, subscription);
  if (!durable) co_return refuse(durable.error());
  if (!subscription && durable->empty()) {
    co_return refuse("No subscription found",
                     fmt::format("UNSUBSCRIBE must refer to an existing subscription.\nSubscription to \"{}='{}'\" not "
                                 "found.\n",
                                 id ? "id" : "destination", id ? *id : *destination));
  }
  const bool was_there = subscription != nullptr;
  if (was_there) {
    Outcome<void> ended = co_await end_for_good(client, subscription->number);
    if (!ended) co_return ended;
  }
  const bool is_gone = was_there && !find_queue(*client, *durable);  // with its last consumer
  if (durable->empty() || is_gone) co_return Outcome<void>();
  Outcome<void> deleted = co_await delete_durable(client, std::move(*durable));
  co_return deleted;
}

}  // namespace wharf::stomp
