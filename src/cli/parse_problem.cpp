#include "cli/parse_problem.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "config/value.hpp"

namespace wharf::cli {
namespace {

std::string with_nearest(std::string_view kind, std::string_view name, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const auto meant = config::nearest_name(name, candidates);
  const std::string problem = fmt::format("unknown {} '{}'", kind, name);
  return meant ? fmt::format("{}; did you mean '{}'?", problem, *meant) : problem;
}

std::vector<std::string> long_options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const CLI::App* action : app.get_subcommands())
    std::ranges::move(long_options_of(*action), std::back_inserter(names));
  return names;
}

std::vector<std::string> actions_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* action : app.get_subcommands({})) names.push_back(action->get_name());
  return names;
}

}  // namespace

std::string parse_problem(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> not_understood = app.remaining(true);
  const std::vector<std::string> actions = actions_of(app);
  const bool action_missing = !actions.empty() && app.get_subcommands().empty();
  const auto option = std::ranges::find_if(
      not_understood, [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
  const auto word = std::ranges::find_if(not_understood, [](const std::string& one) { return !one.starts_with('-'); });
  const auto near = [&](const std::string& name) {
    return config::nearest_name(name, {actions.begin(), actions.end()}).has_value();
  };
  if (action_missing && word != not_understood.end() && (option == not_understood.end() || near(*word)))
    return with_nearest("action", *word, actions);
  if (option != not_understood.end())
    return with_nearest("option", option->substr(0, option->find('=')), long_options_of(app));
  if (action_missing) return fmt::format("an action is missing: {}", fmt::join(actions, ", "));
  if (!not_understood.empty()) return fmt::format("'{}' is one argument too many", not_understood.front());
  return error.what();
}

}  // namespace wharf::cli
