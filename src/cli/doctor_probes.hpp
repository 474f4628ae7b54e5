#pragma once
// The measurements of `wharf doctor`. Each asks the machine one question and leaves nothing behind.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/doctor_findings.hpp"
#include "runtime/clock.hpp"
#include "runtime/file.hpp"

namespace wharf::cli {

/// (soft, hard)
std::pair<std::uint64_t, std::uint64_t> open_file_limits();
MemoryFacts memory_facts();
/// Looks at `folder`, or at its nearest parent when it does not exist yet; creates no folder.
DiskFacts disk_facts(runtime::FileSystem& files, const std::string& folder, std::uint64_t reserve_bytes);
/// Writes a small file in `folder` again and again, syncs it each time, and removes it.
std::vector<Nanoseconds> flush_latencies(runtime::FileSystem& files, const runtime::Clock& clock,
                                         const std::string& folder);
ClockFacts clock_facts(const runtime::Clock& clock);
/// Why the address cannot be listened on; empty when it can. The listening ends before this returns.
std::string listen_error(const Endpoint& endpoint);
/// Why this machine finds no address for the name; empty when it does.
std::string resolve_error(const std::string& host);

}  // namespace wharf::cli
