#pragma once
// Paths of file systems that keep their names themselves (memory's and the simulator's).
#include <filesystem>
#include <string>
#include <vector>

namespace wharf::runtime {

/// The names from the root down. `/a/./b/` and `a/b` are the same place; `..` is resolved by name.
std::vector<std::string> path_parts(const std::filesystem::path& path);

}  // namespace wharf::runtime
