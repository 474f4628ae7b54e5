#include "config/topic_config.hpp"

#include <fmt/format.h>

#include "config/topic_keys.hpp"
#include "config/value.hpp"

namespace wharf::config {
namespace {

/// Puts a canonical value into the member that holds it.
struct Assign {
  TopicConfig* config;
  std::string_view value;

  void operator()(std::monostate) const {}
  void operator()(std::int32_t TopicConfig::* member) const {
    config->*member = static_cast<std::int32_t>(*parse_integer(value));
  }
  void operator()(std::int64_t TopicConfig::* member) const { config->*member = *parse_integer(value); }
  void operator()(double TopicConfig::* member) const { config->*member = *parse_ratio(value); }
  void operator()(void (*set)(TopicConfig*, std::string_view)) const { set(config, value); }
};

Flush flush_of(const TopicConfig& config, const ServerConfig& server) {
  const auto wish = config.overrides.find("wharf.flush");
  const std::string_view word = wish == config.overrides.end() ? "default" : trimmed(wish->second);
  if (word == "sync") return Flush::kSync;
  if (word == "async") return Flush::kAsync;
  if (config.flush_messages == 1) return Flush::kSync;
  return server.get<"log.flush">() == "sync" ? Flush::kSync : Flush::kAsync;
}

Result<void> check_together(const TopicConfig& config) {
  if (config.min_compaction_lag_ms > config.max_compaction_lag_ms) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("min.compaction.lag.ms ({}) is above max.compaction.lag.ms ({})",
                            config.min_compaction_lag_ms, config.max_compaction_lag_ms));
  }
  const auto remote = config.overrides.find("remote.storage.enable");
  if (remote != config.overrides.end() && *parse_bool(remote->second)) {
    return fail(ErrorCode::kInvalidArgument, "remote.storage.enable: this server has no tiered storage");
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const TopicConfig>> TopicConfig::make(const ServerConfig& server, Overrides overrides) {
  for (const auto& [name, value] : overrides) {
    if (!find_topic_key(name))
      return fail(ErrorCode::kInvalidArgument, fmt::format("unknown topic setting '{:.200}'", name));
  }
  auto config = std::make_shared<TopicConfig>();
  for (const TopicKey& key : topic_keys()) {
    const auto given = overrides.find(std::string(key.name));
    const Result<std::string> value =
        canonical_value(key, given == overrides.end() ? default_value(key, server) : given->second);
    if (!value) return fail(value.error());
    std::visit(Assign{config.get(), *value}, key.member);
  }
  config->overrides = std::move(overrides);
  if (auto fine = check_together(*config); !fine) return fail(fine.error());
  config->flush = flush_of(*config, server);
  return config;
}

}  // namespace wharf::config
