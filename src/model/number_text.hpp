#pragma once
// Texts that are a number from their first character to their last: no sign but '-', no space, no other thing behind it.
#include <charconv>
#include <optional>
#include <string_view>

namespace wharf {

/// None: it is no number, or one that `Number` cannot hold.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace wharf
