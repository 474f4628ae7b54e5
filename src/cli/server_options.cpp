#include "cli/server_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace wharf::cli {
namespace {

/// Every port that nobody has chosen is a free one of this machine.
void take_free_ports(const config::ServerConfig& chosen, std::vector<config::Setting>* flags) {
  for (std::size_t index = 0; index < config::kServerKeys.size(); ++index) {
    const std::string_view key = config::kServerKeys[index].name;
    if (key.ends_with("listen") && chosen.source(index) == config::Source::kDefault)
      flags->push_back({std::string(key), "127.0.0.1:0", config::Source::kFlag, "--free-ports"});
  }
}

}  // namespace

std::shared_ptr<ServerOptions> ServerOptions::declare(CLI::App* app) {
  auto options = std::make_shared<ServerOptions>();
  app->add_option("--config", options->file_,
                  "Read settings from this TOML file; otherwise from the one that WHARF_CONFIG names.")
      ->type_name("FILE");
  app->add_option("--data", options->data_, "Keep everything in this folder: short for --set data.dir=DIR.")
      ->type_name("DIR");
  app->add_flag("--memory", options->memory_, "Keep nothing on disk: short for --set data.memory=true.");
  app->add_flag("--free-ports", options->free_ports_,
                "Take a free port of 127.0.0.1 for each that neither file, environment nor --set names.");
  app->add_option("--set", options->settings_,
                  "Set one key; may be given again and again. `wharf config` lists the keys.")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return options;
}

Result<config::ServerConfig> ServerOptions::load() const {
  config::Inputs inputs;
  inputs.environment = environment_variables();
  if (auto done = read_file(&inputs); !done) return fail(done.error());
  if (data_) inputs.flags.push_back({"data.dir", *data_, config::Source::kFlag, "--data"});
  if (memory_) inputs.flags.push_back({"data.memory", "true", config::Source::kFlag, "--memory"});
  for (const std::string& setting : settings_) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos)
      return fail(ErrorCode::kInvalidArgument, fmt::format("--set: '{}' is not KEY=VALUE", setting));
    inputs.flags.push_back({setting.substr(0, equals), setting.substr(equals + 1), config::Source::kFlag, "--set"});
  }
  Result<config::ServerConfig> config = config::ServerConfig::load(inputs);
  if (!config || !free_ports_) return config;
  take_free_ports(*config, &inputs.flags);
  return config::ServerConfig::load(inputs);
}

Result<void> ServerOptions::read_file(config::Inputs* inputs) const {
  std::optional<std::string> name = file_;
  if (!name) {
    const auto named =
        std::ranges::find(inputs->environment, "WHARF_CONFIG", &std::pair<std::string, std::string>::first);
    if (named != inputs->environment.end() && !named->second.empty()) name = named->second;
  }
  if (!name) return {};
  std::error_code unknown;
  const bool folder = std::filesystem::is_directory(*name, unknown);
  std::ifstream file(*name);
  if (folder || !file) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: cannot be read: {}", *name, std::strerror(folder ? EISDIR : errno)));
  }
  std::ostringstream text;
  text << file.rdbuf();
  inputs->file_name = *name;
  inputs->file_text = std::move(text).str();
  return {};
}

std::vector<std::pair<std::string, std::string>> environment_variables() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** each = environ; each && *each; ++each) {
    const std::string_view text(*each);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace wharf::cli
