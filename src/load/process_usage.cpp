#include "load/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>

namespace wharf::load {
namespace {

std::string text_of(pid_t pid, const char* file) {
  std::ifstream in(fmt::format("/proc/{}/{}", pid, file));
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::uint64_t kilobytes_after(const std::string& text, const std::string& name) {
  const std::size_t at = text.find(name);
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size(), nullptr, 10) * 1024;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Result<ProcessUsage> usage_of(pid_t pid) {
  const std::string stat = text_of(pid, "stat");
  const std::size_t name_end = stat.rfind(')');  // the name may hold blanks and brackets
  if (name_end == std::string::npos) return fail(ErrorCode::kNotFound, fmt::format("there is no process {}", pid));
  std::istringstream fields(stat.substr(name_end + 2));
  std::string skipped;
  for (int i = 3; i <= 13; ++i) fields >> skipped;  // proc(5): 14 is utime, 15 stime
  std::uint64_t user = 0, system = 0;
  fields >> user >> system;
  const std::string status = text_of(pid, "status");
  return ProcessUsage{.cpu_seconds = static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK)),
                      .resident_bytes = kilobytes_after(status, "VmRSS:"),
                      .peak_resident_bytes = kilobytes_after(status, "VmHWM:")};
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace wharf::load
