#pragma once
// A server process: threads, node, open ports, from the configuration to the ready line and from the signal to the
// clean end.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "admin/door.hpp"
#include "admin/history/sampler.hpp"
#include "admin/management/api.hpp"
#include "admin/v1/api.hpp"
#include "broker/node/node.hpp"
#include "cli/dialect.hpp"
#include "config/server_config.hpp"
#include "runtime/clock.hpp"
#include "runtime/descriptors.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/sockets.hpp"
#include "runtime/work_beside.hpp"
#include "runtime/work_pool.hpp"

namespace wharf::cli {

class Server {
 public:
  explicit Server(const config::ServerConfig& config);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens the admin port, recovers, opens the clients' ports. Call once; after an error stop() still cleans up. Blocks
  /// the calling thread.
  Result<void> start();
  /// One line of JSON that names every address; for scripts and test suites.
  std::string ready_line() const;
  /// Closes the clients' ports, finishes what was begun, flushes, marks a clean end; the admin port closes last. Blocks
  /// the calling thread.
  Result<void> stop();
  runtime::Logger& logger() { return logger_; }

 private:
  runtime::Task<void> start_on_first_shard(Result<void>* outcome);
  runtime::Task<void> stop_on_first_shard(Result<void>* outcome);
  void tell_of_start();
  Result<void> open_admin();
  Result<void> open_dialects();
  /// As JSON: "name":"address" of each open port.
  std::string listeners() const;
  void open_management();
  void open_own_api();
  std::vector<management::Listener> management_listeners() const;
  /// Runs a task of the first shard to its end and waits for it.
  template <class Make>
  Result<void> run_on_first_shard(Make make);

  const config::ServerConfig& config_;
  runtime::SystemClock clock_;
  runtime::SystemRandom random_;
  runtime::Logger logger_;
  std::unique_ptr<runtime::FileSystem> files_;
  runtime::TcpNetwork network_;
  runtime::Descriptors descriptors_;
  runtime::ThreadPool pool_;      // for what waits
  runtime::BesideThread beside_;  // for what the admin port makes
  std::vector<std::unique_ptr<runtime::Shard>> shards_;
  log::RecoveryProgress progress_;
  admin::Door admin_door_;
  std::unique_ptr<runtime::OpenPort> admin_;  // none: admin.listen is empty
  std::unique_ptr<broker::Node> node_;
  std::unique_ptr<history::Sampler> sampler_;
  std::unique_ptr<json_http::Tokens> tokens_;
  std::unique_ptr<management::Api> management_;
  std::unique_ptr<v1::Api> own_;
  std::vector<std::unique_ptr<Dialect>> dialects_;
  std::vector<std::jthread> threads_;
};

}  // namespace wharf::cli
