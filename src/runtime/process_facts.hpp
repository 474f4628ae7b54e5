#pragma once
// What the machine knows of this process.
#include <cstdint>

namespace wharf::runtime {

struct ProcessFacts {
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  double cpu_seconds = 0;
  double start_time_seconds = 0;  // since 1970 UTC
  std::uint64_t open_files = 0;
  std::uint64_t max_open_files = 0;
};

/// From /proc; what cannot be read is 0. Lists every open descriptor: call it on the work pool.
ProcessFacts process_facts();
/// Of open files: all that this process may have, now.
std::uint64_t descriptor_limit();

}  // namespace wharf::runtime
