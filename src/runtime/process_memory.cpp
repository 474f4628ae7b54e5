#include "runtime/process_memory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>

#include <malloc.h>
#include <unistd.h>

namespace wharf::runtime {
namespace {

/// Of "max" and other words that are no number: none.
std::optional<std::uint64_t> number_in(const char* path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::uint64_t page_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::uint64_t machine_memory_bytes() {
  std::uint64_t bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_bytes();
  for (const char* limit : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    bytes = std::min(bytes, number_in(limit).value_or(bytes));
  }
  return bytes;
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
