#include "cli/program.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/parse_problem.hpp"
#include "config/value.hpp"

namespace wharf::cli {
namespace {

int usage_error(Streams streams, std::string_view message, std::string_view help) {
  streams.err << fmt::format("wharf: {}{} `{}` explains\n", message, message.ends_with('?') ? "" : ";", help);
  return kUsage;
}

int unknown_command(Streams streams, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.push_back(command.name);
  const std::optional<std::string_view> meant = config::nearest_name(name, names);
  streams.err << (meant ? fmt::format("wharf: unknown command '{}'; did you mean '{}'?\n", name, *meant)
                        : fmt::format("wharf: unknown command '{}'; `wharf --help` lists them\n", name));
  return kUsage;
}

int run_command(const Command& command, std::vector<std::string> arguments, Streams streams) {
  CLI::App app;
  app.set_help_flag("-h,--help", "Print this page.");
  const Run run = command.declare(&app);
  try {
    std::ranges::reverse(arguments);  // the parser takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp& help) {
    const bool action_missing = !app.get_subcommands({}).empty() && app.get_subcommands().empty();
    if (action_missing && app.remaining_size(true) > 0)
      return usage_error(streams, parse_problem(app, help), fmt::format("wharf {} --help", command.name));
    streams.out << manual_of(command, app);
    return kDone;
  } catch (const CLI::ParseError& error) {
    std::string page = fmt::format("wharf {}", command.name);
    for (const CLI::App* action : app.get_subcommands()) page += " " + action->get_name();
    return usage_error(streams, parse_problem(app, error), page + " --help");
  }
  return run(streams);
}

/// `help topic create` asks what `topic create --help` asks.
std::vector<std::string> help_request(const std::vector<std::string>& arguments) {
  std::vector<std::string> request(arguments.begin() + 3, arguments.end());
  request.emplace_back("--help");
  return request;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, Streams streams) {
  const std::string first = arguments.size() > 1 ? arguments[1] : "--help";
  const auto known = [](const std::string& name) { return std::ranges::find(commands(), name, &Command::name); };
  if (first == "--version") {
    streams.out << "wharf " << WHARF_VERSION << '\n';
    return kDone;
  }
  if (first == "--help" || first == "-h" || first == "help") {
    if (arguments.size() <= 2) {
      streams.out << manual();
      return kDone;
    }
    const auto command = known(arguments[2]);
    return command == commands().end() ? unknown_command(streams, arguments[2])
                                       : run_command(*command, help_request(arguments), streams);
  }
  if (first.starts_with('-'))
    return usage_error(streams, fmt::format("the command comes first, not '{}'", first), "wharf --help");
  const auto command = known(first);
  if (command == commands().end()) return unknown_command(streams, first);
  return run_command(*command, {arguments.begin() + 2, arguments.end()}, streams);
}

}  // namespace wharf::cli
