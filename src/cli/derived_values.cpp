#include "cli/derived_values.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "broker/node/resource_watch.hpp"
#include "runtime/process_memory.hpp"

namespace wharf::cli {

std::size_t shard_count(const config::ServerConfig& config) {
  auto asked = static_cast<std::size_t>(config.get<"shards">());
  return asked > 0 ? asked : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

std::uint64_t memory_limit(const config::ServerConfig& config) {
  auto limit = static_cast<std::uint64_t>(config.get<"memory.limit.bytes">());
  if (limit > 0) return limit;
  return runtime::machine_memory_bytes() / 2;
}

std::optional<std::string> derived_value(const config::ServerConfig& config, std::string_view key) {
  if (key == "shards" && config.get<"shards">() == 0) return fmt::format("{}", shard_count(config));
  if (key == "memory.limit.bytes" && config.get<"memory.limit.bytes">() == 0)
    return fmt::format("{}MiB", memory_limit(config) >> 20);
  if (key == "memory.high.watermark.bytes" && config.get<"memory.high.watermark.bytes">() == 0)
    return fmt::format("{}MiB", broker::memory_high_watermark(config) >> 20);
  return std::nullopt;
}

}  // namespace wharf::cli
