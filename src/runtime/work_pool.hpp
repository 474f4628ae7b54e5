#pragma once
// A few threads for what blocks: fdatasync, cold reads, large compression. Shards await the result, they never wait.
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wharf::runtime {

using Job = std::move_only_function<void()>;

class WorkPool {
 public:
  virtual ~WorkPool() = default;
  /// Runs `job` some time on another thread (simulated: later on this one). Jobs start in order, end in any.
  virtual void submit(Job job) = 0;
};

/// Real threads. The destructor runs what was submitted, then joins.
class ThreadPool final : public WorkPool {
 public:
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool() override;
  void submit(Job job) override;

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace wharf::runtime
