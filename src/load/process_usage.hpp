#pragma once
// What a process has used: the broker's, by its pid, and this one's own.
#include <cstdint>

#include <sys/types.h>

#include "model/error.hpp"

namespace wharf::load {

struct ProcessUsage {
  double cpu_seconds = 0;  // user and system, of all threads, since it started; in the kernel's ticks of 10 ms
  std::uint64_t resident_bytes = 0;
  std::uint64_t peak_resident_bytes = 0;
};

/// kNotFound when there is no such process (any more).
Result<ProcessUsage> usage_of(pid_t pid);
double own_cpu_seconds();

}  // namespace wharf::load
