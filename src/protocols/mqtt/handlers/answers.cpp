// PUBACK, PUBREC, PUBREL and PUBCOMP from the client: of messages in either direction.
#include <utility>

#include <fmt/format.h>

#include "protocols/mqtt/handlers/deliveries.hpp"
#include "protocols/mqtt/handlers/dispatch.hpp"
#include "protocols/mqtt/session/addresses.hpp"

namespace wharf::mqtt {
namespace {

template <class Packet>
std::optional<Packet> read_answer(Client& client, const RawPacket& packet) {
  Outcome<Packet> answer = read_packet<Packet>(packet, client.version);
  if (answer) return *answer;
  client.end(answer.error());
  return std::nullopt;
}

std::string key_of(std::string_view kind, std::uint16_t packet_id) {
  return fmt::format("{}{}", kind, packet_id);
}

runtime::Task<Result<void>> keep_one(Client* client, std::string key, std::optional<std::string> value) {
  std::vector<broker::SessionItem> items;
  items.push_back({std::move(key), std::move(value)});
  return client->keep(std::move(items));
}

void could_not_keep(Client& client, const Error& error) {
  client.end({ReasonCode::kUnspecifiedError, error.message});
}

/// The message is the client's from here on, and its identifier is known to be out until PUBCOMP: both survive.
runtime::Task<void> release(Client* client, std::uint16_t packet_id, OutgoingMessage message) {
  Result<void> kept =
      co_await keep_one(client, key_of(kReleasedItem, packet_id), std::to_string(message.message.offset.value));
  if (!kept) co_return could_not_keep(*client, kept.error());
  if (message.consumer) settle(*client, *message.consumer, message.message);
  hand_on_settlements(*client);
  client->write(PubRel{.packet_id = packet_id});
}

runtime::Task<void> forget_received(Client* client, std::uint16_t packet_id) {
  Result<void> kept = co_await keep_one(client, key_of(kReceivedItem, packet_id), std::nullopt);
  if (!kept) co_return could_not_keep(*client, kept.error());
  client->publishes().received.erase(packet_id);
  client->write(PubComp{.packet_id = packet_id});
}

void erase_outgoing(Client& client, std::uint16_t packet_id) {
  const OutgoingMessage* message = client.outgoing.find(packet_id);
  std::uint32_t page = message ? message->replay_page : 0;
  client.outgoing.erase(packet_id);
  if (page != 0) answered_retained(client, page);
}

/// Its queue has forgotten it for good: from then on nothing hands it over again that one would have to know it by.
runtime::Task<Result<void>> until_settled(Client* client, queue::ConsumerId consumer) {
  auto known = client->sources.find(consumer);
  if (known == client->sources.end() || !client->keeps_session()) co_return Result<void>();
  broker::QueueRef queue = known->second->queue->ref;
  Result<void> settled = co_await client->door.queues.settle_durably(client->shard, queue, consumer, {});
  co_return settled;
}

runtime::Task<void> forget_released(Client* client, std::uint16_t packet_id,
                                    std::optional<queue::ConsumerId> consumer) {
  Result<void> kept;
  if (consumer) kept = co_await until_settled(client, *consumer);
  if (kept) kept = co_await keep_one(client, key_of(kReleasedItem, packet_id), std::nullopt);
  if (!kept) co_return could_not_keep(*client, kept.error());
  erase_outgoing(*client, packet_id);
  made_room(*client);
}

}  // namespace

void take_puback(Client& client, const RawPacket& packet) {
  auto answer = read_answer<PubAck>(client, packet);
  if (!answer) return;
  OutgoingMessage* message = client.outgoing.find(answer->packet_id);
  if (!message || message->qos != 1) return;  // of a connection before this
  if (message->consumer) settle(client, *message->consumer, message->message);
  erase_outgoing(client, answer->packet_id);
}

void take_pubrec(Client& client, const RawPacket& packet) {
  auto answer = read_answer<PubRec>(client, packet);
  if (!answer) return;
  OutgoingMessage* message = client.outgoing.find(answer->packet_id);
  if (!message || message->qos != 2) {
    ReasonCode unknown = client.is_v5() ? ReasonCode::kPacketIdentifierNotFound : ReasonCode::kSuccess;
    return client.write(PubRel{.packet_id = answer->packet_id, .reason = unknown});
  }
  if (is_failure(answer->reason)) {  // the client's last word
    if (message->consumer) settle(client, *message->consumer, message->message);
    erase_outgoing(client, answer->packet_id);
    return;
  }
  if (message->released) return client.write(PubRel{.packet_id = answer->packet_id});
  message->released = true;
  client.tasks.spawn("mqtt-release", release(&client, answer->packet_id, *message));
}

void take_pubrel(Client& client, const RawPacket& packet) {
  auto answer = read_answer<PubRel>(client, packet);
  if (!answer) return;
  auto known = client.publishes().received.find(answer->packet_id);
  if (known == client.publishes().received.end()) {
    ReasonCode unknown = client.is_v5() ? ReasonCode::kPacketIdentifierNotFound : ReasonCode::kSuccess;
    return client.write(PubComp{.packet_id = answer->packet_id, .reason = unknown});
  }
  using State = Received::State;
  if (known->second.state == State::kUnderWay)
    return client.end({ReasonCode::kProtocolError, "PUBREL for a message that has no PUBREC yet"});
  if (std::exchange(known->second.state, State::kReleasing) == State::kReleasing) return;  // its PUBCOMP comes
  client.tasks.spawn("mqtt-received", forget_received(&client, answer->packet_id));
}

void take_pubcomp(Client& client, const RawPacket& packet) {
  auto answer = read_answer<PubComp>(client, packet);
  if (!answer) return;
  OutgoingMessage* message = client.outgoing.find(answer->packet_id);
  if (!message || !message->released || std::exchange(message->completed, true)) return;
  client.tasks.spawn("mqtt-released", forget_released(&client, answer->packet_id, message->consumer));
}

runtime::Task<Result<void>> settle_released(Client* client) {
  if (client->outgoing.size() == 0) co_return Result<void>();
  auto view = client->door.entities.find(client->shard, client->name_space());
  auto queue = view ? view->queue(queue_of_session(client->client_id)) : nullptr;
  if (!queue) co_return Result<void>();
  queue::ConsumerId holder = client->door.queues.new_consumer_id(client->shard);
  std::vector<queue::MessageId> released;
  for (const auto& [packet_id, message] : client->outgoing.all()) {
    if (packet_id <= OutgoingMessages::kOwn) released.push_back(message.message);
  }
  std::vector<queue::Settlement> settlements;
  for (queue::MessageId message : released) {
    Result<void> held = co_await client->door.queues.hold(client->shard, queue->ref, holder, message, 0);
    if (held) settlements.push_back({message, message.offset, queue::Verdict::kDone});
  }
  if (settlements.empty()) co_return Result<void>();
  Result<void> settled =
      co_await client->door.queues.settle_durably(client->shard, queue->ref, holder, std::move(settlements));
  co_return settled;
}

void resend_releases(Client& client) {
  for (const auto& [packet_id, message] : client.outgoing.all()) client.write(PubRel{.packet_id = packet_id});
}

}  // namespace wharf::mqtt
