#pragma once
// What `wharf doctor` thinks of what it measured: facts in, findings out, no I/O. Each finding is a sentence that says
// what to do when it is not fine.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/endpoint.hpp"
#include "model/time.hpp"

namespace wharf::cli {

enum class Verdict : std::uint8_t { kFine, kWarning, kTrouble };

struct Finding {
  Verdict verdict = Verdict::kFine;
  std::string_view subject;
  std::string sentence;
};

/// Descriptors this process may open: one per connection, a few per partition in use.
Finding judge_open_files(std::uint64_t soft, std::uint64_t hard);

struct MemoryFacts {
  std::uint64_t total_bytes = 0;  // of the machine, or of the container when that is less
};
Finding judge_memory(const MemoryFacts& facts);

struct DiskFacts {
  std::string folder;       // what was measured: the data folder, or its nearest existing parent
  std::string file_system;  // ext4, xfs, tmpfs, nfs, ...
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;
  std::uint64_t reserve_bytes = 0;
  std::string refusal;  // why it cannot be written; empty when it can
};
Finding judge_disk(const DiskFacts& facts);

/// Latencies of small synced writes, in any order; empty when they could not be made.
Finding judge_flush(std::vector<Nanoseconds> latencies);

/// Whether the write-ahead log may use io_uring. Without it, it works and costs more.
Finding judge_io_uring(bool available);

struct ClockFacts {
  Timestamp wall;
  bool synchronised = false;  // as the kernel sees it
  bool known = false;         // whether the kernel said so
  std::string source;         // tsc, kvm-clock, hpet, ...
};
Finding judge_clock(const ClockFacts& facts);

/// `error` is empty when the address could be listened on.
Finding judge_port(std::string_view key, const Endpoint& endpoint, std::string_view error);

/// `error` is empty when the name that clients are told was found.
Finding judge_advertised(const Endpoint& endpoint, std::string_view error);

}  // namespace wharf::cli
