#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct UserOptions {
  EntityOptions shared;
  std::string name, password, tags, exchange;
  std::vector<std::string> names;
  std::string configure = ".*", write = ".*", read = ".*";
  bool take_away = false;
  // Of tokens:
  std::string verb, what, label;
  std::int64_t days = 90;
};

constexpr const char* kTokensTarget = "/api/wharf/v1/tokens";

std::string about(const std::string& name) {
  return fmt::format("user '{}'", name);
}

/// The one given, or else the first line of standard input.
Task<Result<std::string>> new_password(ManagementSession* session, const UserOptions* options) {
  if (!options->password.empty()) co_return options->password;
  std::string line = co_await runtime::run_blocking(session->shard, [] {
    std::string read;
    std::getline(std::cin, read);
    return read;
  });
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty())
    co_return fail(ErrorCode::kInvalidArgument,
                   "a password is missing: give NEW_PASSWORD, or a line on standard input");
  co_return line;
}

Task<Result<void>> list(ManagementSession* session, const UserOptions* options) {
  auto users = co_await session->ask({"GET", path({"users"}), nullptr, ""});
  if (!users) co_return fail(users.error());
  session->streams.out << shown(
      *users, options->shared.json, TextTable({"USER", "TAGS"}),
      [](const boost::json::value& one) { return std::vector{cell(one, "name"), cell(one, "tags")}; });
  co_return Result<void>();
}

Task<Result<void>> add(ManagementSession* session, const UserOptions* options) {
  auto there = co_await session->ask({"GET", path({"users", options->name}), nullptr, about(options->name)});
  if (there) co_return fail(ErrorCode::kAlreadyExists, fmt::format("there is a user '{}' already", options->name));
  if (there.error().code != ErrorCode::kNotFound) co_return fail(there.error());
  Result<std::string> password = co_await new_password(session, options);
  if (!password) co_return fail(password.error());
  boost::json::object body{{"password", *password}, {"tags", options->tags}};
  Result<void> put = co_await session->tell({"PUT", path({"users", options->name}), std::move(body), ""});
  co_return put;
}

Task<Result<void>> set_password(ManagementSession* session, const UserOptions* options) {
  auto user = co_await session->ask({"GET", path({"users", options->name}), nullptr, about(options->name)});
  if (!user) co_return fail(user.error());
  Result<std::string> password = co_await new_password(session, options);
  if (!password) co_return fail(password.error());
  const boost::json::value* tags = field_of(*user, "tags");
  boost::json::object body{{"password", *password}, {"tags", tags == nullptr ? boost::json::value("") : *tags}};
  Result<void> put = co_await session->tell({"PUT", path({"users", options->name}), std::move(body), ""});
  co_return put;
}

/// The API puts a user as a whole: the password goes along as its hash.
Task<Result<void>> set_tags(ManagementSession* session, const UserOptions* options) {
  auto user = co_await session->ask({"GET", path({"users", options->name}), nullptr, about(options->name)});
  if (!user) co_return fail(user.error());
  boost::json::object body{{"tags", options->tags}};
  for (const std::string_view field : {"password_hash", "hashing_algorithm"}) {
    if (const boost::json::value* value = field_of(*user, field)) body[{field.data(), field.size()}] = *value;
  }
  Result<void> put = co_await session->tell({"PUT", path({"users", options->name}), std::move(body), ""});
  co_return put;
}

Task<Result<void>> remove(ManagementSession* session, const UserOptions* options) {
  for (const std::string& name : options->names) {
    Result<void> gone = co_await session->tell({"DELETE", path({"users", name}), nullptr, about(name)});
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

/// The API's word for a user or a virtual host that is not there, in a sentence.
Result<void> told(Result<void> set, const UserOptions& options) {
  if (set || set.error().message != "vhost_or_user_not_found") return set;
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no user '{}', or no virtual host '{}'", options.name, options.shared.vhost));
}

Task<Result<void>> permit(ManagementSession* session, const UserOptions* options) {
  const std::string& vhost = options->shared.vhost;
  const std::string target = path({"permissions", vhost, options->name});
  if (options->take_away) {
    const std::string missing = fmt::format("permission of user '{}' in virtual host '{}'", options->name, vhost);
    Result<void> gone = co_await session->tell({"DELETE", target, nullptr, missing});
    co_return gone;
  }
  boost::json::object body{{"configure", options->configure}, {"write", options->write}, {"read", options->read}};
  Result<void> set = co_await session->tell({"PUT", target, std::move(body), ""});
  co_return told(std::move(set), *options);
}

Task<Result<void>> permit_topic(ManagementSession* session, const UserOptions* options) {
  const std::string& vhost = options->shared.vhost;
  if (options->take_away) {
    const std::string missing = fmt::format("topic permission of user '{}' for exchange '{}' in virtual host '{}'",
                                            options->name, options->exchange, vhost);
    Result<void> gone = co_await session->tell(
        {"DELETE", path({"topic-permissions", vhost, options->name, options->exchange}), nullptr, missing});
    co_return gone;
  }
  boost::json::object body{{"exchange", options->exchange}, {"write", options->write}, {"read", options->read}};
  Result<void> set =
      co_await session->tell({"PUT", path({"topic-permissions", vhost, options->name}), std::move(body), ""});
  co_return told(std::move(set), *options);
}

/// The API has two lists of permissions, which differ in one column.
struct PermissionList {
  std::string name, column;
  std::vector<std::string> (*row)(const boost::json::value& permission);
};

std::vector<std::string> permission_row(const boost::json::value& one, std::string_view own_field) {
  return {cell(one, "user"), cell(one, "vhost"), cell(one, own_field), cell(one, "write"), cell(one, "read")};
}

Task<Result<void>> show_permissions(ManagementSession* session, const UserOptions* options, PermissionList which) {
  const std::string& user = options->name;
  const std::string target = user.empty() ? path({which.name}) : path({"users", user, which.name});
  auto list = co_await session->ask({"GET", target, nullptr, about(user)});
  if (!list) co_return fail(list.error());
  session->streams.out << shown(*list, options->shared.json,
                                TextTable({"USER", "VHOST", which.column, "WRITE", "READ"}), which.row);
  co_return Result<void>();
}

Task<Result<void>> permissions(ManagementSession* session, const UserOptions* options) {
  const auto row = [](const boost::json::value& one) { return permission_row(one, "configure"); };
  return show_permissions(session, options, {"permissions", "CONFIGURE", row});
}

Task<Result<void>> topic_permissions(ManagementSession* session, const UserOptions* options) {
  const auto row = [](const boost::json::value& one) { return permission_row(one, "exchange"); };
  return show_permissions(session, options, {"topic-permissions", "EXCHANGE", row});
}

Task<Result<void>> list_tokens(ManagementSession* session, const UserOptions* options) {
  boost::json::array tokens;
  for (std::int64_t at = 1, pages = 1; at <= pages; ++at) {
    auto page = co_await session->ask({"GET", fmt::format("{}?page={}&page_size=500", kTokensTarget, at), nullptr, ""});
    if (!page) co_return fail(page.error());
    pages = page->at("page_count").to_number<std::int64_t>();
    for (boost::json::value& one : page->at("items").as_array()) tokens.push_back(std::move(one));
  }
  const auto is_another = [options](const boost::json::value& one) {
    return !options->what.empty() && cell(one, "user") != options->what;
  };
  tokens.erase(std::remove_if(tokens.begin(), tokens.end(), is_another), tokens.end());
  session->streams.out << shown(tokens, options->shared.json, TextTable({"ID", "USER", "NAME", "EXPIRES", "EXPIRED"}),
                                [](const boost::json::value& one) {
                                  return std::vector{cell(one, "id"), cell(one, "user"), cell(one, "name"),
                                                     time_cell(one, "expires_ms"), cell(one, "expired")};
                                });
  co_return Result<void>();
}

/// The token alone, for a script to take.
Task<Result<void>> add_token(ManagementSession* session, const UserOptions* options) {
  constexpr std::int64_t kDaySeconds = 24 * 3600;
  boost::json::object body{{"user", options->what},
                           {"name", options->label.empty() ? "wharf user token" : options->label},
                           {"expires_in_seconds", options->days * kDaySeconds}};
  auto made = co_await session->ask({"POST", kTokensTarget, std::move(body), about(options->what)});
  if (!made) co_return fail(made.error());
  if (options->shared.json) {
    session->streams.out << boost::json::serialize(*made) << '\n';
  } else {
    session->streams.out << cell(*made, "token") << '\n';
  }
  co_return Result<void>();
}

Task<Result<void>> token(ManagementSession* session, const UserOptions* options) {
  if (options->verb == "list") {
    Result<void> listed = co_await list_tokens(session, options);
    co_return listed;
  }
  if (options->what.empty()) {
    co_return fail(ErrorCode::kInvalidArgument, options->verb == "add" ? "whose token? wharf user token add USER"
                                                                       : "which? wharf user token revoke ID");
  }
  if (options->verb == "add") {
    Result<void> added = co_await add_token(session, options);
    co_return added;
  }
  Result<void> revoked = co_await session->tell({"DELETE", std::string(kTokensTarget) + "/" + escaped(options->what),
                                                 nullptr, fmt::format("token '{}'", options->what)});
  co_return revoked;
}

CLI::Option* declare_name(CLI::App* sub, UserOptions* options) {
  return sub->add_option("NAME", options->name, "The user's name.");
}

void declare_users(ClientActions<UserOptions, ManagementOptions>& actions, UserOptions* options) {
  const auto password = [options](CLI::App* sub) {
    sub->add_option("NEW_PASSWORD", options->password,
                    "The password. Without it the first line of standard input is, which nobody else can see.");
  };
  constexpr const char* kTags =
      "Which part of the management API it may ask: administrator, monitoring, policymaker, management; impersonator: "
      "it may publish in others' names. Commas between.";
  constexpr int kMany = 10'000;
  declare_format(actions.add("list", "List the users with their tags.", list), &options->shared);
  CLI::App* sub = actions.add("add", "Add a user. It may do nothing until `wharf user permit`.", add);
  declare_name(sub, options)->required();
  password(sub);
  sub->add_option("--tags", options->tags, kTags)->type_name("TAGS");
  sub = actions.add("password", "Give a user another password. Connections that are open stay.", set_password);
  declare_name(sub, options)->required();
  password(sub);
  sub = actions.add("tags", "Give a user these tags in place of those it has.", set_tags);
  declare_name(sub, options)->required();
  sub->add_option("TAGS", options->tags, fmt::format("{} An empty text: none.", kTags))->required();
  sub = actions.add("delete", "Delete users with their permissions and tokens. Their connections end.",
                    remove);
  sub->add_option("NAME", options->names, "The user's name.")->required()->expected(1, kMany);
}

void declare_permissions(ClientActions<UserOptions, ManagementOptions>& actions, UserOptions* options) {
  const auto add_take_away = [options](CLI::App* sub) {
    sub->add_flag("--take-away", options->take_away, "Take the permission away instead.");
  };
  CLI::App* sub = actions.add(
      "permit",
      "Let a user into a virtual host. Each of the three is a pattern of names of exchanges and queues: what it "
      "may declare and delete, publish to, consume from. What was set before is replaced.",
      permit);
  declare_name(sub, options)->required();
  declare_vhost(sub, &options->shared);
  sub->add_option("--configure", options->configure, "What it may declare and delete (.*).")->type_name("PATTERN");
  sub->add_option("--write", options->write, "What it may publish to and bind to (.*).")->type_name("PATTERN");
  sub->add_option("--read", options->read, "What it may consume from and bind from (.*).")->type_name("PATTERN");
  add_take_away(sub);
  sub = actions.add("permissions", "List what users may do, or what one may.", permissions);
  declare_name(sub, options);
  declare_format(sub, &options->shared);
  sub = actions.add(
      "permit-topic",
      "Limit a user to some routing keys of a topic exchange. Comes on top of `permit`; without it all keys "
      "are allowed. What was set before for this exchange is replaced.",
      permit_topic);
  declare_name(sub, options)->required();
  sub->add_option("EXCHANGE", options->exchange, "The topic exchange, such as amq.topic, where MQTT's clients are.")
      ->required();
  declare_vhost(sub, &options->shared);
  sub->add_option("--write", options->write, "Keys that it may publish with (.*); {client_id} stands for MQTT's.")
      ->type_name("PATTERN");
  sub->add_option("--read", options->read, "Keys that it may bind by, or subscribe to (.*).")->type_name("PATTERN");
  add_take_away(sub);
  sub = actions.add("topic-permissions", "List which routing keys users may use, or one may.", topic_permissions);
  declare_name(sub, options);
  declare_format(sub, &options->shared);
}

void declare_tokens(ClientActions<UserOptions, ManagementOptions>& actions, UserOptions* options) {
  CLI::App* sub = actions.add("token", "Tokens in place of passwords: list, add (told this once), revoke.", token);
  sub->add_option("VERB", options->verb, "list, add, revoke.")
      ->required()
      ->check(CLI::IsMember({"list", "add", "revoke"}));
  sub->add_option("WHAT", options->what, "The user whose it is, or shall be; of revoke the token's id.");
  sub->add_option("--name", options->label, "What it is for.")->type_name("TEXT");
  sub->add_option("--days", options->days, "Until it ends (90).")->check(CLI::Range(1, 3650))->type_name("NUMBER");
  declare_format(sub, &options->shared);
}

Run declare(CLI::App* app) {
  auto server = ManagementOptions::declare(app, "wharf user");
  auto options = std::make_shared<UserOptions>();
  ClientActions<UserOptions, ManagementOptions> actions(app);
  declare_users(actions, options.get());
  declare_permissions(actions, options.get());
  declare_tokens(actions, options.get());
  return actions.run(server, options);
}

}  // namespace

Command user_command() {
  return {
      .name = "user",
      .summary = "users, their passwords, tags and tokens, and what they may do",
      .description =
          R"(Users of the AMQP, MQTT and STOMP ports and of the management API; docs/security.md has the rules, which are
RabbitMQ's. Works with Wharf and, but for token, which only Wharf has, with RabbitMQ's management plugin.)",
      .examples = R"(wharf user list
wharf user add shop secret
wharf user add shop < password.txt
  a password that does not stand on the command line
wharf user add carla secret --tags administrator
wharf user permit shop
  everything in the virtual host /
wharf user permit shop --vhost orders --configure '^$' --write '^orders$' --read '^$'
wharf user permit shop --vhost orders --take-away
wharf user permissions shop
wharf user permit-topic sensor amq.topic --write '^plant\.{client_id}\.' --read '^$'
wharf user permit-topic sensor amq.topic --take-away
wharf user topic-permissions sensor
wharf user tags carla monitoring,policymaker
wharf user password shop < password.txt
wharf user token add shop --name deployment --days 30
wharf user token list
wharf user token revoke 5f0c2a9be1d47733
wharf user delete shop)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
