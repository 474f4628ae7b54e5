#pragma once
// Settings whose 0 means "as the machine is": what they are here.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/server_config.hpp"

namespace wharf::cli {

/// `shards`, or one per core.
std::size_t shard_count(const config::ServerConfig& config);
/// What `serve --memory` may hold: memory.limit.bytes, or half of the machine's.
std::uint64_t memory_limit(const config::ServerConfig& config);

/// What `key` amounts to, as a person would write it; none where its value is what it says.
std::optional<std::string> derived_value(const config::ServerConfig& config, std::string_view key);

}  // namespace wharf::cli
