#pragma once
// Which versions of a message there are, and in which of them a field stands.
#include <cstdint>
#include <limits>

namespace wharf::kafka {

inline constexpr std::int16_t kForever = std::numeric_limits<std::int16_t>::max();
inline constexpr std::int16_t kNever = kForever;

/// The versions of a message that we serve, and the first that is flexible (compact lengths, tagged fields: KIP-482).
struct Versions {
  std::int16_t lowest = 0;
  std::int16_t highest = 0;
  std::int16_t flexible = kNever;

  constexpr bool serves(std::int16_t version) const { return version >= lowest && version <= highest; }
  constexpr bool is_flexible(std::int16_t version) const { return version >= flexible; }
};

/// What a field's descriptor says beyond member and tag.
struct FieldRule {
  std::int16_t since = 0;
  std::int16_t until = kForever;
  std::int16_t nullable_since = kNever;
  bool ignorable = false;

  constexpr bool present(std::int16_t version) const { return version >= since && version <= until; }
  constexpr bool nullable(std::int16_t version) const { return version >= nullable_since; }
};

}  // namespace wharf::kafka
