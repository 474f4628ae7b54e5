#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

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

/// SIGTERM, SIGINT and SIGHUP (a terminal that closes), heard by a thread of their own from the beginning: a start that
/// recovers for minutes can be ended. Nobody has been told that it is ready by then, and a start that was cut off is
/// one more crash to recover from. A closed socket is an error, not a signal.
class StopSignals {
 public:
  /// Before any other thread is there, so that they come to none.
  StopSignals() {
    sigemptyset(&stops_);
    for (int stop : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&stops_, stop);
    ::pthread_sigmask(SIG_BLOCK, &stops_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    listener_ = std::thread([this] { listen(); });
  }
  ~StopSignals() {
    starting_ = false;
    ::pthread_kill(listener_.native_handle(), SIGTERM);  // nothing where it has heard one
    listener_.join();
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// From here on one is kept for wait(). Before anybody is told that the server is ready.
  void started() { starting_ = false; }
  /// The first.
  int wait() { return heard_.get_future().get(); }

 private:
  void listen() {
    int signal = 0;
    ::sigwait(&stops_, &signal);
    if (starting_) ::_exit(kFailed);
    heard_.set_value(signal);
  }

  sigset_t stops_{};
  std::atomic<bool> starting_ = true;
  std::promise<int> heard_;
  std::thread listener_;
};

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
  StopSignals stops;
  raise_descriptor_limit();
  Server server(*config);
  Result<void> started = server.start();
  int exit_code = kDone;
  if (started) {
    stops.started();
    streams.out << server.ready_line() << std::endl;  // NOLINT: whoever waits for the line must see it now
    const int signal = stops.wait();
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
