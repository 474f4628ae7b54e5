#include "runtime/inbox.hpp"

#include <iterator>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>

namespace wharf::runtime {

void Inbox::open() {
  if (!wake_.is_open()) {
    int made = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made < 0) return;
    wake_.assign(made);
    wait();
  }
  std::lock_guard lock(mutex_);
  is_open_ = true;
}

std::vector<Job> Inbox::close() {
  std::lock_guard lock(mutex_);
  is_open_ = false;
  return std::exchange(jobs_, {});
}

bool Inbox::put(Job& job) {
  {
    std::lock_guard lock(mutex_);
    if (!is_open_) return false;
    jobs_.push_back(std::move(job));
    if (jobs_.size() > 1) return true;  // whoever put the first wakes it
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(wake_.native_handle(), &one, sizeof one);
  return true;
}

/// Jobs die unrun while the context can still take what they post.
void Inbox::shutdown() {
  std::vector<Job> unrun = close();
  unrun.clear();
  boost::system::error_code ignored;
  wake_.close(ignored);
}

void Inbox::wait() {
  wake_.async_read_some(boost::asio::buffer(&woken_, sizeof woken_),
                        [this](boost::system::error_code error, std::size_t) {
                          if (error) return;
                          run_all();
                          wait();
                        });
}

void Inbox::run_all() {
  {
    std::lock_guard lock(mutex_);
    taken_.swap(jobs_);
  }
  auto job = taken_.begin();
  for (; job != taken_.end() && !context_.stopped(); ++job) {
    (*job)();
    *job = nullptr;  // what it captured dies before the next one runs
  }
  if (job != taken_.end()) {  // the loop ends behind the job in progress
    std::lock_guard lock(mutex_);
    jobs_.insert(jobs_.begin(), std::make_move_iterator(job), std::make_move_iterator(taken_.end()));
  }
  taken_.clear();
}

}  // namespace wharf::runtime
