#include "runtime/task_scope.hpp"

#include <cstdio>
#include <exception>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "model/error.hpp"
#include "runtime/signal.hpp"

namespace wharf::runtime {

TaskScope::~TaskScope() { WHARF_ASSERT(running_ == 0 && closers_.empty()); }

bool TaskScope::spawn(const char* name, Task<void> task) {
  if (closing_) return false;
  ++running_;
  boost::asio::co_spawn(shard_.context().get_executor(), std::move(task), [this, name](std::exception_ptr error) {
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& thrown) {
        std::fprintf(stderr, "wharf: task '%s' threw: %s\n", name, thrown.what());
      } catch (...) {
        std::fprintf(stderr, "wharf: task '%s' threw\n", name);
      }
      std::terminate();
    }
    ended();
  });
  return true;
}

void TaskScope::ended() {
  --running_;
  if (running_ > 0) return;
  for (Resume<bool>& closer : closers_) {
    shard_.post([closer = std::move(closer)]() mutable { std::move(closer)(true); });
  }
  closers_.clear();
  if (idle_) shard_.post(std::move(idle_));
  idle_ = nullptr;
}

void TaskScope::when_idle(Job idle) {
  if (running_ == 0) return shard_.post(std::move(idle));
  idle_ = std::move(idle);
}

Task<void> TaskScope::close() {
  closing_ = true;
  stop_.request_stop();
  if (running_ == 0) co_return;
  auto start = [this](Resume<bool> closer) { closers_.push_back(std::move(closer)); };
  [[maybe_unused]] bool closed = co_await suspend<bool>(start);
}

Task<bool> pause(TaskScope* scope, Nanoseconds time) {
  Signal stopped(scope->shard());
  std::stop_callback wake(scope->stop_token(), [&stopped] { stopped.notify(); });
  bool stop = co_await stopped.wait_until(scope->shard().now() + time);
  co_return stop;
}

}  // namespace wharf::runtime
