#include <csignal>

#include <sys/resource.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/server.hpp"
#include "cli/server_options.hpp"

namespace wharf::cli {
namespace {

/// As many descriptors as this user may have: connections and segment files need them.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// SIGTERM, SIGINT and SIGHUP (a terminal that closes) come to this thread alone, when it waits for them; a closed
/// socket is an error, not a signal.
sigset_t block_signals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return stops;
}

int run(const ServerOptions& options, Streams streams) {
  if (options.contradicts_itself()) {
    streams.err << "wharf serve: --memory keeps nothing on disk, --data names a folder to keep everything in: give one "
                   "of them\n";
    return kUsage;
  }
  Result<config::ServerConfig> config = options.load();
  if (!config) {
    streams.err << config.error().message << '\n';
    return kFailed;
  }
  sigset_t stops = block_signals();
  raise_descriptor_limit();
  Server server(*config);
  Result<void> started = server.start();
  int exit_code = kDone;
  if (started) {
    streams.out << server.ready_line() << std::endl;  // NOLINT: whoever waits for the line must see it now
    int signal = 0;
    ::sigwait(&stops, &signal);
    server.logger().info("stopping", {{"signal", fmt::format("SIG{}", sigabbrev_np(signal))}});
  } else {
    streams.err << started.error().message << '\n';
    exit_code = kFailed;
  }
  Result<void> stopped = server.stop();
  if (!stopped) {
    server.logger().error("the end was not clean; the next start will look through the logs",
                          {{"reason", stopped.error().message}});
    exit_code = kFailed;
  }
  if (started && stopped) server.logger().info("stopped", {});
  return exit_code;
}

Run declare(CLI::App* app) {
  std::shared_ptr<ServerOptions> options = ServerOptions::declare(app);
  return [options](Streams streams) { return run(*options, streams); };
}

}  // namespace

Command serve_command() {
  return {
      .name = "serve",
      .summary = "run the broker",
      .description =
          "Opens the admin port, recovers what is stored, opens the clients' ports, and prints one line of JSON to "
          "standard "
          "output that names every address once clients can connect. Log lines go to standard error. SIGTERM, SIGINT "
          "and SIGHUP stop it: no new requests, what is in "
          "progress is finished, everything is flushed.",
      .examples =
          "wharf serve\nwharf serve --data /var/lib/wharf --set kafka.listen=0.0.0.0:9092\n"
          "wharf serve --memory --free-ports\n"
          "  keeps nothing on disk and takes free ports: for test suites",
      .declare = declare,
  };
}

}  // namespace wharf::cli
