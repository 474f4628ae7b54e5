#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/doctor_findings.hpp"
#include "cli/doctor_probes.hpp"
#include "cli/server_options.hpp"
#include "config/server_config.hpp"
#include "runtime/clock.hpp"
#include "runtime/direct_writer.hpp"
#include "runtime/posix_files.hpp"

namespace wharf::cli {
namespace {

std::vector<Finding> examine(const config::ServerConfig& config) {
  runtime::PosixFileSystem files;
  const runtime::SystemClock clock;
  std::vector<Finding> findings;
  const auto [soft, hard] = open_file_limits();
  findings.push_back(judge_open_files(soft, hard));
  findings.push_back(judge_memory(memory_facts()));
  if (!config.get<"data.memory">()) {
    const auto reserve = static_cast<std::uint64_t>(config.get<"disk.reserve.bytes">());
    const DiskFacts disk = disk_facts(files, config.get<"data.dir">(), reserve);
    findings.push_back(judge_disk(disk));
    findings.push_back(judge_flush(flush_latencies(files, clock, disk.folder)));
    if (config.get<"log.wal.io.uring">()) findings.push_back(judge_io_uring(runtime::has_io_uring()));
  }
  findings.push_back(judge_clock(clock_facts(clock)));
  const Endpoint& kafka = config.get<"kafka.listen">();
  findings.push_back(judge_port("kafka.listen", kafka, kafka.port == 0 ? "" : listen_error(kafka)));
  auto judge = [&findings](std::string_view key, const std::optional<Endpoint>& port) {
    if (port) findings.push_back(judge_port(key, *port, port->port == 0 ? "" : listen_error(*port)));
  };
  if (const std::optional<Endpoint>& told = config.get<"kafka.advertised">())
    findings.push_back(judge_advertised(*told, resolve_error(told->host)));
  judge("amqp.listen", config.get<"amqp.listen">());
  judge("mqtt.listen", config.get<"mqtt.listen">());
  judge("mqtt.ws_listen", config.get<"mqtt.ws_listen">());
  judge("stomp.listen", config.get<"stomp.listen">());
  judge("stomp.ws_listen", config.get<"stomp.ws_listen">());
  judge("admin.listen", config.get<"admin.listen">());
  return findings;
}

int run(const ServerOptions& options, Streams streams) {
  const Result<config::ServerConfig> config = options.load();
  if (!config) {
    streams.err << config.error().message << '\n';
    return kFailed;
  }
  constexpr std::array<std::string_view, 3> kMarks{"ok", "warning", "trouble"};
  std::array<int, 3> count{};
  for (const Finding& finding : examine(*config)) {
    const auto verdict = static_cast<std::size_t>(finding.verdict);
    ++count[verdict];
    streams.out << fmt::format("{:<8} {:<12} {}\n", kMarks[verdict], finding.subject, finding.sentence);
  }
  const bool trouble = count[static_cast<std::size_t>(Verdict::kTrouble)] > 0;
  streams.out << (trouble ? "the server would not run well here\n" : "the server can run here\n");
  return trouble ? kFailed : kDone;
}

Run declare(CLI::App* app) {
  const auto options = ServerOptions::declare(app);
  return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace

Command doctor_command() {
  return {
      .name = "doctor",
      .summary = "check whether this machine is fit to run the server",
      .description =
          R"(Looks at the limit of open files, memory, the data folder (space, kind of file system, how long a
synced write takes), the clock, whether the addresses to listen on are free, and whether the name that clients are told
(kafka.advertised) is known. Each line says what was found, and what to do where it is not fine. A small file is written into
the data folder and removed again; nothing else is touched. Run it before the server: while the server runs, its ports are
taken.)",
      .examples = R"(wharf doctor
wharf doctor --data /var/lib/wharf
wharf doctor --config wharf.toml)",
      .declare = declare,
  };
}

}  // namespace wharf::cli
