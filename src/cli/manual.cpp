#include "cli/manual.hpp"

#include <cctype>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace wharf::cli {
namespace {

constexpr std::size_t kWidth = 88;

/// Words of each paragraph between `indent` and the page's width. A line that begins with a blank stays as it is.
std::string wrapped(std::string_view text, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string page, line;
  const auto end_line = [&] {
    if (!line.empty()) page += margin + line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view words = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty() || words.starts_with(' ')) {
      end_line();
      page += words.empty() ? "\n" : margin + std::string(words) + "\n";
      continue;
    }
    while (!words.empty()) {
      const std::size_t blank = std::min(words.find(' '), words.size());
      if (!line.empty() && indent + line.size() + 1 + blank > kWidth) end_line();
      line += fmt::format("{}{}", line.empty() ? "" : " ", words.substr(0, blank));
      words.remove_prefix(std::min(blank + 1, words.size()));
    }
  }
  end_line();
  return page;
}

std::string section(std::string_view title, std::string_view text) {
  return fmt::format("\n{}\n{}", title, wrapped(text, 7));
}

std::string verbatim(std::string_view title, std::string_view lines) {
  std::string page = fmt::format("\n{}\n", title);
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    page += fmt::format("       {}\n", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return page;
}

/// The value's name, without the checks that the parser appends to it.
std::string value_of(const CLI::Option& option) {
  const std::string type = option.get_positional() ? "" : option.get_type_name();
  return type.substr(0, type.find(':'));
}

/// "-h, --help", or what stands for a positional's value.
std::string names_of(const CLI::Option& option) {
  std::string names = option.get_name(option.get_positional(), !option.get_positional());
  if (std::size_t comma = names.find(','); comma != std::string::npos) names.insert(comma + 1, " ");
  return names;
}

std::string options_of(const CLI::App& app) {
  std::string page;
  for (const CLI::Option* option : app.get_options()) {
    const std::string value = value_of(*option);
    page += fmt::format("       {}{}\n{}\n", names_of(*option), value.empty() ? "" : " " + value,
                        wrapped(option->get_description(), 11));
  }
  return page;
}

/// Those of the command itself, which an action takes too; its own page has --help already.
std::string shared_options_of(const CLI::App& app) {
  std::string page = options_of(app);
  const std::size_t next = page.find("\n\n", page.find("--help"));
  return next == std::string::npos ? "" : page.substr(next + 2);
}

/// One line, and one for each action where the command has some.
std::string synopsis_of(const std::string& name, const CLI::App& app) {
  std::string lines;
  for (const CLI::App* action : app.get_subcommands({})) {
    lines += (lines.empty() ? "" : "\n") + synopsis_of(fmt::format("{} {}", name, action->get_name()), *action);
  }
  if (!lines.empty()) return lines;
  lines = name + " [OPTIONS]";
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) {
      if (option->get_required()) lines += fmt::format(" --{} {}", option->get_lnames().front(), value_of(*option));
      continue;
    }
    const std::string shown = option->get_name(true) + (option->get_items_expected_max() > 1 ? "..." : "");
    lines += option->get_required() ? " " + shown : fmt::format(" [{}]", shown);
  }
  return lines;
}

std::string actions_of(const Command& command, const CLI::App& app) {
  std::string page;
  for (const CLI::App* action : app.get_subcommands({})) {
    page += fmt::format("       {}\n{}\n", action->get_name(), wrapped(action->get_description(), 11));
  }
  if (page.empty()) return page;
  return fmt::format("\nACTIONS\n{}       `wharf {} ACTION --help` lists an action's own options.\n", page,
                     command.name);
}

/// The first sentence of an action's description, as the NAME section shows it.
std::string summary_of(std::string_view description) {
  std::string summary(description.substr(0, std::min(description.find(". "), description.find_last_not_of('.') + 1)));
  if (!summary.empty()) summary.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(summary.front())));
  return summary;
}

/// With the indented remarks below them.
std::string examples_that_begin_with(const std::string& start, std::string_view examples) {
  std::istringstream lines{std::string(examples)};
  std::string chosen;
  bool within = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(' ')) within = line == start || line.starts_with(start + " ");
    if (within) chosen += (chosen.empty() ? "" : "\n") + line;
  }
  return chosen;
}

constexpr std::string_view kDescription =
    R"(Wharf is one program: the server and the tools to work with it are its commands.
Clients need no change: a program written for Kafka or RabbitMQ, or one that speaks MQTT or STOMP, connects to Wharf's address and finds the broker it
expects.)";

constexpr std::string_view kConfiguration =
    R"(A setting comes from a TOML file (--config FILE), from the environment, or from
a flag (--set key=value); the later in this list wins. `wharf config` prints all of them, `wharf config KEY` explains one.)";

constexpr std::string_view kEnvironment =
    R"(WHARF_CONFIG names the configuration file. Every key has a variable of its own:
WHARF_KAFKA_LISTEN is kafka.listen. Variables of services that Kubernetes sets are passed over.
WHARF_BOOTSTRAP is where the commands that work with Kafka's protocol find a broker: topic, group, produce, consume,
bench. WHARF_ADMIN_URL, WHARF_ADMIN_USER and WHARF_ADMIN_PASSWORD say the same to those that ask the management API:
queue, exchange, binding, policy, vhost, user, top.)";

constexpr std::string_view kExamples =
    R"(wharf doctor                               is this machine fit to run the server?
wharf config log.flush                     what does this setting do?
wharf config --toml > wharf.toml           a file to start from
wharf config --check --config wharf.toml   would the server start with it?
wharf serve --data /var/lib/wharf          run the broker
wharf topic create orders --partitions 12  make a topic
wharf produce --topic orders orders.txt    write a file's lines to it
wharf consume --topic orders --from -10    read the last ten of each partition, and go on
wharf group describe readers               how far is this group?
wharf user add shop < password.txt         let a client of AMQP, MQTT or STOMP in...
wharf user permit shop                     ... to everything in the virtual host /
wharf queue list                           what waits in which queue?
wharf bench produce --topic load --create  how fast is this broker?)";

constexpr std::string_view kExitStatus =
    "0 when the command did what it was asked for, 1 when it could not, 2 when the command line was not understood.";

}  // namespace

std::string manual() {
  std::string page = "NAME\n       wharf - a message broker for the clients of Kafka, RabbitMQ, MQTT and STOMP\n";
  page += verbatim("SYNOPSIS", "wharf COMMAND [OPTIONS]\nwharf COMMAND --help\nwharf --help | --version");
  page += section("DESCRIPTION", kDescription);
  page += "\nCOMMANDS\n";
  for (const Command& command : commands()) page += fmt::format("       {:<10} {}\n", command.name, command.summary);
  page += section("CONFIGURATION", kConfiguration);
  page += section("ENVIRONMENT", kEnvironment);
  page += section("EXIT STATUS", kExitStatus);
  page += verbatim("EXAMPLES", kExamples);
  return page;
}

std::string manual_of(const Command& command, const CLI::App& app) {
  const std::vector<CLI::App*> asked_for = app.get_subcommands();
  const std::string name = fmt::format("wharf {}", command.name);
  std::string page;
  if (asked_for.empty()) {
    page = fmt::format("NAME\n       {} - {}\n", name, command.summary);
    page += verbatim("SYNOPSIS", synopsis_of(name, app));
    page += section("DESCRIPTION", command.description);
    page += actions_of(command, app);
    page += fmt::format("\nOPTIONS\n{}", options_of(app));
  } else {
    const CLI::App& action = *asked_for.front();
    const std::string full_name = fmt::format("{} {}", name, action.get_name());
    page = fmt::format("NAME\n       {} - {}\n", full_name, summary_of(action.get_description()));
    page += verbatim("SYNOPSIS", synopsis_of(full_name, action));
    page += section("DESCRIPTION", action.get_description());
    page += fmt::format("\nOPTIONS\n{}{}", options_of(action), shared_options_of(app));
  }
  page.pop_back();  // one empty line between sections
  page += section("EXIT STATUS", kExitStatus);
  const std::string start = asked_for.empty() ? name : fmt::format("{} {}", name, asked_for.front()->get_name());
  page += verbatim("EXAMPLES", examples_that_begin_with(start, command.examples));
  if (!asked_for.empty()) page += fmt::format("\n       `{} --help` has more.\n", name);
  return page;
}

}  // namespace wharf::cli
