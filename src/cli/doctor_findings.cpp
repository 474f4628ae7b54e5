#include "cli/doctor_findings.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wharf::cli {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kGiB = 1 << 30;

std::string size(std::uint64_t bytes) {
  if (bytes >= 10 * kGiB) return fmt::format("{} GiB", bytes / kGiB);
  if (bytes >= kGiB) return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(kGiB));
  return fmt::format("{} MiB", bytes / kMiB);
}

std::string microseconds(Nanoseconds time) {
  return fmt::format("{} us", time.count() / 1000);
}

}  // namespace

Finding judge_open_files(std::uint64_t soft, std::uint64_t hard) {
  constexpr std::uint64_t kEnough = 65'536, kLeast = 4'096;
  const std::string limits = soft == hard ? fmt::format("{}", soft) : fmt::format("{}, and at most {}", soft, hard);
  if (std::max(soft, hard) < kLeast) {
    return {Verdict::kTrouble, "open files",
            fmt::format("the limit is {}: raise it to {} (ulimit -n, LimitNOFILE)", limits, kEnough)};
  }
  if (soft < kEnough) {
    return {Verdict::kWarning, "open files",
            fmt::format(
                "the limit is {}: enough for a few thousand connections; {} is comfortable (ulimit -n, LimitNOFILE)",
                limits, kEnough)};
  }
  return {Verdict::kFine, "open files", fmt::format("the limit is {}", limits)};
}

Finding judge_memory(const MemoryFacts& facts) {
  constexpr std::uint64_t kLeast = 128 * kMiB;
  if (facts.total_bytes < kLeast) {
    return {Verdict::kWarning, "memory",
            fmt::format("{}: little room for requests and caches; give it {} or more", size(facts.total_bytes),
                        size(kLeast))};
  }
  return {Verdict::kFine, "memory", size(facts.total_bytes)};
}

Finding judge_disk(const DiskFacts& facts) {
  constexpr std::array<std::string_view, 4> kRemote{"nfs", "smb", "cifs", "fuse"};
  constexpr std::array<std::string_view, 2> kVolatile{"tmpfs", "ramfs"};
  if (!facts.refusal.empty())
    return {Verdict::kTrouble, "data folder", fmt::format("{} cannot be used: {}", facts.folder, facts.refusal)};
  const std::string state = fmt::format("{} ({}) has {} free of {}", facts.folder, facts.file_system,
                                        size(facts.available_bytes), size(facts.total_bytes));
  if (facts.available_bytes <= facts.reserve_bytes) {
    return {Verdict::kTrouble, "data folder",
            fmt::format("{}: less than disk.reserve.bytes; appends would be refused", state)};
  }
  if (std::ranges::find(kVolatile, facts.file_system) != kVolatile.end()) {
    return {Verdict::kWarning, "data folder",
            fmt::format("{}: what is kept there is gone after a restart of the machine", state)};
  }
  if (std::ranges::find(kRemote, facts.file_system) != kRemote.end()) {
    return {Verdict::kWarning, "data folder",
            fmt::format("{}: a network file system may not keep what it says it has kept; use a local disk", state)};
  }
  if (facts.available_bytes < facts.reserve_bytes + kGiB) {
    return {Verdict::kWarning, "data folder", fmt::format("{}: nearly full", state)};
  }
  return {Verdict::kFine, "data folder", state};
}

Finding judge_flush(std::vector<Nanoseconds> latencies) {
  constexpr Nanoseconds kSlow = std::chrono::milliseconds(10), kTooFast = std::chrono::microseconds(15);
  if (latencies.empty()) return {Verdict::kWarning, "flush", "not measured: the data folder cannot be written"};
  std::ranges::sort(latencies);
  const Nanoseconds middle = latencies[latencies.size() / 2];
  const Nanoseconds high = latencies[latencies.size() * 99 / 100];
  const std::string state =
      fmt::format("a small synced write takes {} (p50), {} (p99)", microseconds(middle), microseconds(high));
  if (middle > kSlow) {
    return {Verdict::kWarning, "flush",
            fmt::format("{}: acks=all waits for it; a faster disk, or log.flush=async, helps", state)};
  }
  if (middle < kTooFast) {
    return {Verdict::kWarning, "flush",
            fmt::format("{}: too fast for a disk; does this one keep its promise through a power cut?", state)};
  }
  return {Verdict::kFine, "flush", state};
}

Finding judge_io_uring(bool available) {
  if (available) return {Verdict::kFine, "io_uring", "available"};
  return {Verdict::kWarning, "io_uring",
          "not available: a small flush costs twice the processor time; allow it in the container's seccomp profile "
          "and in kernel.io_uring_disabled"};
}

Finding judge_clock(const ClockFacts& facts) {
  constexpr Timestamp kEarliest{1'735'689'600'000};  // 2025, before this program was written
  constexpr std::array<std::string_view, 4> kQuick{"tsc", "kvm-clock", "hyperv_clocksource_tsc_page",
                                                   "arch_sys_counter"};
  if (facts.wall < kEarliest) {
    return {Verdict::kTrouble, "clock",
            "the time of day lies before 2025: records would get wrong times and retention would go by them; set it"};
  }
  if (facts.known && !facts.synchronised) {
    return {Verdict::kWarning, "clock", "not synchronised as far as the kernel knows: run chrony or systemd-timesyncd"};
  }
  if (!facts.source.empty() && std::ranges::find(kQuick, facts.source) == kQuick.end()) {
    return {Verdict::kWarning, "clock",
            fmt::format("the clock source is {}: each look at the time is a system call", facts.source)};
  }
  return {Verdict::kFine, "clock", facts.known ? "synchronised" : "set"};
}

Finding judge_port(std::string_view key, const Endpoint& endpoint, std::string_view error) {
  if (endpoint.port == 0) return {Verdict::kFine, "ports", fmt::format("{}: any free port of {}", key, endpoint.host)};
  if (error.empty()) return {Verdict::kFine, "ports", fmt::format("{}: {} is free", key, endpoint.text())};
  return {Verdict::kTrouble, "ports", fmt::format("{}: {} cannot be listened on: {}", key, endpoint.text(), error)};
}

Finding judge_advertised(const Endpoint& endpoint, std::string_view error) {
  if (error.empty()) return {Verdict::kFine, "names", fmt::format("kafka.advertised: {} is known here", endpoint.host)};
  return {Verdict::kWarning, "names",
          fmt::format("kafka.advertised: {} is not known here ({}): clients that do not know it either connect once, "
                      "and then find no server",
                      endpoint.host, error)};
}

}  // namespace wharf::cli
