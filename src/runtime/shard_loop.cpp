#include "runtime/shard_loop.hpp"

#include <utility>

#include <boost/asio/detail/epoll_reactor.hpp>
#include <boost/asio/post.hpp>

namespace wharf::runtime {
namespace {

using boost::asio::detail::epoll_reactor;

/// The library keeps the descriptor that its loop waits on to itself, and no other way leads to a thread that waits for
/// several loops. An explicit instantiation may name what is private.
int waits_on(epoll_reactor& reactor);
template <auto kDescriptor>
struct Shown {
  friend int waits_on(epoll_reactor& reactor) { return reactor.*kDescriptor; }
};
template struct Shown<&epoll_reactor::epoll_fd_>;

}  // namespace

ShardLoop::ShardLoop(Shard& shard)
    : shard_(shard),
      inbox_(boost::asio::use_service<Inbox>(shard.context())),
      hold_(boost::asio::use_service<ThreadHold>(shard.context())),
      busy_(boost::asio::use_service<BusyTime>(shard.context())),
      descriptor_(waits_on(boost::asio::use_service<epoll_reactor>(shard.context()))) {
  inbox_.stay_open(true);
}

ShardLoop::~ShardLoop() {
  if (guard_) give();
  inbox_.stay_open(false);
  for (Job& left : inbox_.close()) boost::asio::post(shard_.context(), std::move(left));
}

void ShardLoop::run(const std::atomic<bool>& ended) {
  hold_.arrive();
  shard_.context().restart();
  if (!ended) shard_.run();
}

void ShardLoop::take() {
  hold_.arrive();
  shard_.context().restart();
  guard_.emplace(shard_.context().get_executor());
  inbox_.shares_thread(true);
}

void ShardLoop::give() {
  inbox_.shares_thread(false);
  guard_.reset();
}

bool ShardLoop::made_ready(MonotonicTime now) {
  bool noted = inbox_.noted();
  std::optional<MonotonicTime> next = shard_.timers().next_deadline();
  if (!next || *next > now) return noted;
  boost::asio::post(shard_.context(), [&timers = shard_.timers(), now] { timers.expire(now); });
  return true;
}

std::size_t ShardLoop::run_some(std::size_t most) {
  std::size_t ran = 0;
  while (ran < most && shard_.context().poll_one() > 0) ++ran;
  return ran;
}

}  // namespace wharf::runtime
