// CONNECT: who it is, what was agreed, and the session; and leaving it again.
#include <algorithm>

#include <fmt/format.h>

#include "model/number_text.hpp"
#include "protocols/mqtt/handlers/deliveries.hpp"
#include "protocols/mqtt/handlers/dispatch.hpp"
#include "protocols/mqtt/handlers/sign_in.hpp"
#include "protocols/mqtt/session/addresses.hpp"
#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {
namespace {

/// The names of a session's queues are this and a little more, of at most 255 bytes.
constexpr std::size_t kLongestClientId = 200;

/// Before anything of the packet can be relied on: the level stands behind the protocol's name.
std::uint8_t level_of(ByteView body) {
  Reader reader(body);
  reader.binary();
  return reader.integer<std::uint8_t>();
}

/// CONNACK, as far as the client's version has one for this, and the end.
void refuse_connect(Client& client, const ProtocolError& error) {
  client.door.logger.warn(
      "refused an MQTT client",
      {{"listener", "mqtt"}, {"from", client.remote.text()}, {"client", client.client_id}, {"reason", error.message}});
  std::optional<std::uint8_t> code =
      client.is_v5() ? static_cast<std::uint8_t>(error.code) : connect_return_code(error.code);
  if (code) {
    ConnAck refusal{.code = *code, .properties = {}};
    if (client.tells_problems) refusal.properties.reason_string = error.message;
    client.write(refusal);
    client.was_refused = true;
  }
  client.will.reset();
  client.end(ReasonCode::kSuccess, {});
}

/// 3.1.3.1: a client may leave it to us, unless it wants to find its session again.
Outcome<void> name_client(Client& client, const Connect& connect, Properties& told) {
  client.client_id = connect.client_id;
  if (client.client_id.size() > kLongestClientId) {
    client.client_id.clear();
    return refuse(ReasonCode::kClientIdentifierNotValid,
                  fmt::format("a client identifier of more than {} bytes", kLongestClientId));
  }
  if (!client.client_id.empty()) return {};
  bool may_be_named = client.is_v5() || (client.version == Version::k311 && connect.clean_start);
  if (!may_be_named) return refuse(ReasonCode::kClientIdentifierNotValid, "an empty client identifier");
  client.client_id = "auto-" + client.door.random.uuid().base64();
  told.assigned_client_id = client.client_id;
  return {};
}

broker::SessionExpiry expiry_of(const Client& client, const Connect& connect) {
  constexpr std::uint32_t kNever = 0xFFFFFFFF;
  const broker::SessionExpiry& most = client.door.limits.session_expiry_max;
  broker::SessionExpiry asked;
  if (client.is_v5()) {
    std::uint32_t seconds = connect.properties.session_expiry_s.value_or(0);
    if (seconds != kNever) asked = std::chrono::seconds(seconds);
  } else if (connect.clean_start) {
    asked = std::chrono::seconds(0);
  }
  if (!most) return asked;
  return asked ? std::min(*asked, *most) : most;
}

void agree(Client& client, const Connect& connect, Properties& told) {
  const DoorLimits& limits = client.door.limits;
  const Properties& asked = connect.properties;
  client.keep_alive_s = connect.keep_alive_s;
  client.expiry = expiry_of(client, connect);
  client.receive_maximum = limits.receive_maximum;
  if (!client.is_v5()) return;
  client.tells_problems = asked.request_problem_information != 0;
  client.receive_maximum = std::min(client.receive_maximum, asked.receive_maximum.value_or(65'535));
  client.max_packet_bytes = asked.maximum_packet_bytes.value_or(kLargestVarint);
  std::uint16_t aliases = std::min(asked.topic_alias_maximum.value_or(0), limits.topic_alias_maximum);
  if (aliases > 0) client.outgoing_aliases = std::make_unique<OutgoingAliases>(aliases);
  if (client.keep_alive_s == 0 || client.keep_alive_s > limits.keep_alive_max_s) {
    if (limits.keep_alive_max_s != 65'535 || client.keep_alive_s != 0) {
      client.keep_alive_s = limits.keep_alive_max_s;
      told.server_keep_alive_s = client.keep_alive_s;
    }
  }
  told.receive_maximum = limits.receive_maximum;
  told.maximum_packet_bytes = static_cast<std::uint32_t>(limits.max_packet_bytes);
  told.topic_alias_maximum = limits.topic_alias_maximum;
  auto wanted_s = asked.session_expiry_s.value_or(0);
  if (client.expiry && client.expiry->count() != wanted_s)
    told.session_expiry_s = static_cast<std::uint32_t>(client.expiry->count());
}

/// With memory of its own: it outlives the packet by far.
Outcome<void> keep_will(Client& client, const Connect& connect, const RawPacket& packet) {
  if (!connect.will) return {};
  if (!is_topic_name(connect.will->topic))
    return refuse(ReasonCode::kTopicNameInvalid, "CONNECT: the will's topic is no topic name");
  KeptWill& kept = *(client.will = std::make_unique<KeptWill>());
  kept.connect.assign(packet.body.begin(), packet.body.end());
  kept.packet = *read_packet<Connect>({.type = kConnect, .body = kept.connect}, client.version);
  return {};
}

/// Whether it is where it goes is known there, by its number.
void restore_received(Publishing& publishes, std::uint16_t packet_id, std::string_view noted) {
  std::optional<MessageNumber> number = decode_number(noted);
  Received::State state = number ? Received::State::kNoted : Received::State::kKept;
  publishes.received.emplace(packet_id, Received{state, number});
}

/// What the session kept; the will's place, if one waits.
std::optional<broker::ScheduledId> restore(Client& client, const std::map<std::string, std::string>& items) {
  std::optional<broker::ScheduledId> waiting_will;
  for (const auto& [key, value] : items) {
    std::string_view rest = key;
    auto begins = [&rest](std::string_view kind) {
      bool yes = rest.starts_with(kind);
      if (yes) rest.remove_prefix(kind.size());
      return yes;
    };
    if (begins(kSubscriptionItem)) {
      if (auto subscription = decode_subscription(rest, value)) client.subscriptions.put(std::move(*subscription));
    } else if (begins(kReceivedItem)) {
      if (auto id = parse_number<std::uint16_t>(rest)) restore_received(client.publishes(), *id, value);
    } else if (key == kNumbersItem) {
      client.publishes().numbers.restore(value);
    } else if (begins(kReleasedItem)) {
      Offset offset(parse_number<std::int64_t>(value).value_or(0));
      auto id = parse_number<std::uint16_t>(rest);
      if (id) client.outgoing.add(*id, {.consumer = {}, .message = {0, offset}, .qos = 2, .released = true});
    } else if (begins(kReplayItem)) {
      Replay replay{.filter = std::string(rest)};
      if (decode_place(value, replay)) client.replays().waiting.push_back(std::move(replay));
    } else if (key == broker::kSessionMessageItem) {
      waiting_will = broker::ScheduledId::from_text(value);
    }
  }
  auto is_noted = [](const auto& one) { return one.second.state == Received::State::kNoted; };
  if (client.publishing && std::ranges::any_of(client.publishing->received, is_noted))
    client.publishing->numbers.begin_anew();
  return waiting_will;
}

bool has_group(const Client& client, std::string_view queue) {
  return std::ranges::any_of(client.subscriptions.all(), [queue](const auto& one) {
    auto shared = shared_filter(one.first);
    return shared && queue_of_group(shared->group, shared->filter) == queue;
  });
}

/// Parts in shared subscriptions without a subscription: something was cut off when it was made or ended.
runtime::Task<void> leave_what_was_cut_off(Client* client, const std::map<std::string, std::string>* items) {
  for (const auto& [key, value] : *items) {
    if (!key.starts_with(broker::kSharedQueueItem)) continue;
    std::string queue = key.substr(broker::kSharedQueueItem.size());
    if (!has_group(*client, queue)) co_await leave_queue(client, std::move(queue));
  }
}

runtime::Task<Result<broker::AttachedSession>> attach(Client* client, broker::SessionRequest request) {
  client->waits_for_session = std::stop_source();
  request.stop = client->waits_for_session.get_token();
  Result<broker::AttachedSession> session =
      co_await client->door.sessions.attach(client->shard, std::move(request), client->inbox);
  client->waits_for_session = std::stop_source(std::nostopstate);
  co_return session;
}

/// The client is back before its will was due.
runtime::Task<void> cancel_will(Client* client, broker::ScheduledId id) {
  std::ignore = co_await client->door.delays.cancel(client->shard, id);
  std::vector<broker::SessionItem> items{{std::string(broker::kSessionMessageItem), std::nullopt}};
  std::ignore = co_await client->keep(std::move(items));
}

ProtocolError no_session(const Error& error) {
  ReasonCode code = ReasonCode::kServerUnavailable;
  if (error.code == ErrorCode::kFull) code = ReasonCode::kQuotaExceeded;
  if (error.code == ErrorCode::kAccessRefused) code = ReasonCode::kNotAuthorized;
  return {code, error.message};
}

/// Everything that needs no waiting.
Outcome<void> look_at(Client& client, const Connect& connect, const RawPacket& packet, Properties& told) {
  if (connect.properties.authentication_method)
    return refuse(ReasonCode::kBadAuthenticationMethod, "CONNECT: no authentication method is served");
  client.tells_problems = connect.properties.request_problem_information != 0;
  if (auto named = name_client(client, connect, told); !named) return named;
  if (auto signed_in = sign_in(client, connect); !signed_in) return signed_in;
  agree(client, connect, told);
  return keep_will(client, connect, packet);
}

}  // namespace

runtime::Task<void> take_connect(Client* client, const RawPacket* packet) {
  std::uint8_t level = level_of(packet->body);
  client->version = level >= 5 ? Version::k5 : level == 3 ? Version::k31 : Version::k311;
  Outcome<Connect> connect = read_packet<Connect>(*packet, client->version);
  if (!connect) co_return refuse_connect(*client, connect.error());
  Properties told;
  if (auto good = look_at(*client, *connect, *packet, told); !good) co_return refuse_connect(*client, good.error());
  broker::SessionRequest request{.name = {client->name_space(), client->client_id},
                                 .user = client->decisions->principal().name,
                                 .replaces_others = may_end_session(*client),
                                 .clean = connect->clean_start,
                                 .expiry = client->expiry,
                                 .stop = {}};
  if (client->will && client->will->will().retain) std::ignore = co_await client->door.retained.open(client->shard);
  Result<broker::AttachedSession> session = co_await attach(client, std::move(request));
  if (session) client->session = session->ref;
  if (client->phase == Client::Phase::kEnded) co_return client->will.reset();  // meanwhile: it never was connected
  if (!session) co_return refuse_connect(*client, no_session(session.error()));
  auto waiting_will = restore(*client, session->items);
  if (waiting_will) co_await cancel_will(client, *waiting_will);
  co_await leave_what_was_cut_off(client, &session->items);
  if (auto settled = co_await settle_released(client); !settled)
    co_return refuse_connect(*client, no_session(settled.error()));
  if (client->phase == Client::Phase::kEnded) co_return client->will.reset();
  if (auto allowed = may_resume(*client); !allowed) co_return refuse_connect(*client, allowed.error());
  client->phase = Client::Phase::kRunning;
  client->write(ConnAck{.session_present = session->resumed, .code = 0, .properties = told});
  resend_releases(*client);
  Result<void> resumed = co_await resume_subscriptions(client);
  if (!resumed) co_return client->end({ReasonCode::kServerUnavailable, resumed.error().message});
  resume_replays(*client);
}

namespace {

/// All that it reads from, at once. What was not written is to come back as if it had not been here.
std::vector<broker::LeavingConsumer> sources_of(const Client& client) {
  std::vector<broker::LeavingConsumer> leaving;
  for (const auto& [id, source] : client.sources) {
    broker::LeavingConsumer& one = leaving.emplace_back(source->queue->ref, queue::Leaver{id});
    if (source->lane == Lane::kConnection) continue;
    for (const broker::Delivery& delivery : source->held.all()) one.leaver.unsent.push_back(delivery.id);
  }
  return leaving;
}

}  // namespace

runtime::Task<void> leave(Client* client) {
  if (client->will) co_await publish_will(client);
  hand_on_settlements(*client);
  std::vector<broker::LeavingConsumer> gone = sources_of(*client);
  std::vector<std::unique_ptr<Source>> leaving;
  for (auto& [id, source] : client->sources) leaving.push_back(std::move(source));
  client->sources.clear();
  co_await client->door.queues.release_all(client->shard, std::move(gone));
  bool has_own = false;
  for (const std::unique_ptr<Source>& source : leaving) {
    has_own |= source->queue->exclusive.has_value();
    if (source->lane != Lane::kGroup) continue;
    if (source->queue->auto_delete) {
      co_await client->door.entities.delete_unused(client->shard, source->queue->ref);
    } else if (!client->keeps_session()) {
      co_await leave_queue(client, source->queue->name);
    }
  }
  if (has_own) co_await client->door.entities.delete_exclusive(client->shard, client->id);
  if (!client->session) co_return;
  co_await client->door.sessions.detach(client->shard, *client->session, client->expiry);
}

}  // namespace wharf::mqtt
