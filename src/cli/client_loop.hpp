#pragma once
// A shard and a network for one command, on the thread that runs it.
#include <string>

#include "cli/command.hpp"
#include "model/error.hpp"
#include "runtime/clock.hpp"
#include "runtime/shard.hpp"
#include "runtime/sockets.hpp"
#include "runtime/task.hpp"
#include "runtime/work_pool.hpp"

namespace wharf::cli {

class ClientLoop {
 public:
  explicit ClientLoop(Milliseconds connect_timeout) : network_({.connect_timeout = connect_timeout}) {}
  runtime::Shard& shard() { return shard_; }
  runtime::Network& network() { return network_; }

  /// To its end. kDone; or, with its error printed as a line that begins with `command`, kUsage for kInvalidArgument
  /// and kFailed for all others.
  int run(Streams streams, const std::string& command, runtime::Task<Result<void>> work);

 private:
  static constexpr std::size_t kPoolThreads = 1;  // for a read of standard input

  runtime::SystemClock clock_;
  runtime::ThreadPool pool_{kPoolThreads};
  runtime::Shard shard_{ShardIndex(0), clock_, pool_};
  runtime::TcpNetwork network_;
};

}  // namespace wharf::cli
