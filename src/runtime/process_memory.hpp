#pragma once
// How much memory this process has taken from its machine, and how much there is.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace wharf::runtime {

/// What the machine has, or what this process's control groups allow (a container, a unit of systemd's), where that is
/// less.
std::uint64_t machine_memory_bytes();
/// The least limit of the control groups in `groups` (as /proc/self/cgroup has them) and of those around them.
/// `root`: where they are mounted. None: no limit. cgroups(7), version 1 and 2.
std::optional<std::uint64_t> control_group_memory(const std::filesystem::path& root, std::string_view groups);
/// Resident memory that the kernel cannot take back by itself: not the pages of files. A read from /proc, some
/// microseconds; 0 where there is none.
std::uint64_t memory_in_use();
/// Hands to the system what the allocator keeps of freed memory: true if there was any. Takes milliseconds per GiB.
bool give_back_free_memory();

}  // namespace wharf::runtime
