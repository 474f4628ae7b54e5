#pragma once
// Nodes as config resources name them: the id in digits.
#include <charconv>
#include <optional>
#include <string_view>

#include "model/ids.hpp"

namespace wharf::kafka {

inline std::optional<NodeId> parse_node_name(std::string_view name) {
  NodeId node;
  const char* end = name.data() + name.size();
  auto [stop, error] = std::from_chars(name.data(), end, node.value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return node;
}

}  // namespace wharf::kafka
