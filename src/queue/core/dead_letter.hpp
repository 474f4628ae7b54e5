#pragma once
// What a message carries when it was given up by a queue: RabbitMQ's `x-death`, one entry per queue and reason, the newest
// first, counted on whoever published the message in between (as RabbitMQ did until 3.12: retry loops rely on it).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/property.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

struct DeathEntry {
  std::string queue;
  DeathReason reason;
  std::uint64_t seconds = 0;                        // since 1970
  std::string exchange;                             // it was published to
  std::vector<std::string> routing_keys;
  std::optional<std::string> original_expiration;   // its own limit, which it loses
};

/// "rejected", "expired", "maxlen", "delivery_limit".
std::string_view to_string(DeathReason reason);
/// Puts the entry in front, or counts it up and moves it there; sets x-first-death-* once and x-last-death-* each time.
void add_death(PropertyTable& headers, const DeathEntry& entry);
/// The headers with the entry, encoded; where they have no room for it, those of the story alone, with the first key: no client may choose headers
/// that keep its message from being dead-lettered.
std::vector<std::byte> encoded_with_death(PropertyTable& headers, const DeathEntry& entry);
/// Whether the message has been in `queue` before, and has come round without anybody having rejected it: it would go round
/// for ever.
bool is_cycle(const PropertyTable& headers, std::string_view queue);

}  // namespace wharf::queue
