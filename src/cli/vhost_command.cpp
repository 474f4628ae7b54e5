#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct VhostOptions {
  EntityOptions shared;
  std::vector<std::string> names;
  std::string default_queue_type;
};

Task<Result<void>> list(ManagementSession* session, const VhostOptions* options) {
  auto vhosts = co_await session->ask({"GET", path({"vhosts"}), nullptr, ""});
  if (!vhosts) co_return fail(vhosts.error());
  session->streams.out << shown(
      *vhosts, options->shared.json, TextTable({"VHOST", "DEFAULT QUEUE TYPE"}),
      [](const boost::json::value& one) { return std::vector{cell(one, "name"), cell(one, "default_queue_type")}; });
  co_return Result<void>();
}

Task<Result<void>> create(ManagementSession* session, const VhostOptions* options) {
  for (const std::string& name : options->names) {
    boost::json::value body;
    if (!options->default_queue_type.empty())
      body = boost::json::object{{"default_queue_type", options->default_queue_type}};
    Result<void> made = co_await session->tell({"PUT", path({"vhosts", name}), std::move(body), ""});
    if (!made) co_return made;
  }
  co_return Result<void>();
}

Task<Result<void>> remove(ManagementSession* session, const VhostOptions* options) {
  for (const std::string& name : options->names) {
    const std::string about = fmt::format("virtual host '{}'", name);
    Result<void> gone = co_await session->tell({"DELETE", path({"vhosts", name}), nullptr, about});
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

Run declare(CLI::App* app) {
  auto server = ManagementOptions::declare(app, "wharf vhost");
  auto options = std::make_shared<VhostOptions>();
  ClientActions<VhostOptions, ManagementOptions> actions(app);
  constexpr int kMany = 10'000;
  const auto names = [&options](CLI::App* sub) {
    sub->add_option("VHOST", options->names, "The virtual host's name.")->required()->expected(1, kMany);
  };
  declare_format(actions.add("list", "List the virtual hosts that the user may look into.", list), &options->shared);
  CLI::App* sub = actions.add(
      "create", "Create virtual hosts. Who creates one gets all rights in it; one that is there is fine.", create);
  names(sub);
  sub->add_option("--default-queue-type", options->default_queue_type,
                  "What a durable queue is that is declared without a type: classic, quorum or stream. "
                  "Of a virtual host that is there it is set anew.");
  names(actions.add("delete", "Delete virtual hosts with everything in them.", remove));
  return actions.run(server, options);
}

}  // namespace

Command vhost_command() {
  return {
      .name = "vhost",
      .summary = "list, create and delete virtual hosts",
      .description =
          R"(A virtual host has exchanges, queues and bindings of its own, and users have permissions in each. Works with
Wharf and with RabbitMQ's management plugin.)",
      .examples = R"(wharf vhost list
wharf vhost create shop --default-queue-type quorum
wharf vhost delete shop)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
