#include "protocols/mqtt/handlers/deliveries.hpp"

#include <algorithm>
#include <utility>

#include "protocols/mqtt/handlers/client.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {
namespace {

void add_settlement(std::vector<queue::Settlement>& to, queue::MessageId message, queue::Verdict verdict) {
  bool follows = !to.empty() && to.back().verdict == verdict && to.back().first.level == message.level &&
                 to.back().last.plus(1) == message.offset;
  if (follows) {
    to.back().last = message.offset;
  } else {
    to.push_back({message, message.offset, verdict});
  }
}

/// As the client's subscriptions want it; none: they do not.
std::optional<Subscriptions::Match> wanted(const Client& client, const Source& source, std::string_view topic) {
  if (source.lane != Lane::kGroup) return client.subscriptions.match(topic, source.lane);
  const Subscription* shared = client.subscriptions.find(source.filter);
  auto filter = shared_filter(source.filter);
  if (!shared || !filter || !matches(filter->filter, topic)) return std::nullopt;
  Subscriptions::Match match{
      .qos = shared->qos(), .retain_as_published = (shared->options & kRetainAsPublished) != 0, .ids = {}};
  if (shared->id) match.ids.push_back(*shared->id);
  return match;
}

enum class Written : std::uint8_t {
  kToAnswer,  // it is the client's until it says so
  kDone,      // it has it
  kNotForIt,  // nothing was written
  kNoRoom,    // it waits
  kNotYet,    // it waits until it is on disk
};

/// Whoever is sent a message of QoS 2 remembers its identifier: one that a crash takes must not have been sent, for the
/// identifier would be another message's.
bool may_be_lost(const Client& client, const Source& source, const broker::Delivery& delivery) {
  if (!client.keeps_session()) return false;  // nor does the client remember
  const auto& kept = source.kept_to;
  return !kept || kept->level != delivery.id.level || kept->offset < delivery.id.offset;
}

/// Of all that is held, where one level holds it.
runtime::Task<void> wait_for_disk(Client* client, queue::ConsumerId id) {
  Source& source = *client->sources.at(id);
  queue::MessageId message = source.held.front().id;
  if (source.held.back().id.level == message.level) message = source.held.back().id;
  Result<void> kept = co_await client->door.queues.until_kept(client->shard, source.queue->ref, message);
  if (!kept) co_return client->end({ReasonCode::kUnspecifiedError, kept.error().message});
  auto known = client->sources.find(id);
  if (known == client->sources.end()) co_return;
  known->second->kept_to = message;
  known->second->waits_for_disk = false;
  made_room(*client);
}

/// One with an answer to come. What was released to the client before needs no second PUBLISH.
Written write_with_identifier(Client& client, const Source& source, queue::ConsumerId id,
                              const broker::Delivery& delivery, const OutgoingView& view, Publish publish) {
  std::uint16_t identifier = OutgoingMessages::identifier_of(delivery.id.offset);
  if (source.lane == Lane::kGroup) {
    std::optional<std::uint16_t> free = client.outgoing.free_identifier();
    if (!free) return Written::kNoRoom;
    identifier = *free;
  }
  const OutgoingMessage* under_way = client.outgoing.find(identifier);
  if (under_way && under_way->message == delivery.id) return Written::kNotForIt;
  if (under_way || client.outgoing.size() >= client.send_quota()) return Written::kNoRoom;
  if (publish.qos == 2 && may_be_lost(client, source, delivery)) return Written::kNotYet;
  publish.packet_id = identifier;
  publish.dup = delivery.redelivered;
  if (!write_message(client, view, publish, SharedBytes(delivery.owner, view.payload))) return Written::kNotForIt;
  client.outgoing.add(identifier, {.consumer = id, .message = delivery.id, .qos = publish.qos});
  return Written::kToAnswer;
}

Written write_delivery(Client& client, Source& source, queue::ConsumerId id, const broker::Delivery& delivery) {
  std::optional<OutgoingView> view = outgoing_view(delivery.record, client.shard.clock().wall_now(), {});
  if (!view) return Written::kNotForIt;
  auto match = wanted(client, source, view->topic);
  if (!match) return Written::kNotForIt;
  Publish publish{.qos = std::min(view->qos, match->qos), .retain = view->retain && match->retain_as_published};
  if (source.lane == Lane::kConnection) publish.qos = 0;  // of a subscription that had QoS 0: nothing holds it here
  view->properties.subscription_ids = std::move(match->ids);
  if (publish.qos > 0) return write_with_identifier(client, source, id, delivery, *view, publish);
  bool written = write_message(client, *view, publish, SharedBytes(delivery.owner, view->payload));
  return written ? Written::kDone : Written::kNotForIt;
}

/// False: the client has no room for the next one.
bool write_held_of(Client& client, queue::ConsumerId id, Source& source) {
  while (!source.held.empty()) {
    const broker::Delivery& delivery = source.held.front();
    Written written = write_delivery(client, source, id, delivery);
    if (written == Written::kNotYet && !std::exchange(source.waits_for_disk, true))
      client.tasks.spawn("mqtt-until-kept", wait_for_disk(&client, id));
    if (written == Written::kNoRoom || written == Written::kNotYet) return false;
    if (written != Written::kToAnswer && source.lane != Lane::kConnection)
      add_settlement(source.settlements, delivery.id, queue::Verdict::kDone);
    if (written == Written::kNotForIt) {
      client.door.queues.wrote(client.shard, source.queue->ref, id, delivery.window_bytes());
    } else {
      client.sending(id, delivery.window_bytes());
      MessageEvent event = written == Written::kToAnswer ? MessageEvent::kDeliver : MessageEvent::kDeliverNoAck;
      client.vhost_counters->messages.count(client.door.traffic.seconds, event);
    }
    source.held.pop_front();
  }
  return true;
}

}  // namespace

bool write_message(Client& client, const OutgoingView& view, Publish publish, SharedBytes payload) {
  constexpr std::size_t kAliasBytes = 3;
  publish.topic = view.topic;
  if (client.is_v5()) publish.properties = view.properties;
  std::size_t bytes = packet_bytes(publish, payload.size(), client.version);
  if (bytes > client.max_packet_bytes) return false;
  if (client.outgoing_aliases && bytes + kAliasBytes <= client.max_packet_bytes) {
    OutgoingAliases::Alias alias = client.outgoing_aliases->alias_of(view.topic);
    if (alias.number != 0) publish.properties.topic_alias = alias.number;
    if (alias.known) publish.topic = {};
  }
  write_publish(publish, std::move(payload), client.version, client.out);
  client.can_write.notify();
  return true;
}

void Inbox::deliver(queue::ConsumerId id, std::vector<broker::Delivery> deliveries) {
  if (!client_) return;
  auto known = client_->sources.find(id);
  if (known == client_->sources.end()) return;
  Source& source = *known->second;
  source.held.add(std::move(deliveries));
  if (client_->phase != Client::Phase::kRunning) return;  // it goes back as if it had not been here
  write_held_of(*client_, id, source);
  hand_on_settlements(*client_);
}

/// Whoever does not know would wait for messages in vain. When it comes back its session has its queue again.
void Inbox::ended(queue::ConsumerId id, queue::EndReason reason) {
  if (!client_ || client_->sources.erase(id) == 0) return;
  std::string_view why = reason == queue::EndReason::kQueueDeleted ? "a queue of its session was deleted"
                                                                   : "it has not answered messages for too long";
  client_->door.logger.info("closing an MQTT client's connection", {{"client", client_->client_id}, {"reason", why}});
  client_->end(ReasonCode::kAdministrativeAction, why);
}

void Inbox::taken_over() {
  if (!client_) return;
  client_->is_taken_over = true;
  client_->end(ReasonCode::kSessionTakenOver, "another connection has taken the session");
}

void made_room(Client& client) {
  if (client.phase == Client::Phase::kRunning) {
    for (auto& [id, source] : client.sources) write_held_of(client, id, *source);
  }
  hand_on_settlements(client);
  client.room.notify();
}

void settle(Client& client, queue::ConsumerId consumer, queue::MessageId message) {
  auto known = client.sources.find(consumer);
  if (known != client.sources.end()) add_settlement(known->second->settlements, message, queue::Verdict::kDone);
}

void hand_on_settlements(Client& client) {
  for (auto& [id, source] : client.sources) {
    if (source->settlements.empty()) continue;
    client.door.queues.settle(client.shard, source->queue->ref, id, std::exchange(source->settlements, {}));
  }
}

}  // namespace wharf::mqtt
