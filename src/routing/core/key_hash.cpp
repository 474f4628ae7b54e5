#include "routing/core/key_hash.hpp"

#include <bit>
#include <cstring>
#include <type_traits>

namespace wharf::routing {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed ^ bytes.size();
  while (bytes.size() >= sizeof hash) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = mix(hash, word);
    bytes.remove_prefix(sizeof word);
  }
  std::uint64_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  return mix(mix(hash, rest), seed);
}

std::uint64_t hash_value(const PropertyValue& value, std::uint64_t seed) {
  if (auto integer = integer_of(value)) return mix(seed, static_cast<std::uint64_t>(*integer));
  auto type = static_cast<std::uint64_t>(value.alternatives().index());
  return std::visit(
      [seed, type]<class T>(const T& held) {
        if constexpr (std::is_same_v<T, std::string>) {
          return hash_bytes(held, seed);
        } else if constexpr (std::is_same_v<T, Binary>) {
          return hash_bytes({reinterpret_cast<const char*>(held.data()), held.size()}, seed);
        } else if constexpr (std::is_same_v<T, PropertyTable>) {
          return hash_table(held, mix(seed, type));
        } else if constexpr (std::is_same_v<T, PropertyList>) {
          std::uint64_t hash = mix(seed, type);
          for (const PropertyValue& element : held) hash = hash_value(element, hash);
          return hash;
        } else if constexpr (std::is_same_v<T, EpochSeconds>) {
          return mix(seed, held.seconds);
        } else if constexpr (std::is_same_v<T, Decimal>) {
          return mix(mix(seed, held.scale), static_cast<std::uint64_t>(held.unscaled));
        } else if constexpr (std::is_floating_point_v<T>) {
          return mix(seed, std::bit_cast<std::uint64_t>(static_cast<double>(held) + 0.0));  // -0.0 equals 0.0
        } else if constexpr (std::is_same_v<T, Null>) {
          return mix(seed, type);
        } else {
          return mix(seed, static_cast<std::uint64_t>(held));
        }
      },
      value.alternatives());
}

std::uint64_t hash_table(const PropertyTable& table, std::uint64_t seed) {
  std::uint64_t hash = mix(seed, table.size());
  for (const Property& property : table) hash = hash_value(property.value, hash_bytes(property.name, hash));
  return hash;
}

}  // namespace wharf::routing
