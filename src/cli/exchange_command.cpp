#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct ExchangeOptions {
  EntityOptions shared;
  std::vector<std::string> names;
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
  sub->add_option("--type", options->type, "direct, fanout, topic, headers, x-consistent-hash, x-random (direct).")
      ->type_name("TYPE");
  sub->add_flag("--transient", options->transient, "It goes with a restart.");
  sub->add_flag("--auto-delete", options->auto_delete, "It goes with the last binding from it.");
  sub->add_flag("--internal", options->internal, "Messages come by bindings only.");
  declare_arguments(sub, &options->shared);
  sub = actions.add("delete", "Delete exchanges with the bindings from and to them.", remove);
  names(sub);
  sub->add_flag("--if-unused", options->if_unused, "Only if nothing is bound from it.");
  return actions.run(server, options);
}

}  // namespace

Command exchange_command() {
  return {
      .name = "exchange",
      .summary = "list, create and delete exchanges",
      .description =
          R"(Exchanges take what AMQP's publishers send and hand it on by their bindings. Works with Wharf and with
RabbitMQ's management plugin.)",
      .examples = R"(wharf exchange list
wharf exchange list --vhost shop -f json
wharf exchange create orders --type topic
wharf exchange create rest --type fanout --transient
wharf exchange create orders --argument alternate-exchange=rest --type topic
wharf exchange delete orders --if-unused)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
