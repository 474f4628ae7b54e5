#pragma once
// Structured concurrency: whoever starts a task owns and awaits it. A scope is the LAST member of its owner, so that it
// is empty before anything its tasks touch is gone; it is the only place in Wharf that starts a coroutine on its own.
//
//   class Connection {
//     std::unique_ptr<Stream> stream_;
//     TaskScope tasks_;
//   };
//   tasks_.spawn("kafka-reader", read_loop());
//   ...
//   stream_->close();                // tasks notice and end
//   co_await tasks_.close();
#include <cstddef>
#include <exception>
#include <stop_token>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "model/error.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::runtime {

class TaskScope {
 public:
  explicit TaskScope(Shard& shard) : shard_(shard) {}
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  /// Asserts that every task has ended: await close() first.
  ~TaskScope();

  /// Starts `task` on this shard: at once when called from its loop, else at its next turn; tasks start in the order spawned. An exception out of it is a bug and
  /// stops the process with `name` (a literal). Refused (false, the task is dropped unrun) once the scope is closing.
  bool spawn(const char* name, Task<void> task);
  /// Asks tasks to stop through stop_token() and waits for the last one. A second call waits as well.
  Task<void> close();
  /// Only asks.
  void request_stop() { stop_.request_stop(); }

  /// Calls back once, from the shard's loop, when no task runs any more. For the thread outside that waits for all of them.
  void when_idle(Job idle);

  std::stop_token stop_token() const { return stop_.get_token(); }
  bool stopping() const { return stop_.stop_requested(); }
  std::size_t running() const { return running_; }
  Shard& shard() { return shard_; }

 private:
  void ended();

  Shard& shard_;
  std::stop_source stop_;
  bool closing_ = false;
  std::size_t running_ = 0;
  std::vector<Resume<bool>> closers_;
  Job idle_;
};

/// For a task that tries again: returns after so long, or (true) at once where its scope is asked to stop.
Task<bool> pause(TaskScope* scope, Nanoseconds time);

/// Runs the task that `make` gives on shard `there` and suspends the caller here until it has ended: structured, since the
/// caller waits. `make` runs on `there`; whatever it refers to outlives the call.
template <class Make>
Task<void> await_on(Shard& here, Shard& there, Make make) {
  auto start = [&here, &there, make = std::move(make)](Resume<bool> resume) mutable {
    there.post([&here, &there, make = std::move(make), resume = std::move(resume)]() mutable {
      auto ended = [&here, resume = std::move(resume)](std::exception_ptr error) mutable {
        WHARF_ASSERT(!error);
        here.post([resume = std::move(resume)]() mutable { std::move(resume)(true); });
      };
      boost::asio::co_spawn(there.context().get_executor(), make(), std::move(ended));
    });
  };
  [[maybe_unused]] bool ended = co_await suspend<bool>(std::move(start));
}

}  // namespace wharf::runtime
