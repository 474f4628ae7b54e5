#include "cli/doctor_probes.hpp"

#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "runtime/process_memory.hpp"

namespace wharf::cli {
namespace {

namespace fs = std::filesystem;

/// The first word of a file of the kernel's; empty when there is none.
std::string first_word(const char* path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

std::string file_system_name(const std::string& folder) {
  struct statfs facts{};
  if (statfs(folder.c_str(), &facts) != 0) return "unknown";
  switch (static_cast<unsigned long>(facts.f_type)) {  // linux/magic.h
    case 0xEF53:
      return "ext4";
    case 0x58465342:
      return "xfs";
    case 0x9123683E:
      return "btrfs";
    case 0x2FC12FC1:
      return "zfs";
    case 0x01021994:
      return "tmpfs";
    case 0x858458F6:
      return "ramfs";
    case 0x794C7630:
      return "overlay";
    case 0x6969:
      return "nfs";
    case 0xFF534D42:
      return "cifs";
    case 0xFE534D42:
      return "smb";
    case 0x65735546:
      return "fuse";
    default:
      return fmt::format("type {:x}", static_cast<unsigned long>(facts.f_type));
  }
}

std::string nearest_existing(const std::string& folder) {
  std::error_code error;
  fs::path at = fs::absolute(folder, error).lexically_normal();
  while (!at.empty() && !fs::exists(at, error) && at != at.parent_path()) at = at.parent_path();
  return at.string();
}

fs::path probe_file(const std::string& folder) {
  return fs::path(folder) / fmt::format(".wharf-doctor-{}", getpid());
}

}  // namespace

std::pair<std::uint64_t, std::uint64_t> open_file_limits() {
  rlimit limits{};
  if (getrlimit(RLIMIT_NOFILE, &limits) != 0) return {0, 0};
  return {limits.rlim_cur, limits.rlim_max};
}

MemoryFacts memory_facts() {
  return {.total_bytes = runtime::machine_memory_bytes()};
}

DiskFacts disk_facts(runtime::FileSystem& files, const std::string& folder, std::uint64_t reserve_bytes) {
  DiskFacts facts{.folder = nearest_existing(folder), .reserve_bytes = reserve_bytes};
  facts.file_system = file_system_name(facts.folder);
  const Result<runtime::DiskSpace> space = files.space(facts.folder);
  if (!space) {
    facts.refusal = space.error().message;
    return facts;
  }
  facts.total_bytes = space->total;
  facts.available_bytes = space->available;
  const auto file = files.open(probe_file(facts.folder), runtime::OpenMode::kCreateNew);
  if (!file) facts.refusal = file.error().message;
  if (file) static_cast<void>(files.remove(probe_file(facts.folder)));
  return facts;
}

std::vector<Nanoseconds> flush_latencies(runtime::FileSystem& files, const runtime::Clock& clock,
                                         const std::string& folder) {
  constexpr int kRounds = 100;
  constexpr std::size_t kBlock = 4096;
  std::vector<Nanoseconds> latencies;
  const auto file = files.open(probe_file(folder), runtime::OpenMode::kCreateNew);
  if (!file) return latencies;
  const std::vector<std::byte> block(kBlock);
  bool fine = (*file)->write_at(0, ByteView(block)).has_value() && (*file)->sync_data().has_value();
  for (int round = 0; fine && round < kRounds; ++round) {  // over written blocks, as into a recycled write-ahead log
    const MonotonicTime begin = clock.monotonic_now();
    fine = (*file)->write_at(0, ByteView(block)).has_value() && (*file)->sync_data().has_value();
    if (fine) latencies.push_back(clock.monotonic_now() - begin);
  }
  static_cast<void>(files.remove(probe_file(folder)));
  return latencies;
}

ClockFacts clock_facts(const runtime::Clock& clock) {
  ClockFacts facts{.wall = clock.wall_now()};
  timex state{};
  const int status = adjtimex(&state);
  facts.known = status >= 0;
  facts.synchronised = status >= 0 && status != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  facts.source = first_word("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  return facts;
}

std::string listen_error(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(endpoint.host.c_str(), fmt::format("{}", endpoint.port).c_str(), &hints, &found);
      error != 0) {
    return gai_strerror(error);
  }
  std::string refusal;
  const int listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuse = 1;  // as the server does: an address whose connections linger is free
  if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) != 0 ||
      bind(listener, found->ai_addr, found->ai_addrlen) != 0 || listen(listener, 1) != 0) {
    const int error = errno;
    refusal = std::strerror(error);
    if (error == EADDRINUSE) refusal += "; end what listens there (a running server does), or choose another address";
    if (error == EACCES) refusal += "; ports below 1024 need CAP_NET_BIND_SERVICE";
  }
  if (listener >= 0) close(listener);
  freeaddrinfo(found);
  return refusal;
}

std::string resolve_error(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) return gai_strerror(error);
  freeaddrinfo(found);
  return {};
}

}  // namespace wharf::cli
