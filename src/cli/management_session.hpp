#pragma once
// What every command that asks the management API shares: --url, --user, --password; a request is a line of code. Any
// broker with RabbitMQ's API answers.
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

#include <boost/json/value.hpp>

#include "cli/command.hpp"
#include "model/endpoint.hpp"
#include "model/error.hpp"
#include "runtime/shard.hpp"
#include "runtime/stream.hpp"
#include "runtime/task.hpp"

namespace wharf::cli {

struct ManagementSession;

struct ManagementOptions {
  using Session = ManagementSession;

  std::string command;  // for messages: "wharf user"
  std::string url, user, password;
  std::int64_t timeout_ms = 30'000;

  /// Declares --url, --user, --password and --timeout; all may stand behind an action of the command.
  static std::shared_ptr<ManagementOptions> declare(CLI::App* app, std::string command);
};

/// Of the API: "/api/queues/%2F/jobs" is path({"queues", "/", "jobs"}).
std::string path(std::initializer_list<std::string_view> segments);
/// As a segment of a path and a value of a query have it.
std::string escaped(std::string_view text);

struct ManagementSession {
  runtime::Shard& shard;
  runtime::Network& network;
  Endpoint server;
  std::string authorization;
  Nanoseconds timeout;
  Streams streams;
  std::string command;

  struct Request {
    std::string method, target;
    boost::json::value body;  // null: none
    std::string about;        // what may be missing: "queue 'jobs' in virtual host '/'"
  };
  /// The response's JSON; null: it has none. kNotFound: what it is about, in a sentence; kSignInRefused,
  /// kAccessRefused, kInvalidRequest with the server's reason; kTimedOut.
  runtime::Task<Result<boost::json::value>> ask(Request request);
  /// The same for what answers nothing.
  runtime::Task<Result<void>> tell(Request request);

  void warn(const std::string& sentence) const { streams.err << command << ": " << sentence << '\n'; }
};

using ManagementWork = std::function<runtime::Task<Result<void>>(ManagementSession* session)>;

/// As run_client of client_session.hpp.
int run_client(Streams streams, const ManagementOptions& options, const ManagementWork& work);

}  // namespace wharf::cli
