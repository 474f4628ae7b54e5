#pragma once
// The exchange that a path names.
#include <string>
#include <string_view>

namespace wharf::management {

/// The default exchange, whose name is empty, is called amq.default in paths.
inline std::string exchange_named(std::string_view in_path) {
  return in_path == "amq.default" ? std::string() : std::string(in_path);
}

}  // namespace wharf::management
