#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"
#include "cli/message_page.hpp"
#include "cli/value_checks.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct ExchangeOptions {
  EntityOptions shared;
  std::vector<std::string> names, ids;
  std::string after;
  std::uint64_t count = 100;
  std::string type = "direct";
  bool transient = false, auto_delete = false, internal = false, if_unused = false;
};

std::vector<std::string> row(const boost::json::value& one) {
  const std::string name = cell(one, "name");
  return {name.empty() ? "(default)" : name, cell(one, "type"),     cell(one, "durable"),
          cell(one, "auto_delete"),          cell(one, "internal"), arguments_cell(one)};
}

Task<Result<void>> list(ManagementSession* session, const ExchangeOptions* options) {
  const std::string vhost = options->shared.vhost;
  auto exchanges =
      co_await session->ask({"GET", path({"exchanges", vhost}), nullptr, fmt::format("virtual host '{}'", vhost)});
  if (!exchanges) co_return fail(exchanges.error());
  session->streams.out << shown(*exchanges, options->shared.json,
                                TextTable({"EXCHANGE", "TYPE", "DURABLE", "AUTO-DELETE", "INTERNAL", "ARGUMENTS"}),
                                row);
  co_return Result<void>();
}

Task<Result<void>> create(ManagementSession* session, const ExchangeOptions* options) {
  Result<boost::json::object> arguments = arguments_of(options->shared);
  if (!arguments) co_return fail(arguments.error());
  const std::string vhost = options->shared.vhost;
  for (const std::string& name : options->names) {
    boost::json::object body{{"type", options->type},
                             {"durable", !options->transient},
                             {"auto_delete", options->auto_delete},
                             {"internal", options->internal},
                             {"arguments", *arguments}};
    Result<void> made = co_await session->tell(
        {"PUT", path({"exchanges", vhost, name}), std::move(body), fmt::format("virtual host '{}'", vhost)});
    if (!made) co_return made;
  }
  co_return Result<void>();
}

Task<Result<void>> remove(ManagementSession* session, const ExchangeOptions* options) {
  const std::string vhost = options->shared.vhost;
  for (const std::string& name : options->names) {
    std::string target = path({"exchanges", vhost, name}) + (options->if_unused ? "?if-unused=true" : "");
    const std::string about = fmt::format("exchange '{}' in virtual host '{}'", name, vhost);
    Result<void> gone = co_await session->tell({"DELETE", std::move(target), nullptr, about});
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

std::vector<std::string> delayed_row(const boost::json::value& one) {
  return {cell(one, "id"), time_cell(one, "due_ms"), cell(one, "exchange"), cell(one, "routing_key"),
          cell(one, "payload_bytes")};
}

Task<Result<void>> delayed(ManagementSession* session, const ExchangeOptions* options) {
  const std::string vhost = options->shared.vhost;
  std::string target = path({"wharf", "v1", "delayed", vhost}) + fmt::format("?count={}", options->count);
  if (!options->after.empty()) target += "&after=" + options->after;
  auto answer = co_await session->ask({"GET", std::move(target), nullptr, fmt::format("virtual host '{}'", vhost)});
  if (!answer) co_return fail(answer.error());
  TextTable table({"ID", "DUE (UTC)", "EXCHANGE", "KEY", "BYTES"});
  co_return show_page(*session, *answer, options->shared, std::move(table), delayed_row, "--after");
}

Task<Result<void>> cancel(ManagementSession* session, const ExchangeOptions* options) {
  const std::string vhost = options->shared.vhost;
  for (const std::string& id : options->ids) {
    const std::string about = fmt::format("delayed message '{}' in virtual host '{}'", id, vhost);
    Result<void> gone = co_await session->tell({"DELETE", path({"wharf", "v1", "delayed", vhost, id}), nullptr, about});
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

CLI::Validator is_delayed_id() {
  return CLI::Validator(
      [](std::string& text) {
        const bool fits = text.find_first_not_of("0123456789abcdef-") == std::string::npos;
        return fits ? std::string() : "must be an id of a delayed message, such as 0-1-244153-9f3c21aa-17";
      },
      "");
}

void declare_delayed(ClientActions<ExchangeOptions, ManagementOptions>& actions, ExchangeOptions* options) {
  CLI::App* sub =
      actions.add("delayed", "List the messages that wait in delaying exchanges until they are due.", delayed);
  sub->add_option("--after", options->after, "Go on behind this one.")->type_name("ID")->check(is_delayed_id());
  constexpr std::uint64_t kMost = 1000;
  sub->add_option("--count", options->count, "At most so many messages (100).")
      ->type_name("N")
      ->check(whole_number(1, kMost));
  declare_vhost(sub, &options->shared);
  declare_format(sub, &options->shared);
  sub = actions.add("cancel", "Cancel delayed messages: they never come.", cancel);
  constexpr int kMany = 10'000;
  sub->add_option("ID", options->ids, "Messages, as delayed lists them.")
      ->required()
      ->expected(1, kMany)
      ->check(is_delayed_id());
  declare_vhost(sub, &options->shared);
}

Run declare(CLI::App* app) {
  auto server = ManagementOptions::declare(app, "wharf exchange");
  auto options = std::make_shared<ExchangeOptions>();
  ClientActions<ExchangeOptions, ManagementOptions> actions(app);
  constexpr int kMany = 10'000;
  const auto names = [&options](CLI::App* sub) {
    sub->add_option("EXCHANGE", options->names, "The exchange's name.")->required()->expected(1, kMany);
    declare_vhost(sub, &options->shared);
  };
  CLI::App* sub = actions.add("list", "List the exchanges of a virtual host.", list);
  declare_vhost(sub, &options->shared);
  declare_format(sub, &options->shared);
  sub = actions.add("create", "Create exchanges. One that is there and the same is fine.", create);
  names(sub);
  sub->add_option("--type", options->type,
                  "direct, fanout, topic, headers, x-consistent-hash, x-modulus-hash, x-random, x-local-random, "
                  "x-recent-history, "
                  "x-message-deduplication, x-delayed-message (direct).")
      ->type_name("TYPE");
  sub->add_flag("--transient", options->transient, "It goes with a restart.");
  sub->add_flag("--auto-delete", options->auto_delete, "It goes with the last binding from it.");
  sub->add_flag("--internal", options->internal, "Messages come by bindings only.");
  declare_arguments(sub, &options->shared);
  sub = actions.add("delete", "Delete exchanges with the bindings from and to them.", remove);
  names(sub);
  sub->add_flag("--if-unused", options->if_unused, "Only if nothing is bound from it.");
  declare_delayed(actions, options.get());
  return actions.run(server, options);
}

}  // namespace

Command exchange_command() {
  return {
      .name = "exchange",
      .summary = "list, create and delete exchanges; list and cancel delayed messages",
      .description =
          R"(Exchanges take what AMQP's publishers send and hand it on by their bindings. Works with Wharf and with
RabbitMQ's management plugin, but for delayed and cancel, which only Wharf has.)",
      .examples = R"(wharf exchange list
wharf exchange list --vhost shop -f json
wharf exchange create orders --type topic
wharf exchange create rest --type fanout --transient
wharf exchange create orders --argument alternate-exchange=rest --type topic
wharf exchange delete orders --if-unused
wharf exchange delayed --vhost shop
wharf exchange cancel 0-1-244153-9f3c21aa-17)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
