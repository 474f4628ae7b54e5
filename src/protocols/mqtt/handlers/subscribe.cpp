// SUBSCRIBE and UNSUBSCRIBE: bindings of the session's queues to amq.topic.
#include <set>

#include <fmt/format.h>

#include "protocols/mqtt/handlers/deliveries.hpp"
#include "protocols/mqtt/handlers/dispatch.hpp"
#include "protocols/mqtt/session/addresses.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {
namespace {

using security::Resource;
using security::Verb;
using QueuePointer = std::shared_ptr<const broker::QueueInfo>;

struct Place {
  Lane lane = Lane::kConnection;
  std::string queue;
  std::string filter;  // what is bound: of a shared one without its group
};

Place place_of(const Client& client, const Subscription& subscription) {
  Lane lane = Subscriptions::lane_of(subscription);
  if (lane == Lane::kConnection) return {lane, queue_of_connection(client.client_id), subscription.filter};
  if (lane == Lane::kSession) return {lane, queue_of_session(client.client_id), subscription.filter};
  SharedFilter shared = *shared_filter(subscription.filter);
  return {lane, queue_of_group(shared.group, shared.filter), std::string(shared.filter)};
}

/// A group's messages wait for members that are away where the one who began it has a session that lasts.
bool is_kept_group(const Client& client, const Place& place) {
  return place.lane == Lane::kGroup && client.keeps_session();
}

broker::QueueDeclaration declaration(const Client& client, const Place& place) {
  const DoorLimits& limits = client.door.limits;
  broker::QueueDeclaration queue{.name = place.queue, .arguments = {}, .settings = {}};
  bool of_session = place.lane == Lane::kSession && client.keeps_session();
  queue.durable = of_session || is_kept_group(client, place);
  queue.auto_delete = place.lane == Lane::kGroup && !queue.durable;
  if (is_kept_group(client, place)) queue.arguments.push_back({std::string(broker::kSharedQueueArgument), true});
  if (place.lane != Lane::kGroup && !of_session) queue.exclusive = client.id;
  const QueueLimits& most = place.lane == Lane::kConnection ? limits.qos0_queue : limits.session_queue;
  if (most.messages > 0) queue.settings.max_length = most.messages;
  if (most.bytes > 0) queue.settings.max_length_bytes = most.bytes;
  return queue;
}

routing::Binding binding_of(const Place& place) {
  return {
      std::string(kTopicExchange), {routing::DestinationKind::kQueue, place.queue}, binding_key_of(place.filter), {}};
}

/// `is_new`: its queue or a binding of it is to be made.
Outcome<void> may_subscribe(Client& client, const Place& place, bool is_new) {
  Result<void> allowed = client.may(Verb::kRead, Resource::exchange(kTopicExchange));
  std::string key = binding_key_of(place.filter);
  if (allowed) allowed = client.may(Verb::kRead, Resource::topic_key(kTopicExchange, key));
  if (allowed) allowed = client.may(Verb::kRead, Resource::queue(place.queue));
  for (Verb verb : {Verb::kConfigure, Verb::kWrite}) {
    if (allowed && is_new) allowed = client.may(verb, Resource::queue(place.queue));
  }
  if (!allowed) return refuse(ReasonCode::kNotAuthorized, allowed.error().message);
  return {};
}

ProtocolError refused(const Error& error) {
  bool full = error.code == ErrorCode::kFull || error.code == ErrorCode::kDiskFull;
  return {full ? ReasonCode::kQuotaExceeded : ReasonCode::kUnspecifiedError, error.message};
}

Source* source_of(Client& client, std::string_view queue) {
  for (auto& [id, source] : client.sources) {
    if (source->queue->name == queue) return source.get();
  }
  return nullptr;
}

/// The client gets what the queue has.
runtime::Task<Result<void>> consume(Client* client, Lane lane, QueuePointer queue, std::string filter) {
  queue::ConsumerId id = client->door.queues.new_consumer_id(client->shard);
  auto source = std::make_unique<Source>();
  source->lane = lane;
  source->queue = queue;
  source->filter = std::move(filter);
  client->sources.emplace(id, std::move(source));
  constexpr std::uint64_t kWindowBytes = 256u << 10;
  bool settles = lane != Lane::kConnection;
  broker::ConsumerRequest request{
      .options = {.settles_itself = !settles,
                  .prefetch = settles ? static_cast<std::uint32_t>(client->send_quota()) : 0,
                  .window_bytes = kWindowBytes,
                  .tag = client->client_id,
                  .connection = client->remote.text()},
      .selector = {}};
  Result<void> begun = co_await client->door.queues.subscribe(client->shard, queue->ref, id, request, client->inbox);
  if (!begun) client->sources.erase(id);
  co_return begun;
}

/// Its queue, made and consumed from where that is not so yet.
runtime::Task<Result<void>> open_place(Client* client, const Place* place, std::string filter) {
  if (source_of(*client, place->queue)) co_return Result<void>();
  if (client->keeps_session() &&
      place->lane != Lane::kConnection) {  // first: what is not written down nobody takes away
    std::string_view kind = place->lane == Lane::kSession ? broker::kSessionQueueItem : broker::kSharedQueueItem;
    std::vector<broker::SessionItem> items;
    items.push_back({fmt::format("{}{}", kind, place->queue), std::string()});
    Result<void> kept = co_await client->keep(std::move(items));
    if (!kept) co_return kept;
  }
  Result<broker::DeclaredQueue> queue =
      co_await client->door.entities.declare_queue(client->shard, client->name_space(), declaration(*client, *place));
  if (!queue) co_return fail(queue.error());
  Result<void> begun = co_await consume(client, place->lane, queue->queue, std::move(filter));
  co_return begun;
}

runtime::Task<Result<void>> bind(Client* client, const Place* place) {
  Result<void> bound = co_await client->door.entities.bind(client->shard, client->name_space(), binding_of(*place));
  co_return bound;
}

runtime::Task<Result<void>> unbind(Client* client, const Place* place) {
  Result<void> unbound = co_await client->door.entities.unbind(client->shard, client->name_space(), binding_of(*place));
  co_return unbound;
}

}  // namespace

runtime::Task<void> leave_queue(Client* client, std::string queue) {
  Result<void> left = co_await client->door.sessions.leave_queue(client->shard, *client->session, queue);
  if (!left)
    client->door.logger.warn("could not leave a shared subscription",
                             {{"client", client->client_id}, {"queue", queue}, {"reason", left.error().message}});
}

namespace {

/// Its messages are not wanted here any more.
runtime::Task<void> leave_group(Client* client, const Place* place) {
  for (auto& [id, source] : client->sources) {
    if (source->queue->name != place->queue) continue;
    queue::ConsumerId consumer = id;
    QueuePointer queue = source->queue;
    client->sources.erase(id);
    co_await client->door.queues.release(client->shard, queue->ref, consumer);
    break;
  }
  co_await leave_queue(client, place->queue);
}

/// Another filter may lead to the same binding key.
bool still_bound(const Client& client, const Place& place) {
  for (const auto& [filter, subscription] : client.subscriptions.all()) {
    Place other = place_of(client, subscription);
    if (other.queue == place.queue && binding_key_of(other.filter) == binding_key_of(place.filter)) return true;
  }
  return false;
}

runtime::Task<Result<void>> remove(Client* client, const Subscription* gone) {
  Place place = place_of(*client, *gone);
  if (place.lane == Lane::kGroup) {
    co_await leave_group(client, &place);
    co_return Result<void>();
  }
  if (still_bound(*client, place)) co_return Result<void>();
  Result<void> unbound = co_await unbind(client, &place);
  co_return unbound;
}

runtime::Task<Result<void>> forget_subscription(Client* client, const Subscription* gone) {
  forget_replay(*client, gone->filter);
  std::vector<broker::SessionItem> items;
  items.push_back({fmt::format("{}{}", kSubscriptionItem, gone->filter), std::nullopt});
  items.push_back({fmt::format("{}{}", kReplayItem, gone->filter), std::nullopt});
  return client->keep(std::move(items));
}

/// With what the session keeps of it.
runtime::Task<Result<void>> end_subscription(Client* client, const Subscription* gone) {
  Result<void> removed = co_await remove(client, gone);
  if (removed) removed = co_await forget_subscription(client, gone);
  co_return removed;
}

Outcome<void> check(const Client& client, const Subscription& subscription) {
  std::optional<SharedFilter> shared = shared_filter(subscription.filter);
  bool valid = shared ? !shared->filter.empty() : is_topic_filter(subscription.filter);
  if (!valid)
    return refuse(ReasonCode::kTopicFilterInvalid, fmt::format("'{}' is no topic filter", subscription.filter));
  constexpr std::size_t kLongestGroup = 200;  // with the filter a queue's name
  if (shared && shared->group.size() + shared->filter.size() > kLongestGroup)
    return refuse(ReasonCode::kTopicFilterInvalid, "a shared subscription's group and filter have more than 200 bytes");
  bool full = client.subscriptions.size() >= client.door.limits.subscriptions &&
              !client.subscriptions.find(subscription.filter);
  if (full)
    return refuse(ReasonCode::kQuotaExceeded, "as many subscriptions as a client may have (mqtt.subscriptions.max)");
  return {};
}

runtime::Task<Result<void>> keep_subscription(Client* client, const Subscription* subscription) {
  std::vector<broker::SessionItem> items;
  items.push_back({fmt::format("{}{}", kSubscriptionItem, subscription->filter), encode_subscription(*subscription)});
  return client->keep(std::move(items));
}

/// What was subscribed to before is so still, with its binding: its messages go on.
runtime::Task<void> back_to(Client* client, const Subscription* wanted, const std::optional<Subscription>* before) {
  client->subscriptions.erase(wanted->filter);
  if (*before) {
    client->subscriptions.put(**before);
    std::ignore = co_await keep_subscription(client, &**before);
    co_return;
  }
  std::ignore = co_await forget_subscription(client, wanted);
  Place place = place_of(*client, *wanted);
  if (place.lane == Lane::kGroup) co_await leave_group(client, &place);
}

/// The granted QoS, or why not.
runtime::Task<Outcome<std::uint8_t>> subscribe_to(Client* client, Subscription wanted) {
  if (auto good = check(*client, wanted); !good) co_return refuse(good.error());
  Place place = place_of(*client, wanted);
  if (auto allowed = may_subscribe(*client, place, true); !allowed) co_return refuse(allowed.error());
  Result<void> open = co_await open_place(client, &place, wanted.filter);
  if (!open) {
    if (place.lane == Lane::kGroup && !client->subscriptions.find(wanted.filter)) co_await leave_group(client, &place);
    co_return refuse(refused(open.error()));
  }
  std::optional<Subscription> before = client->subscriptions.put(wanted);
  Result<void> done = co_await keep_subscription(client, client->subscriptions.find(wanted.filter));
  if (done) done = co_await bind(client, &place);
  if (!done) {
    co_await back_to(client, &wanted, &before);
    co_return refuse(refused(done.error()));
  }
  if (before && place_of(*client, *before).lane != place.lane) std::ignore = co_await remove(client, &*before);
  co_return wanted.qos();
}

/// By retain handling (5.0, 3.3.1.3): 0 always, 1 for a new subscription only, 2 never. What is shared gets none.
bool wants_retained(const Subscription& subscription, bool is_new) {
  unsigned handling = (subscription.options & kRetainHandling) >> 4;
  if (shared_filter(subscription.filter) || handling == 2) return false;
  return handling == 0 || is_new;
}

/// What is retained from here on reaches the subscriptions as it is published.
runtime::Task<void> mark(Client* client, std::vector<Replay>* replays) {
  Result<std::vector<Offset>> marks = co_await client->door.retained.marks(client->shard);
  if (!marks) {
    client->door.logger.warn("could not send what is retained to a subscriber",
                             {{"client", client->client_id}, {"reason", marks.error().message}});
    co_return replays->clear();
  }
  std::vector<broker::SessionItem> items;
  for (Replay& one : *replays) {
    one.below = *marks;
    forget_replay(*client, one.filter);
    if (one.is_kept(*client)) items.push_back({std::string(kReplayItem) + one.filter, encode_place(one)});
  }
  if (items.empty()) co_return;
  Result<void> kept = co_await client->keep(std::move(items));
  if (!kept)
    client->door.logger.warn("could not keep that retained messages are to come",
                             {{"client", client->client_id}, {"reason", kept.error().message}});
}

/// Before MQTT 5 there is one code for all refusals.
std::uint8_t code_of(const Client& client, const Outcome<std::uint8_t>& granted) {
  if (granted) return *granted;
  return static_cast<std::uint8_t>(client.is_v5() ? granted.error().code : ReasonCode::kUnspecifiedError);
}

Outcome<std::vector<Subscription>> subscriptions_of(const Client& client, const Subscribe& subscribe) {
  if (subscribe.properties.subscription_ids.size() > 1)
    return refuse(ReasonCode::kProtocolError, "SUBSCRIBE: more than one subscription identifier");
  std::vector<Subscription> wanted;
  for (const FilterRequest& one : subscribe.filters) {
    std::uint8_t reserved = client.is_v5() ? kReservedOptions : static_cast<std::uint8_t>(~kQosBits);
    bool bad = (one.options & reserved) != 0 || (one.options & kQosBits) == 3 ||
               (one.options & kRetainHandling) == kRetainHandling;
    if (bad) return refuse(ReasonCode::kMalformedPacket, "SUBSCRIBE: options that there are not");
    Subscription& subscription = wanted.emplace_back(Subscription{std::string(one.filter), one.options, {}});
    if (subscription.no_local() && shared_filter(subscription.filter))
      return refuse(ReasonCode::kProtocolError, "SUBSCRIBE: no local on a shared subscription");
    if (!subscribe.properties.subscription_ids.empty()) subscription.id = subscribe.properties.subscription_ids.front();
  }
  return wanted;
}

}  // namespace

runtime::Task<void> take_subscribe(Client* client, const RawPacket* packet) {
  Outcome<Subscribe> subscribe = read_packet<Subscribe>(*packet, client->version, client->door.limits.subscriptions);
  if (!subscribe) co_return client->end(subscribe.error());
  Outcome<std::vector<Subscription>> wanted = subscriptions_of(*client, *subscribe);
  if (!wanted) co_return client->end(wanted.error());
  SubAck answer{.packet_id = subscribe->packet_id, .properties = {}, .codes = {}};
  std::vector<Replay> replays;
  for (const Subscription& one : *wanted) {
    bool is_new = client->subscriptions.find(one.filter) == nullptr;
    Outcome<std::uint8_t> granted = co_await subscribe_to(client, one);
    answer.codes.push_back(code_of(*client, granted));
    if (granted && wants_retained(one, is_new)) replays.push_back({one.filter, one.qos(), one.id});
  }
  bool replays_any = !replays.empty() && client->door.retained.is_open(client->shard);
  if (replays_any) co_await mark(client, &replays);
  client->write(answer);
  for (Replay& one : replays) {
    if (replays_any) replay_later(*client, std::move(one));
  }
}

runtime::Task<void> take_unsubscribe(Client* client, const RawPacket* packet) {
  Outcome<Unsubscribe> unsubscribe =
      read_packet<Unsubscribe>(*packet, client->version, client->door.limits.subscriptions);
  if (!unsubscribe) co_return client->end(unsubscribe.error());
  UnsubAck answer{.packet_id = unsubscribe->packet_id, .properties = {}, .codes = {}};
  for (std::string_view filter : unsubscribe->filters) {
    std::optional<Subscription> gone = client->subscriptions.erase(filter);
    ReasonCode code = gone ? ReasonCode::kSuccess : ReasonCode::kNoSubscriptionExisted;
    if (gone) {
      Result<void> removed = co_await end_subscription(client, &*gone);
      if (!removed) code = ReasonCode::kUnspecifiedError;
    }
    answer.codes.push_back(static_cast<std::uint8_t>(code));
  }
  client->write(answer);
}

bool may_end_session(const Client& client) {  // asked once: not to be remembered
  return client.door.access.table(client.shard)
      .may(client.decisions->principal(), client.name_space(), Verb::kConfigure,
           Resource::queue(queue_of_session(client.client_id)));
}

Outcome<void> may_resume(Client& client) {
  if (!client.subscriptions.any(Lane::kSession)) return {};
  Result<void> allowed = client.may(Verb::kRead, Resource::queue(queue_of_session(client.client_id)));
  if (!allowed) return refuse(ReasonCode::kNotAuthorized, allowed.error().message);
  return {};
}

namespace {

/// Before anything is delivered. Of an own session only what it reads is looked at: queue and bindings are there.
runtime::Task<Result<void>> end_what_is_not_allowed(Client* client) {
  std::vector<Subscription> gone;
  for (const auto& [filter, subscription] : client->subscriptions.all()) {
    Place place = place_of(*client, subscription);
    auto allowed = may_subscribe(*client, place, place.lane != Lane::kSession);
    if (allowed) continue;
    gone.push_back(subscription);
    client->door.logger.warn("ended a subscription that its user has no right to any more",
                             {{"client", client->client_id}, {"filter", filter}, {"reason", allowed.error().message}});
  }
  for (const Subscription& one : gone) client->subscriptions.erase(one.filter);
  for (const Subscription& one : gone) {
    Result<void> ended = co_await end_subscription(client, &one);
    if (!ended) co_return ended;
  }
  co_return Result<void>();
}

/// Those that its own queue has: somebody may have deleted it meanwhile, or the node ended before all were made.
std::set<std::string> bindings_of_session(const Client& client) {
  std::set<std::string> keys;
  auto view = client.door.entities.find(client.shard, client.name_space());
  if (!view || !client.subscriptions.any(Lane::kSession)) return keys;
  routing::Destination queue{routing::DestinationKind::kQueue, queue_of_session(client.client_id)};
  for (routing::Binding& one : view->routes->bindings_to(queue)) {
    if (one.source == kTopicExchange) keys.insert(std::move(one.routing_key));
  }
  return keys;
}

}  // namespace

runtime::Task<Result<void>> resume_subscriptions(Client* client) {
  Result<void> ended = co_await end_what_is_not_allowed(client);
  if (!ended) co_return ended;
  std::vector<Subscription> all;
  for (const auto& [filter, subscription] : client->subscriptions.all()) all.push_back(subscription);
  if (client->subscriptions.any(Lane::kSession)) {  // also what waits for one that has QoS 0 now
    Place own{Lane::kSession, queue_of_session(client->client_id), {}};
    Result<void> open = co_await open_place(client, &own, {});
    if (!open) co_return open;
  }
  const std::set<std::string> bound_keys = bindings_of_session(*client);
  for (const Subscription& one : all) {
    Place place = place_of(*client, one);
    Result<void> open = co_await open_place(client, &place, one.filter);
    if (!open) co_return open;
    if (place.lane == Lane::kSession && bound_keys.contains(binding_key_of(place.filter))) continue;
    Result<void> bound = co_await bind(client, &place);
    if (!bound) co_return bound;
  }
  co_return Result<void>();
}

}  // namespace wharf::mqtt
