#include "cli/bench_report.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace wharf::cli {
namespace {

constexpr double kMegabyte = 1e6;

double per(double amount, double divisor) {
  return divisor > 0 ? amount / divisor : 0;
}
double milliseconds(Nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

std::string latency_line(std::string_view name, const load::LatencyHistogram& latency) {
  if (latency.count() == 0) return {};
  return fmt::format("{:<12} p50 {:.3f} ms, p99 {:.3f} ms, p99.9 {:.3f} ms, max {:.3f} ms\n", name,
                     milliseconds(latency.at(0.5)), milliseconds(latency.at(0.99)), milliseconds(latency.at(0.999)),
                     milliseconds(latency.max()));
}

boost::json::object latency_json(const load::LatencyHistogram& latency) {
  return {{"p50_ms", milliseconds(latency.at(0.5))},  {"p90_ms", milliseconds(latency.at(0.9))},
          {"p99_ms", milliseconds(latency.at(0.99))}, {"p999_ms", milliseconds(latency.at(0.999))},
          {"max_ms", milliseconds(latency.max())},    {"count", latency.count()}};
}

}  // namespace

std::string bench_text(std::string_view verb, const load::Measured& measured) {
  const auto records = static_cast<double>(measured.records), bytes = static_cast<double>(measured.bytes);
  std::string text = fmt::format("{:<12} {} records, {:.1f} MB in {:.2f} s by {} requests\n", verb, measured.records,
                                 bytes / kMegabyte, measured.seconds, measured.requests);
  text += fmt::format("{:<12} {:.0f} records/s, {:.1f} MB/s\n", "rate", per(records, measured.seconds),
                      per(bytes, measured.seconds) / kMegabyte);
  text += latency_line("latency", measured.latency);
  text += latency_line("end to end", measured.end_to_end);
  if (measured.refused > 0)
    text += fmt::format("{:<12} {} requests, with errors that a retry might mend; not counted above\n", "refused",
                        measured.refused);
  for (const load::WatchedProcess& process : measured.processes) {
    text += fmt::format(
        "{:<12} {:.2f} CPU s ({:.0f} %), {:.3f} CPU s per million records, {:.1f} MB per CPU s, {:.1f} MB resident "
        "(peak {:.1f})\n",
        fmt::format("pid {}", process.pid), process.cpu_seconds, 100 * per(process.cpu_seconds, measured.seconds),
        per(process.cpu_seconds * 1e6, records), per(bytes, process.cpu_seconds) / kMegabyte,
        static_cast<double>(process.resident_bytes) / kMegabyte,
        static_cast<double>(process.peak_resident_bytes) / kMegabyte);
  }
  text += fmt::format("{:<12} {:.2f} CPU s ({:.0f} %) of this generator\n", "own", measured.own_cpu_seconds,
                      100 * per(measured.own_cpu_seconds, measured.seconds));
  return text;
}

std::string bench_json(std::string_view verb, const load::Measured& measured) {
  const auto records = static_cast<double>(measured.records), bytes = static_cast<double>(measured.bytes);
  boost::json::object report{{"what", verb},
                             {"seconds", measured.seconds},
                             {"records", measured.records},
                             {"bytes", measured.bytes},
                             {"requests", measured.requests},
                             {"refused", measured.refused},
                             {"records_per_second", per(records, measured.seconds)},
                             {"bytes_per_second", per(bytes, measured.seconds)},
                             {"own_cpu_seconds", measured.own_cpu_seconds}};
  if (measured.latency.count() > 0) report["latency"] = latency_json(measured.latency);
  if (measured.end_to_end.count() > 0) report["end_to_end"] = latency_json(measured.end_to_end);
  boost::json::array processes;
  for (const load::WatchedProcess& process : measured.processes) {
    processes.push_back({{"pid", process.pid},
                         {"cpu_seconds", process.cpu_seconds},
                         {"cpu_seconds_per_million_records", per(process.cpu_seconds * 1e6, records)},
                         {"bytes_per_cpu_second", per(bytes, process.cpu_seconds)},
                         {"resident_bytes", process.resident_bytes},
                         {"peak_resident_bytes", process.peak_resident_bytes}});
  }
  if (!processes.empty()) report["processes"] = std::move(processes);
  return boost::json::serialize(report) + "\n";
}

}  // namespace wharf::cli
