#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client_actions.hpp"
#include "cli/commands.hpp"
#include "cli/entity_options.hpp"
#include "cli/management_session.hpp"

namespace wharf::cli {
namespace {

using runtime::Task;

struct BindingOptions {
  EntityOptions shared;
  std::string source, destination, key;
  bool to_exchange = false;

  std::string ends() const {
    return path({"bindings", shared.vhost, "e", source, to_exchange ? "e" : "q", destination});
  }
};

std::vector<std::string> row(const boost::json::value& one) {
  const std::string source = cell(one, "source");
  return {source.empty() ? "(default)" : source, cell(one, "destination_type"), cell(one, "destination"),
          cell(one, "routing_key"), arguments_cell(one)};
}

Task<Result<void>> list(ManagementSession* session, const BindingOptions* options) {
  const std::string vhost = options->shared.vhost;
  auto bindings =
      co_await session->ask({"GET", path({"bindings", vhost}), nullptr, fmt::format("virtual host '{}'", vhost)});
  if (!bindings) co_return fail(bindings.error());
  session->streams.out << shown(*bindings, options->shared.json,
                                TextTable({"SOURCE", "TO", "DESTINATION", "KEY", "ARGUMENTS"}), row);
  co_return Result<void>();
}

Task<Result<void>> create(ManagementSession* session, const BindingOptions* options) {
  Result<boost::json::object> arguments = arguments_of(options->shared);
  if (!arguments) co_return fail(arguments.error());
  boost::json::object body{{"routing_key", options->key}, {"arguments", *arguments}};
  Result<void> bound = co_await session->tell({"POST", options->ends(), std::move(body), ""});
  co_return bound;
}

/// The properties_key, by which the API names a binding, is the server's own: it is looked up.
Task<Result<void>> remove(ManagementSession* session, const BindingOptions* options) {
  Result<boost::json::object> arguments = arguments_of(options->shared);
  if (!arguments) co_return fail(arguments.error());
  auto bindings = co_await session->ask({"GET", options->ends(), nullptr, ""});
  if (!bindings) co_return fail(bindings.error());
  const boost::json::array* all = bindings->if_array();
  for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
    const boost::json::value& one = (*all)[i];
    const boost::json::value* has = one.is_object() ? one.as_object().if_contains("arguments") : nullptr;
    if (cell(one, "routing_key") != options->key || has == nullptr || *has != boost::json::value(*arguments)) continue;
    const std::string key = cell(one, "properties_key");
    std::string target = options->ends() + path({key}).substr(std::string_view("/api").size());
    Result<void> gone = co_await session->tell({"DELETE", std::move(target), nullptr, "such binding"});
    co_return gone;
  }
  co_return fail(ErrorCode::kNotFound, fmt::format("'{}' is not bound to '{}' with the key '{}' and these arguments",
                                                   options->destination, options->source, options->key));
}

void declare_binding(CLI::App* sub, BindingOptions* options) {
  sub->add_option("EXCHANGE", options->source, "The exchange that messages come from.")->required();
  sub->add_option("DESTINATION", options->destination, "The queue, log topic or exchange that they go to.")->required();
  sub->add_option("--key", options->key, "The routing key, or its pattern where the exchange is of type topic (empty).")
      ->type_name("KEY");
  sub->add_flag("--to-exchange", options->to_exchange, "DESTINATION is an exchange.");
  declare_vhost(sub, &options->shared);
  declare_arguments(sub, &options->shared);
}

Run declare(CLI::App* app) {
  auto server = ManagementOptions::declare(app, "wharf binding");
  auto options = std::make_shared<BindingOptions>();
  ClientActions<BindingOptions, ManagementOptions> actions(app);
  CLI::App* sub = actions.add("list", "List the bindings of a virtual host.", list);
  declare_vhost(sub, &options->shared);
  declare_format(sub, &options->shared);
  declare_binding(
      actions.add("create", "Bind a queue, log topic or exchange to an exchange. One that is there is fine.", create),
      options.get());
  declare_binding(actions.add("delete", "Take a binding away.", remove), options.get());
  return actions.run(server, options);
}

}  // namespace

Command binding_command() {
  return {
      .name = "binding",
      .summary = "list, create and delete bindings between exchanges and queues",
      .description =
          R"(A binding hands the messages of an exchange on to a queue, a log topic or another exchange. Works with Wharf
and with RabbitMQ's management plugin.)",
      .examples = R"(wharf binding list
wharf binding create orders invoices --key "order.#"
wharf binding create orders audit --to-exchange --key "#"
wharf binding create routed jobs --argument x-match=any --argument kind=job
wharf binding delete orders invoices --key "order.#")",
      .declare = declare,
  };
}

}  // namespace wharf::cli
