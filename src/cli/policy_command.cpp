#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct PolicyOptions {
  EntityOptions shared;
  std::vector<std::string> names, settings;
  std::string name, pattern;
  std::string applies_to = "all";
  std::int64_t priority = 0;
  bool of_operator = false;
};

std::string_view kind(const PolicyOptions& options) {
  return options.of_operator ? "operator-policies" : "policies";
}

std::vector<std::string> row(const boost::json::value& one) {
  return {cell(one, "name"), cell(one, "pattern"), cell(one, "apply-to"), cell(one, "priority"),
          table_cell(one, "definition")};
}

Task<Result<void>> list(ManagementSession* session, const PolicyOptions* options) {
  const std::string vhost = options->shared.vhost;
  auto policies =
      co_await session->ask({"GET", path({kind(*options), vhost}), nullptr, fmt::format("virtual host '{}'", vhost)});
  if (!policies) co_return fail(policies.error());
  session->streams.out << shown(*policies, options->shared.json,
                                TextTable({"POLICY", "PATTERN", "APPLIES-TO", "PRIORITY", "SETTINGS"}), row);
  co_return Result<void>();
}

Task<Result<void>> set(ManagementSession* session, const PolicyOptions* options) {
  Result<boost::json::object> definition = object_of("SETTING", options->settings);
  if (!definition) co_return fail(definition.error());
  const std::string vhost = options->shared.vhost;
  boost::json::object body{{"pattern", options->pattern},
                           {"definition", std::move(*definition)},
                           {"priority", options->priority},
                           {"apply-to", options->applies_to}};
  Result<void> kept = co_await session->tell(
      {"PUT", path({kind(*options), vhost, options->name}), std::move(body), fmt::format("virtual host '{}'", vhost)});
  co_return kept;
}

Task<Result<void>> remove(ManagementSession* session, const PolicyOptions* options) {
  const std::string vhost = options->shared.vhost;
  for (const std::string& name : options->names) {
    const std::string about =
        fmt::format("{}policy '{}' in virtual host '{}'", options->of_operator ? "operator " : "", name, vhost);
    Result<void> gone = co_await session->tell({"DELETE", path({kind(*options), vhost, name}), nullptr, about});
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

Run declare(CLI::App* app) {
  auto server = ManagementOptions::declare(app, "wharf policy");
  auto options = std::make_shared<PolicyOptions>();
  ClientActions<PolicyOptions, ManagementOptions> actions(app);
  constexpr int kMany = 10'000;
  const auto shared = [&options](CLI::App* sub) {
    declare_vhost(sub, &options->shared);
    sub->add_flag("--operator", options->of_operator, "Operator policies, which limit what policies may ask for.");
  };
  CLI::App* sub = actions.add("list", "List the policies of a virtual host.", list);
  shared(sub);
  declare_format(sub, &options->shared);
  sub = actions.add("set", "Set a policy, in place of the one of its name. Returns when queues go by it.", set);
  sub->add_option("POLICY", options->name, "The policy's name.")->required();
  sub->add_option("PATTERN", options->pattern, "A regular expression, searched for in names: ^jobs begins with jobs.")
      ->required();
  sub->add_option("SETTING", options->settings,
                  "Such as max-length=1000. Numbers, true, false, lists ([1,2]) and texts in quotes (\"5\") are that, "
                  "the rest is text.")
      ->type_name("KEY=VALUE")
      ->required()
      ->expected(1, kMany);
  sub->add_option("--apply-to", options->applies_to,
                  "all, queues, classic_queues, quorum_queues, streams or exchanges (all).")
      ->type_name("WHAT");
  sub->add_option("--priority", options->priority, "Of policies that match, the highest applies (0).")
      ->type_name("NUMBER");
  shared(sub);
  sub =
      actions.add("delete", "Delete policies. What they said holds no longer, for queues that are there too.", remove);
  sub->add_option("POLICY", options->names, "The policy's name.")->required()->expected(1, kMany);
  shared(sub);
  return actions.run(server, options);
}

}  // namespace

Command policy_command() {
  return {
      .name = "policy",
      .summary = "list, set and delete policies of queues and exchanges",
      .description =
          R"(A policy is settings for all queues and exchanges whose names match a pattern, those of later too. Works with
Wharf and with RabbitMQ's management plugin.)",
      .examples = R"(wharf policy list
wharf policy list --operator --vhost shop -f json
wharf policy set short-lived "^tmp\." message-ttl=60000 expires=3600000 --apply-to queues
wharf policy set jobs "^jobs" dead-letter-exchange=failed delivery-limit=5 --priority 1
wharf policy set slower "^jobs" "retry-delays=[1000,60000]"
wharf policy set ceiling ".*" max-length=1000000 --operator --apply-to queues
wharf policy delete short-lived)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
