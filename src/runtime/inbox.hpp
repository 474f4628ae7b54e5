#pragma once
// Jobs that other threads have for a running shard. The network library's own post() wakes the shard while it holds the
// lock that the shard takes first: whoever is woken waits at once, twice the switches. Here the lock is free again
// before the wake-up (docs/decisions/044-light-load.md).
#include <cstdint>
#include <mutex>
#include <vector>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "runtime/work_pool.hpp"

namespace wharf::runtime {

/// A service of the shard's context: lives as long, and is found by it.
class Inbox final : public boost::asio::execution_context::service {
 public:
  using key_type = Inbox;
  inline static boost::asio::execution_context::id id;

  explicit Inbox(boost::asio::io_context& context)
      : boost::asio::execution_context::service(context), context_(context), wake_(context) {}

  /// From the shard's thread, before its loop: jobs are taken from here on. Where the system has no descriptor left,
  /// none is.
  void open();
  /// From the shard's thread, behind its loop: none is taken any more. What was left unrun.
  std::vector<Job> close();
  /// From any thread. False: it is closed, and `job` is as it was.
  bool put(Job& job);

 private:
  void shutdown() override;
  void wait();
  void run_all();

  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor wake_;  // an eventfd; open until the end: a sender may be about to write to it
  std::uint64_t woken_ = 0;                     // what it counted
  std::vector<Job> taken_;                      // of the shard's thread
  std::mutex mutex_;
  std::vector<Job> jobs_;
  bool is_open_ = false;
};

}  // namespace wharf::runtime
