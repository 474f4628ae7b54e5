// CONNECT, DISCONNECT, and leaving without a word.
#include <fmt/format.h>

#include "protocols/stomp/handlers/deliveries.hpp"
#include "protocols/stomp/handlers/dispatch.hpp"
#include "protocols/stomp/session/errors.hpp"
#include "protocols/stomp/wire/frame_writer.hpp"

namespace wharf::stomp {
namespace {

/// The highest that both have. Without the header it is a client of 1.0.
std::optional<Version> agreed_version(const Frame& connect) {
  auto accepts = connect.header("accept-version");
  if (!accepts) return Version::k10;
  std::optional<Version> best;
  for (std::string_view rest = *accepts; !rest.empty();) {
    std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    for (Version version : {Version::k10, Version::k11, Version::k12}) {
      if (one == to_string(version) && (!best || *best < version)) best = version;
    }
  }
  return best;
}

/// Clients of ActiveMQ, which has no virtual hosts, write the name of the machine.
bool names_this_machine(const Client& client, std::string_view host) {
  return host == "localhost" || host == client.local.host;
}

Outcome<std::string> vhost_of(const Client& client, const Frame& connect) {
  const Door& door = client.door;
  std::string host(connect.header("host").value_or(door.default_vhost));
  if (door.entities.find(client.shard, host)) return host;
  if (names_this_machine(client, host) && door.entities.find(client.shard, door.default_vhost))
    return door.default_vhost;
  return refuse("Bad CONNECT", fmt::format("Virtual host '{}' access denied", host));
}

Outcome<void> sign_in(Client& client, const Frame& connect) {
  const Door& door = client.door;
  auto login = connect.header("login"), passcode = connect.header("passcode");
  bool is_anonymous = !login && !passcode;
  if (is_anonymous && door.default_user.empty())
    return refuse("Bad CONNECT", "a client without 'login' (stomp.default.user names nobody for it)");
  std::string_view user = is_anonymous ? std::string_view(door.default_user) : login.value_or(std::string_view());
  std::string_view password =
      is_anonymous ? std::string_view(door.default_password) : passcode.value_or(std::string_view());
  Result<security::Principal> who = door.access.sign_in(client.shard, user, password, client.remote);
  if (!who) {
    door.logger.warn("refused a login",
                     {{"listener", "stomp"}, {"from", client.remote.text()}, {"reason", who.error().message}});
    return refuse("Bad CONNECT", fmt::format("Access refused for user '{}'", user));
  }
  Outcome<std::string> vhost = vhost_of(client, connect);
  if (!vhost) return refuse(vhost.error());
  if (!door.access.table(client.shard).may_use_namespace(*who, *vhost))
    return refuse("Bad CONNECT", fmt::format("Virtual host '{}' access denied", *vhost));
  client.enter(std::move(*who), std::move(*vhost));
  return {};
}

Outcome<void> agree(Client& client, const Frame& connect) {
  std::optional<Version> version = agreed_version(connect);
  if (!version) return refuse("Version mismatch", fmt::format("Supported versions are {}\n", kAllVersions));
  HeartBeat wanted;
  if (auto text = connect.header("heart-beat")) {
    auto read = heart_beat_of(*text);
    if (!read) return refuse("Bad CONNECT", fmt::format("'{}' is no heart-beat", *text));
    wanted = *read;
  }
  if (auto signed_in = sign_in(client, connect); !signed_in) return signed_in;
  client.version = *version;
  client.heart_beat = answer_to(wanted);
  client.client_id = connect.header("client-id").value_or(std::string_view());
  return {};
}

}  // namespace

runtime::Task<void> take_connect(Client* client, const Frame* frame) {
  if (auto agreed = agree(*client, *frame); !agreed) {
    client->end(agreed.error());
    co_return;
  }
  client->session = "session-" + client->door.random.uuid().base64();
  client->phase = Client::Phase::kRunning;
  FrameWriter connected(client->out, client->version, "CONNECTED");
  connected.raw_header("server", client->door.server);
  connected.raw_header("session", client->session);
  connected.raw_header("heart-beat", fmt::format("{},{}", client->heart_beat.sends_ms, client->heart_beat.wants_ms));
  connected.raw_header("version", to_string(client->version));
  connected.end();
  client->can_write.notify();
}

runtime::Task<void> take_disconnect(Client* client, const Frame* frame) {
  while (client->unanswered_messages > 0 && client->phase == Client::Phase::kRunning) co_await client->landed.wait();
  Result<void> kept = co_await settle_durably(client, SettledWhen::kEver);
  if (!kept) co_return client->end(protocol_error(kept.error()), frame->header("receipt"));
  client->receipt(*frame);
  client->phase = Client::Phase::kEnded;
  client->can_write.notify();
}

runtime::Task<void> leave(Client* client) {
  hand_on_settlements(*client);
  auto leaving = std::exchange(client->subscriptions, {});
  client->by_consumer.clear();
  std::vector<broker::LeavingConsumer> gone;
  for (const auto& [number, one] : leaving) gone.push_back({one->queue->ref, {one->consumer, one->unsent}});
  co_await client->door.queues.release_all(client->shard, std::move(gone));
  for (const auto& [number, one] : leaving) {
    if (one->queue->auto_delete) co_await client->door.entities.delete_unused(client->shard, one->queue->ref);
  }
  if (client->has_exclusive_queues) co_await client->door.entities.delete_exclusive(client->shard, client->id);
}

}  // namespace wharf::stomp
