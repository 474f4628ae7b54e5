#include "protocols/mqtt/handlers/sign_in.hpp"

#include "security/core/refusals.hpp"

namespace wharf::mqtt {
namespace {

struct Credentials {
  std::string name_space = "/";
  std::string user, password;
};

Outcome<Credentials> credentials_of(const Client& client, const Connect& connect) {
  if (!connect.user || connect.user->empty()) {
    if (client.door.anonymous_user.empty())
      return refuse(ReasonCode::kNotAuthorized, "CONNECT: a client without a user name");
    return Credentials{.user = client.door.anonymous_user, .password = client.door.anonymous_password};
  }
  Credentials given{.user = std::string(*connect.user),
                    .password = std::string(as_text(connect.password.value_or(ByteView())))};
  std::size_t colon = given.user.find(':');
  if (colon == std::string::npos) return given;
  given.name_space = given.user.substr(0, colon);
  given.user.erase(0, colon + 1);
  return given;
}

Outcome<void> may_enter(const Client& client, const security::Principal& who, const std::string& name_space) {
  if (client.door.access.table(client.shard).may_use_namespace(who, name_space)) return {};
  return refuse(ReasonCode::kNotAuthorized, security::vhost_refused(who.name, name_space).message);
}

}  // namespace

Outcome<void> sign_in(Client& client, const Connect& connect) {
  Outcome<Credentials> given = credentials_of(client, connect);
  if (!given) return refuse(given.error());
  Result<security::Principal> who =
      client.door.access.sign_in(client.shard, given->user, given->password, client.remote);
  if (!who) {
    client.door.logger.warn("refused a login",
                            {{"listener", "mqtt"}, {"from", client.remote.text()}, {"reason", who.error().message}});
    return refuse(ReasonCode::kBadUserNameOrPassword, "the user name or the password is wrong");
  }
  who->client_id = client.client_id;
  if (!client.door.entities.find(client.shard, given->name_space))
    return refuse(ReasonCode::kBadUserNameOrPassword, "there is no such virtual host");
  if (auto allowed = may_enter(client, *who, given->name_space); !allowed) return allowed;
  client.enter(std::move(*who), std::move(given->name_space));
  return {};
}

Outcome<void> may_stay(const Client& client) {
  return may_enter(client, client.decisions->principal(), client.name_space());
}

}  // namespace wharf::mqtt
