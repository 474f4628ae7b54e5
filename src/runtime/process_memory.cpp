#include "runtime/process_memory.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include <malloc.h>
#include <unistd.h>

#include "model/number_text.hpp"

namespace wharf::runtime {
namespace {

/// Of "max" and other words that are no number: none.
std::optional<std::uint64_t> number_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return parse_number<std::uint64_t>(word);
}

/// The lesser of those that there are.
std::optional<std::uint64_t> lesser(std::optional<std::uint64_t> one, std::optional<std::uint64_t> other) {
  return one && other ? std::min(one, other) : one ? one : other;
}

/// Of one group and of all around it.
std::optional<std::uint64_t> least_limit(const std::filesystem::path& hierarchy, std::string_view group,
                                         std::string_view file) {
  std::optional<std::uint64_t> least = number_in(hierarchy / file);
  std::filesystem::path at = hierarchy;
  for (const std::filesystem::path& part : std::filesystem::path(group).relative_path()) {
    at /= part;
    least = lesser(least, number_in(at / file));
  }
  return least;
}

std::uint64_t page_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::uint64_t machine_memory_bytes() {
  std::uint64_t bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_bytes();
  std::ifstream file("/proc/self/cgroup");
  std::string groups{std::istreambuf_iterator<char>(file), {}};
  return std::min(bytes, control_group_memory("/sys/fs/cgroup", groups).value_or(bytes));
}

std::optional<std::uint64_t> control_group_memory(const std::filesystem::path& root, std::string_view groups) {
  std::optional<std::uint64_t> least;
  while (!groups.empty()) {
    std::string_view line = groups.substr(0, groups.find('\n'));
    groups.remove_prefix(std::min(line.size() + 1, groups.size()));
    std::size_t controllers = line.find(':'), path = line.find(':', controllers + 1);
    if (controllers == std::string_view::npos || path == std::string_view::npos) continue;
    std::string_view names = line.substr(controllers + 1, path - controllers - 1);
    std::string_view group = line.substr(path + 1);
    if (names.empty()) least = lesser(least, least_limit(root, group, "memory.max"));
    if (names == "memory") least = lesser(least, least_limit(root / "memory", group, "memory.limit_in_bytes"));
  }
  return least;
}

std::uint64_t memory_in_use() {
  std::ifstream file("/proc/self/statm");  // proc(5): size, resident, shared; in pages
  std::uint64_t size = 0, resident = 0, shared = 0;
  if (!(file >> size >> resident >> shared)) return 0;
  return (resident - std::min(resident, shared)) * page_bytes();
}

bool give_back_free_memory() {
  return ::malloc_trim(0) == 1;
}

}  // namespace wharf::runtime
