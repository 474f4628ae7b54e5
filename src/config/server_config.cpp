#include "config/server_config.hpp"

#include <fmt/format.h>

#include "config/toml_settings.hpp"
#include "config/value.hpp"

namespace wharf::config {
namespace {

/// Variables that begin with WHARF_ and are not keys: where to find the file, what scripts and suites tell each other,
/// and what Kubernetes sets for a service named "wharf...".
bool is_foreign_variable(std::string_view name) {
  for (const std::string_view word : {"CONFIG", "BOOTSTRAP", "ADMIN", "ADMIN_URL", "ADMIN_USER", "ADMIN_PASSWORD", "PID", "SET"}) {
    if (name == word) return true;
  }
  return name.starts_with("SIM_") || name.starts_with("TEST_") || name.ends_with("_SERVICE_HOST") ||
         name == "SERVICE_HOST" || name.find("SERVICE_PORT") != std::string_view::npos || name == "PORT" ||
         name.ends_with("_PORT") || name.starts_with("PORT_") || name.find("_PORT_") != std::string_view::npos;
}

std::vector<std::string_view> key_names() {
  std::vector<std::string_view> names;
  for (const ServerKey& key : kServerKeys) names.push_back(key.name);
  return names;
}

/// What was given may hold line breaks and worse; an operator gets one line.
Error in_one_line(Error error) {
  for (char& at : error.message) {
    if (static_cast<unsigned char>(at) < 0x20 || at == 0x7f) at = '?';
  }
  return error;
}

std::string unknown_key(std::string_view place, std::string_view name, std::string_view shown) {
  const std::optional<std::string_view> meant = nearest_name(name, key_names());
  return meant ? fmt::format("{}: unknown key '{}'; did you mean '{}'?", place, shown, *meant)
               : fmt::format("{}: unknown key '{}'; `wharf config` lists them all", place, shown);
}

Result<std::int64_t> parse_number(const ServerKey& key, std::string_view text) {
  if (key.type == KeyType::kBytes) return parse_bytes(text);
  if (key.type == KeyType::kDuration) return parse_duration_ms(text);
  return parse_integer(text);
}

std::string print_number(const ServerKey& key, std::int64_t number) {
  if (number == keys::kInt64Max) return fmt::format("{}", number);
  if (key.type == KeyType::kBytes) return print_bytes(number);
  if (key.type == KeyType::kDuration) return print_duration(number);
  return fmt::format("{}", number);
}

Result<void> check_range(const ServerKey& key, auto number) {
  const auto [least, most] = key.range;
  if (number < static_cast<decltype(number)>(least)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("must be at least {}", print_number(key, least)));
  }
  if (number > static_cast<decltype(number)>(most)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("must be at most {}", print_number(key, most)));
  }
  return {};
}

Result<std::string> parse_choice(const ServerKey& key, std::string_view text) {
  std::string all;
  std::string_view rest = key.choices;
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    const std::string_view choice = rest.substr(0, bar);
    if (trimmed(text) == choice) return std::string(choice);
    all += fmt::format("{}{}", all.empty() ? "" : " | ", choice);
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("must be one of {}", all));
}

}  // namespace

ServerConfig::ServerConfig() {
  for (std::size_t i = 0; i < kServerKeys.size(); ++i) {
    Result<Value> value = parse(kServerKeys[i], kServerKeys[i].standard);
    WHARF_ASSERT(value.has_value());  // a default that its own key refuses
    values_[i] = std::move(*value);
  }
}

Result<ServerConfig> ServerConfig::load(const Inputs& inputs) {
  ServerConfig config;
  if (auto done = config.apply(inputs); !done) return fail(in_one_line(done.error()));
  if (auto fine = config.check(); !fine) return fail(fine.error());
  return config;
}

Result<void> ServerConfig::apply(const Inputs& inputs) {
  if (!inputs.file_text.empty()) {
    const auto settings = settings_of_toml(inputs.file_name, inputs.file_text);
    if (!settings) return fail(settings.error());
    for (const Setting& setting : *settings) {
      if (auto done = set(setting); !done) return done;
    }
  }
  for (const auto& [variable, value] : inputs.environment) {
    if (!variable.starts_with("WHARF_") || is_foreign_variable(std::string_view(variable).substr(6))) continue;
    const auto key = std::ranges::find_if(
        kServerKeys, [&](const ServerKey& each) { return environment_name(each.name) == variable; });
    if (key == kServerKeys.end()) {
      std::string name = variable.substr(6);
      std::ranges::replace(name, '_', '.');
      return fail(ErrorCode::kInvalidArgument, unknown_key("environment", name, variable));
    }
    if (auto done = set({std::string(key->name), value, Source::kEnvironment, variable}); !done) return done;
  }
  for (const Setting& setting : inputs.flags) {
    if (auto done = set(setting); !done) return done;
  }
  return {};
}

ServerConfig ServerConfig::with(const std::vector<std::pair<std::string, std::string>>& changes) {
  ServerConfig config;
  for (const auto& [name, value] : changes) {
    const Result<void> done = config.set({name, value, Source::kFlag, "--set"});
    WHARF_ASSERT(done.has_value());
  }
  return config;
}

Result<void> ServerConfig::set(const Setting& setting) {
  const std::size_t index = server_key_index(setting.name);
  if (index == kServerKeys.size()) {
    return fail(ErrorCode::kInvalidArgument, unknown_key(setting.place, setting.name, setting.name));
  }
  Result<Value> value = parse(kServerKeys[index], setting.value);
  if (!value) {
    return fail(value.error().code, fmt::format("{}: '{}' {}, not '{:.200}'", setting.place, setting.name,
                                                value.error().message, setting.value));
  }
  values_[index] = std::move(*value);
  origins_[index] = {setting.source, setting.place};
  return {};
}

Result<ServerConfig::Value> ServerConfig::parse(const ServerKey& key, std::string_view text) {
  switch (key.type) {
    case KeyType::kBool:
      return parse_bool(text);
    case KeyType::kInteger:
    case KeyType::kBytes:
    case KeyType::kDuration: {
      const Result<std::int64_t> number = parse_number(key, text);
      if (!number) return fail(number.error());
      if (auto inside = check_range(key, *number); !inside) return fail(inside.error());
      return *number;
    }
    case KeyType::kRatio: {
      const Result<double> number = parse_ratio(text);
      if (!number) return fail(number.error());
      if (auto inside = check_range(key, *number); !inside) return fail(inside.error());
      return *number;
    }
    case KeyType::kString:
      return std::string(text);
    case KeyType::kChoice:
      return parse_choice(key, text);
    case KeyType::kOptionalEndpoint:
      if (trimmed(text).empty()) return std::optional<Endpoint>();
      [[fallthrough]];
    case KeyType::kEndpoint: {
      Result<Endpoint> at = parse_endpoint(text);
      if (!at) return fail(at.error());
      return std::optional(std::move(*at));
    }
  }
  return fail(ErrorCode::kInternal, "is of no known type");
}

Result<void> ServerConfig::check() const {
  if (get<"group.min.session.timeout.ms">() > get<"group.max.session.timeout.ms">()) {
    return fail(ErrorCode::kInvalidArgument,
                "'group.min.session.timeout.ms' must not be above 'group.max.session.timeout.ms'");
  }
  if (get<"log.cleaner.min.compaction.lag.ms">() > get<"log.cleaner.max.compaction.lag.ms">()) {
    return fail(ErrorCode::kInvalidArgument,
                "'log.cleaner.min.compaction.lag.ms' must not be above 'log.cleaner.max.compaction.lag.ms'");
  }
  if (get<"data.dir">().empty()) return fail(ErrorCode::kInvalidArgument, "'data.dir' must not be empty");
  return {};
}

std::string ServerConfig::text(std::size_t index) const {
  const ServerKey& key = kServerKeys[index];
  if (const auto* number = std::get_if<std::int64_t>(&values_[index])) return print_number(key, *number);
  return bare_text(index);
}

std::string ServerConfig::bare_text(std::size_t index) const {
  struct Printer {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return print_ratio(value); }
    std::string operator()(const std::string& value) const { return value; }
    std::string operator()(const std::optional<Endpoint>& value) const { return value ? value->text() : ""; }
  };
  return std::visit(Printer(), values_[index]);
}

std::string environment_name(std::string_view key) {
  std::string name = "WHARF_";
  for (const char at : key) name += at == '.' ? '_' : static_cast<char>(at >= 'a' && at <= 'z' ? at - 'a' + 'A' : at);
  return name;
}

}  // namespace wharf::config
