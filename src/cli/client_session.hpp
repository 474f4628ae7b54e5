#pragma once
// What every command that talks to a broker shares: --bootstrap, a shard to run on, errors as one line on standard
// error.
#include <functional>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "client/cluster.hpp"
#include "runtime/shard.hpp"
#include "runtime/stream.hpp"
#include "runtime/task.hpp"

namespace wharf::cli {

struct ClientSession;

struct ClientOptions {
  using Session = ClientSession;

  std::string command;  // for messages: "wharf topic"
  std::string bootstrap;
  std::int64_t timeout_ms = 30'000;

  /// Declares --bootstrap and --timeout; both may stand behind an action of the command.
  static std::shared_ptr<ClientOptions> declare(CLI::App* app, std::string command);
};

struct ClientSession {
  runtime::Shard& shard;
  client::Cluster& cluster;
  Streams streams;
  std::string command;

  /// A line on standard error: "wharf topic: ...".
  void warn(const std::string& sentence) const { streams.err << command << ": " << sentence << '\n'; }
};

using ClientWork = std::function<runtime::Task<Result<void>>(ClientSession* session)>;

/// Runs `work` with a cluster of the options' brokers until it ends. Returns kDone; or, with its error printed, kUsage
/// for kInvalidArgument and kFailed for all others.
int run_client(Streams streams, const ClientOptions& options, const ClientWork& work);

}  // namespace wharf::cli
