#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/derived_values.hpp"
#include "cli/server_options.hpp"
#include "config/markdown.hpp"
#include "config/server_config.hpp"
#include "config/topic_keys.hpp"

namespace wharf::cli {
namespace {

using config::kServerKeys;
using config::ServerConfig;

struct Options {
  std::shared_ptr<ServerOptions> server;
  std::string key;
  bool changed = false;
  bool check = false;
  bool toml = false;
  bool markdown = false;
};

/// As it is set, and what that comes to on this machine.
std::string value_text(const ServerConfig& config, std::size_t index) {
  const std::optional<std::string> derived = derived_value(config, kServerKeys[index].name);
  return derived ? fmt::format("{} (here: {})", config.text(index), *derived) : config.text(index);
}

std::string origin(const ServerConfig& config, std::size_t index) {
  return config.source(index) == config::Source::kDefault ? "default" : config.place(index);
}

int print_table(const ServerConfig& config, bool changed_only, Streams streams) {
  for (std::size_t i = 0; i < kServerKeys.size(); ++i) {
    if (changed_only && config.source(i) == config::Source::kDefault) continue;
    streams.out << fmt::format("{:<42} {:<22} {}\n", kServerKeys[i].name, value_text(config, i), origin(config, i));
  }
  return kDone;
}

/// A file that says what is in effect: defaults as comments.
int print_toml(const ServerConfig& config, Streams streams) {
  for (std::size_t i = 0; i < kServerKeys.size(); ++i) {
    const bool changed = config.source(i) != config::Source::kDefault;
    std::string quoted;
    for (const char at : config.text(i)) quoted += at == '"' || at == '\\' ? std::string{'\\', at} : std::string(1, at);
    streams.out << fmt::format("{}# {}\n{}{} = \"{}\"\n", i == 0 ? "" : "\n", kServerKeys[i].sentence,
                               changed ? "" : "#", kServerKeys[i].name, quoted);
  }
  return kDone;
}

/// A topic's own setting: its default on this server, and where that comes from.
int explain_topic_key(const ServerConfig& config, const config::TopicKey& key, Streams streams) {
  streams.out << fmt::format("{} (a topic's setting)\n{}\n\n", key.name, key.sentence);
  const std::string from = key.server_key.empty() ? std::string("always") : fmt::format("from {}", key.server_key);
  streams.out << fmt::format("default      {} ({})\n", config::default_value(key, config), from);
  if (!key.choices.empty()) streams.out << fmt::format("choices      {}\n", key.choices);
  streams.out << fmt::format("topic        wharf topic create NAME --set {0}=...\n             wharf topic alter NAME --set {0}=...\n",
                             key.name);
  return kDone;
}

int explain(const ServerConfig& config, const std::string& name, Streams streams) {
  const std::size_t index = config::server_key_index(name);
  if (index == kServerKeys.size()) {
    if (const config::TopicKey* topic_key = config::find_topic_key(name)) return explain_topic_key(config, *topic_key, streams);
    ServerConfig probe;
    const auto refused = probe.set({name, "", config::Source::kFlag, "wharf config"});
    streams.err << refused.error().message << '\n';
    return kFailed;
  }
  const config::ServerKey& key = kServerKeys[index];
  streams.out << fmt::format("{}\n{}\n\n", key.name, key.sentence);
  streams.out << fmt::format("value        {} ({})\n", value_text(config, index), origin(config, index));
  streams.out << fmt::format("default      {}\n", ServerConfig().text(index));
  if (!key.choices.empty()) streams.out << fmt::format("choices      {}\n", key.choices);
  streams.out << fmt::format("file         {} = ...\nenvironment  {}=...\nflag         --set {}=...\n", key.name,
                             config::environment_name(key.name), key.name);
  return kDone;
}

int run(const Options& options, Streams streams) {
  if (options.markdown) {
    streams.out << config::configuration_page();
    return kDone;
  }
  const Result<ServerConfig> config = options.server->load();
  if (!config) {
    streams.err << config.error().message << '\n';
    // Said on the command line, and no key at all: that is not understood. A bad value, or a file's mistake, is an
    // answer.
    return config.error().message.starts_with("--set: unknown key") ? kUsage : kFailed;
  }
  if (options.check) {
    streams.out << "the configuration is valid\n";
    return kDone;
  }
  if (!options.key.empty()) return explain(*config, options.key, streams);
  if (options.toml) return print_toml(*config, streams);
  return print_table(*config, options.changed, streams);
}

Run declare(CLI::App* app) {
  auto options = std::make_shared<Options>();
  options->server = ServerOptions::declare(app);
  app->add_flag("--changed", options->changed, "Only what differs from the defaults.");
  app->add_flag("--check", options->check, "Only say whether the server would start with this configuration.");
  app->add_flag("--toml", options->toml, "As a file that `--config` reads, defaults commented out.");
  app->add_flag("--markdown", options->markdown,
                "The reference of every key and topic setting: docs/configuration.md.");
  app->add_option("KEY", options->key, "Explain this key, the server's or a topic's: meaning, value, where the value comes from.");
  return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace

Command config_command() {
  return {
      .name = "config",
      .summary = "show, explain and check the server's configuration",
      .description =
          R"(Prints every setting with its value in effect and where that comes from: a default, a line of the
file, a variable, or a flag. What the server would refuse at its start is refused here with the same line.)",
      .examples = R"(wharf config
wharf config --changed --config wharf.toml
wharf config log.flush
wharf config retention.ms
wharf config --check --config wharf.toml --set kafka.listen=0.0.0.0:9092
wharf config --toml > wharf.toml)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
