#include "admin/json_http/path_pattern.hpp"

namespace wharf::json_http {

std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::span<const std::string> segments) {
  std::vector<std::string> names;
  for (const std::string& segment : segments) {
    if (pattern.empty()) return std::nullopt;
    pattern.remove_prefix(1);
    std::string_view expected = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(expected.size());
    if (expected.starts_with('{')) {
      names.push_back(segment);
    } else if (segment != expected) {
      return std::nullopt;
    }
  }
  if (!pattern.empty()) return std::nullopt;
  return names;
}

}  // namespace wharf::json_http
