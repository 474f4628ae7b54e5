#pragma once
// The settings of a Kafka broker that clients and tools read from it (num.partitions, default.replication.factor, ...),
// each mapped to a key of ours or, where nothing here corresponds, to a value that a tool can live with. Names and
// types are 4.3's.
#include <cstdint>
#include <span>
#include <string_view>

#include "config/topic_keys.hpp"

namespace wharf::config {

struct BrokerKey {
  enum class Unit : std::uint8_t { kAsIs, kMinutes, kHours };  // of the Kafka setting, where our key has milliseconds

  std::string_view name;
  KafkaType type;
  std::string_view server_key;  // our key, or empty
  std::string_view fixed;       // the value where there is no key of ours
  Unit unit = Unit::kAsIs;
};

/// In the order of the names.
std::span<const BrokerKey> broker_keys();

}  // namespace wharf::config
