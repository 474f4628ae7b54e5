// Class connection: the handshake, and closing.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/amqp091/handlers/client_report.hpp"
#include "protocols/amqp091/handlers/dispatch.hpp"
#include "protocols/amqp091/handlers/handlers.hpp"
#include "protocols/amqp091/wire/field_table.hpp"
#include "security/core/refusals.hpp"

namespace wharf::amqp091 {
namespace {

struct Credentials {
  std::string user, password;
};

/// RFC 4616: an identity to act for, which nobody uses, the user, and the password.
std::optional<Credentials> plain(std::string_view response) {
  std::size_t user = response.find('\0');
  if (user == std::string_view::npos) return std::nullopt;
  std::size_t password = response.find('\0', user + 1);
  if (password == std::string_view::npos) return std::nullopt;
  return Credentials{std::string(response.substr(user + 1, password - user - 1)),
                     std::string(response.substr(password + 1))};
}

/// A field table without its length.
std::optional<Credentials> amqplain(std::string_view response) {
  Outcome<PropertyTable> table = decode_table(as_bytes(response));
  if (!table) return std::nullopt;
  const PropertyValue* user = find_property(*table, "LOGIN");
  const PropertyValue* password = find_property(*table, "PASSWORD");
  if (!user || !user->text() || !password || !password->text()) return std::nullopt;
  return Credentials{*user->text(), *password->text()};
}

bool announces(const PropertyTable& client_properties, std::string_view name) {
  const PropertyValue* capabilities = find_property(client_properties, "capabilities");
  const PropertyTable* table = capabilities ? capabilities->get_if<PropertyTable>() : nullptr;
  const PropertyValue* value = table ? find_property(*table, name) : nullptr;
  const bool* flag = value ? value->get_if<bool>() : nullptr;
  return flag && *flag;
}

/// What clients switch features by.
PropertyTable server_properties(const Door& door) {
  PropertyTable capabilities;
  for (const char* name : {"publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify",
                           "connection.blocked", "consumer_priorities", "authentication_failure_close",
                           "per_consumer_qos", "direct_reply_to"}) {
    capabilities.push_back({name, true});
  }
  return {{"capabilities", std::move(capabilities)},
          {"cluster_name", door.cluster_name},
          {"information", std::string("Wharf, which speaks as a RabbitMQ of this version does")},
          {"platform", std::string("Wharf")},
          {"product", std::string("RabbitMQ")},
          {"version", door.server_version}};
}

void refuse_login(Client& client, std::string_view mechanism, std::string_view why) {
  client.door.logger.warn("refused a login", {{"listener", "amqp"}, {"from", client.remote.text()}, {"reason", why}});
  if (!client.can.authentication_failure_close) {
    client.phase = Client::Phase::kEnded;
    return client.wake();
  }
  client.close_connection({ReplyCode::kAccessRefused, security::login_refused(mechanism).message, {}});
}

void handle(Client& client, const ConnectionStartOk& answer) {
  client.can = {.consumer_cancel_notify = announces(answer.client_properties, "consumer_cancel_notify"),
                .authentication_failure_close = announces(answer.client_properties, "authentication_failure_close"),
                .connection_blocked = announces(answer.client_properties, "connection.blocked")};
  std::optional<Credentials> credentials;
  if (answer.mechanism == "PLAIN") credentials = plain(answer.response.bytes);
  if (answer.mechanism == "AMQPLAIN") credentials = amqplain(answer.response.bytes);
  if (!credentials) return refuse_login(client, answer.mechanism, "an unknown mechanism, or a response that is none");
  Result<security::Principal> principal =
      client.door.access.sign_in(client.shard, credentials->user, credentials->password, client.remote);
  if (!principal) return refuse_login(client, answer.mechanism, principal.error().message);
  client.principal = std::move(*principal);
  introduce(client, answer);
  const DoorLimits& limits = client.door.limits;
  client.phase = Client::Phase::kTune;
  client.write(ConnectionTune{limits.channel_max, limits.frame_max, limits.heartbeat_seconds}, 0);
}

/// 0 is no limit: then ours counts.
template <class Number>
Outcome<Number> negotiated(std::string_view name, Number offered, Number wanted, Number least) {
  auto refused = [&](std::string_view which, std::string_view limit, Number allowed) {
    return refuse(ReplyCode::kNotAllowed, fmt::format("negotiated {} = {} is {} than the {} allowed value ({})", name,
                                                      wanted, which, limit, allowed));
  };
  if (wanted == 0) return offered;
  if (wanted < least) return refused("lower", "minimum", least);
  if (offered != 0 && wanted > offered) return refused("higher", "maximum", offered);
  return wanted;
}

void handle(Client& client, const ConnectionTuneOk& tune) {
  const DoorLimits& limits = client.door.limits;
  auto channel_max = negotiated<std::uint16_t>("channel_max", limits.channel_max, tune.channel_max, 1);
  if (!channel_max) return client.close_connection(channel_max.error());
  auto frame_max = negotiated<std::uint32_t>("frame_max", limits.frame_max, tune.frame_max, kSmallestFrameMax);
  if (!frame_max) return client.close_connection(frame_max.error());
  client.channel_max = *channel_max;
  client.frame_max = *frame_max;
  client.heartbeat_seconds = tune.heartbeat;
  client.phase = Client::Phase::kOpening;
}

void handle(Client& client, const ConnectionOpen& open) {
  if (!client.door.entities.find(client.shard, open.virtual_host)) {
    return client.close_connection(
        {ReplyCode::kNotAllowed, fmt::format("vhost {} not found", open.virtual_host), ConnectionOpen::kMethod.id});
  }
  if (!client.door.access.table(client.shard).may_use_namespace(client.principal, open.virtual_host)) {
    Error refused = security::vhost_refused(client.principal.name, open.virtual_host);
    return client.close_connection({ReplyCode::kNotAllowed, std::move(refused.message), ConnectionOpen::kMethod.id});
  }
  client.enter(open.virtual_host);
  client.write(ConnectionOpenOk{}, 0);
}

void handle(Client& client, const ConnectionUpdateSecret&) {
  client.write(ConnectionUpdateSecretOk{}, 0);
}

template <Method M>
void handle_decoded(Client& client, ByteView method) {
  Outcome<M> decoded = decode_method<M>(method);
  if (!decoded) return client.close_connection(decoded.error());
  handle(client, *decoded);
}

void end_in_order(Client& client) {
  client.write(ConnectionCloseOk{}, 0);
  client.phase = Client::Phase::kEnded;
  client.wake();
}

/// Who has close-ok may count on what was sent before being done, what the connection held being back in its queues
/// and its own queues being gone, on whatever connection they look.
runtime::Task<void> end_after_giving_back(Client* client) {
  co_await client->finish_commands();
  co_await client->give_back();
  end_in_order(*client);
}

void take_close(Client& client) {
  end_turn(client);
  bool done = client.holds_nothing() && !client.has_unfinished_channel();
  if (client.phase == Client::Phase::kClosing || done) return end_in_order(client);
  client.phase = Client::Phase::kClosing;
  std::ignore = client.tasks.spawn("amqp-close", end_after_giving_back(&client));
}

}  // namespace

void greet(Client& client) {
  client.write(
      ConnectionStart{
          .server_properties = server_properties(client.door), .mechanisms = {"AMQPLAIN PLAIN"}, .locales = {"en_US"}},
      0);
}

void handle_connection(Client& client, MethodId id, ByteView method) {
  using Phase = Client::Phase;
  if (id == ConnectionClose::kMethod.id) return take_close(client);
  if (client.phase == Phase::kClosing) {
    if (id == ConnectionCloseOk::kMethod.id) client.phase = Phase::kEnded;
    return client.wake();
  }
  if (client.phase == Phase::kStart && id == ConnectionStartOk::kMethod.id)
    return handle_decoded<ConnectionStartOk>(client, method);
  if (client.phase == Phase::kTune && id == ConnectionTuneOk::kMethod.id)
    return handle_decoded<ConnectionTuneOk>(client, method);
  if (client.phase == Phase::kOpening && id == ConnectionOpen::kMethod.id)
    return handle_decoded<ConnectionOpen>(client, method);
  if (client.phase == Phase::kRunning && id == ConnectionUpdateSecret::kMethod.id)
    return handle_decoded<ConnectionUpdateSecret>(client, method);
  if (client.phase == Phase::kRunning) {
    return client.close_connection({ReplyCode::kChannelError, "unexpected method in connection state running", id});
  }
  client.close_connection({ReplyCode::kCommandInvalid, "unexpected method during the handshake", id});
}

}  // namespace wharf::amqp091
