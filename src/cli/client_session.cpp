#include "cli/client_session.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/client_loop.hpp"
#include "cli/value_checks.hpp"

namespace wharf::cli {
namespace {

runtime::Task<Result<void>> run_to_the_end(ClientSession* session, const ClientWork* work) {
  Result<void> outcome = co_await (*work)(session);
  session->cluster.close();
  co_return outcome;
}

}  // namespace

std::shared_ptr<ClientOptions> ClientOptions::declare(CLI::App* app, std::string command) {
  auto options = std::make_shared<ClientOptions>();
  options->command = std::move(command);
  options->bootstrap = "127.0.0.1:9092";
  app->add_option(
         "-b,--bootstrap", options->bootstrap,
         "Where to begin: HOST:PORT of a broker of the cluster, or several with commas between. Otherwise what "
         "WHARF_BOOTSTRAP names, or 127.0.0.1:9092.")
      ->type_name("BROKERS")
      ->envname("WHARF_BOOTSTRAP");
  app->add_option("--timeout", options->timeout_ms, "Give up after so many milliseconds without an answer (30000).")
      ->type_name("MS")
      ->check(whole_number(1, 86'400'000));
  return options;
}

int run_client(Streams streams, const ClientOptions& options, const ClientWork& work) {
  Result<std::vector<Endpoint>> bootstrap = client::parse_bootstrap(options.bootstrap);
  if (!bootstrap) {
    streams.err << options.command << ": --bootstrap: " << bootstrap.error().message << '\n';
    return kUsage;
  }
  ClientLoop loop(Milliseconds(options.timeout_ms));
  client::Cluster cluster(&loop.shard(), &loop.network(), std::move(*bootstrap),
                          {.request_timeout = Milliseconds(options.timeout_ms)});
  ClientSession session{loop.shard(), cluster, streams, options.command};
  cluster.when_waiting([&session](const Endpoint& broker) {
    session.warn("waiting for " + broker.text());
    session.streams.err.flush();
  });
  return loop.run(streams, options.command, run_to_the_end(&session, &work));
}

}  // namespace wharf::cli
