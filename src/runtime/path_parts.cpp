#include "runtime/path_parts.hpp"

namespace wharf::runtime {

std::vector<std::string> path_parts(const std::filesystem::path& path) {
  std::vector<std::string> parts;
  for (const std::filesystem::path& part : path.relative_path()) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part.string());
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  return parts;
}

}  // namespace wharf::runtime
