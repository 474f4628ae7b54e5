#pragma once
// What a selector computes with: what a message says under a name, or what became of it on the way.
#include <cstdint>
#include <string_view>
#include <variant>

namespace wharf::selector {

/// Neither true nor false: SQL's NULL. What a message does not have, and what cannot be said.
struct Unknown {
  friend constexpr bool operator==(Unknown, Unknown) = default;
};

/// There, but nothing that conditions are about: bytes, lists, tables.
struct Opaque {
  friend constexpr bool operator==(Opaque, Opaque) = default;
};

/// Texts are borrowed, and any bytes.
using Value = std::variant<Unknown, bool, std::int64_t, double, std::string_view, Opaque>;

/// Where the rules of the two differ.
enum class Dialect : std::uint8_t {
  kJms,       // texts are no numbers
  kRocketMq,  // every property is a text: where a number is wanted, one that reads as a number is one, and "true" and
              // "false" are truths
};

}  // namespace wharf::selector
