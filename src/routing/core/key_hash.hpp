#pragma once
// Hashes of names and keys. Tables take a seed that the wire cannot know, so that nobody can choose keys that collide;
// what must be the same on every node and after every restart (the choice among weighted bindings) takes a fixed one.
#include <cstdint>
#include <string_view>

#include "model/property.hpp"

namespace wharf::routing {

/// Each bit of the result depends on all bits of both.
constexpr std::uint64_t mix(std::uint64_t left, std::uint64_t right) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(left ^ 0x9e3779b97f4a7c15) * (right ^ 0xd6e8feb86659fd93);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed);
/// Equal values have equal hashes; so has one integer in two widths. Depth is what the value's codec allowed.
std::uint64_t hash_value(const PropertyValue& value, std::uint64_t seed);
std::uint64_t hash_table(const PropertyTable& table, std::uint64_t seed);

}  // namespace wharf::routing
