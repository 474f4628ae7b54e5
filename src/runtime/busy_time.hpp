#pragma once
// How much processor time a shard has used, whichever thread ran it (shard_threads.hpp).
#include <optional>

#include <time.h>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>

#include "runtime/shard.hpp"

namespace wharf::runtime {

/// Of the thread whose clock it is.
inline Nanoseconds thread_time(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

/// A service of the shard's context. From the thread that runs the loop.
class BusyTime final : public boost::asio::execution_context::service {
 public:
  using key_type = BusyTime;
  inline static boost::asio::execution_context::id id;

  explicit BusyTime(boost::asio::io_context& context) : boost::asio::execution_context::service(context) {}

  /// The clock of its own thread. Before that runs.
  void own_thread(clockid_t clock) { own_ = clock; }
  /// Another thread ran it for so long; below 0: its own ran others.
  void ran_elsewhere(Nanoseconds time) { elsewhere_ += time; }
  Nanoseconds now() const { return (own_ ? thread_time(*own_) : Shard::busy_time()) + elsewhere_; }

 private:
  void shutdown() override {}

  std::optional<clockid_t> own_;  // none: whoever asks
  Nanoseconds elsewhere_{};
};

/// On the shard's own loop.
inline Nanoseconds busy_time(Shard& shard) {
  return boost::asio::use_service<BusyTime>(shard.context()).now();
}

}  // namespace wharf::runtime
