#include "runtime/process_facts.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace wharf::runtime {
namespace {

/// proc(5): numbers of /proc/self/stat behind the name in brackets, which may hold anything.
constexpr int kStartTimeField = 22;
constexpr int kFirstFieldBehindName = 3;

std::uint64_t start_ticks() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(line.substr(name_end + 1));
  std::string word;
  for (int field = kFirstFieldBehindName; field < kStartTimeField; ++field) fields >> word;
  std::uint64_t ticks = 0;
  fields >> ticks;
  return ticks;
}

double boot_time_seconds() {
  std::ifstream file("/proc/stat");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

double seconds_of(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts facts;
  auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream memory("/proc/self/statm");
  std::uint64_t virtual_pages = 0;
  std::uint64_t resident_pages = 0;
  memory >> virtual_pages >> resident_pages;
  facts.virtual_bytes = virtual_pages * page_bytes;
  facts.resident_bytes = resident_pages * page_bytes;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) facts.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  facts.start_time_seconds =
      boot_time_seconds() + static_cast<double>(start_ticks()) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::error_code failed;
  for (std::filesystem::directory_iterator at("/proc/self/fd", failed), end; !failed && at != end; at.increment(failed)) {
    ++facts.open_files;
  }
  facts.max_open_files = descriptor_limit();
  return facts;
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}  // namespace wharf::runtime
