#pragma once
// How much memory this process has taken from its machine, and how much there is.
#include <cstdint>

namespace wharf::runtime {

/// What the machine has, or the container, where that is less.
std::uint64_t machine_memory_bytes();
/// Resident memory that the kernel cannot take back by itself: not the pages of files. A read from /proc, some
/// microseconds; 0 where there is none.
std::uint64_t memory_in_use();
/// Hands to the system what the allocator keeps of freed memory: true if there was any. Takes milliseconds per GiB.
bool give_back_free_memory();

}  // namespace wharf::runtime
