#include "runtime/shard.hpp"

#include <chrono>

#include <time.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "runtime/inbox.hpp"

namespace wharf::runtime {
namespace {

Inbox& inbox_of(boost::asio::io_context& context) { return boost::asio::use_service<Inbox>(context); }

}  // namespace

Shard::Shard(ShardIndex index, const Clock& clock, WorkPool& pool) : index_(index), clock_(clock), pool_(pool) {}

Shard::~Shard() = default;

void Shard::post(Job job) {
  if (!context_.get_executor().running_in_this_thread() && inbox_of(context_).put(job)) return;
  boost::asio::post(context_, std::move(job));
}

Timers::Handle Shard::set_timer(MonotonicTime deadline, Timers::Callback callback) {
  Timers::Handle handle = timers_.set(deadline, std::move(callback));
  if (!armed_ || deadline < *armed_) arm();
  return handle;
}

void Shard::run() {
  auto guard = boost::asio::make_work_guard(context_);
  wake_.emplace(context_);
  arm();
  inbox_of(context_).open();
  context_.run();
  for (Job& left : inbox_of(context_).close()) boost::asio::post(context_, std::move(left));
  wake_.reset();
  armed_.reset();
}

void Shard::stop() { context_.stop(); }

Nanoseconds Shard::busy_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

std::size_t Shard::poll() {
  context_.restart();
  return context_.poll();
}

std::size_t Shard::poll_one() {
  context_.restart();
  return context_.poll_one();
}

// A cancelled timer does not disarm the kernel's: it fires once for nothing and is armed anew. Cheaper than a system call
// for each long poll that ends early.
void Shard::arm() {
  if (!wake_) return;
  std::optional<MonotonicTime> next = timers_.next_deadline();
  armed_ = next;
  if (!next) return;
  wake_->expires_at(std::chrono::steady_clock::time_point(next->time_since_epoch()));
  wake_->async_wait([this](boost::system::error_code error) {
    if (error) return;  // armed anew for an earlier deadline
    armed_.reset();
    timers_.expire(now());
    arm();
  });
}

Task<void> next_turn(Shard& here) {
  auto resume_later = [&here](Resume<bool> resume) {
    here.post([resume = std::move(resume)]() mutable { std::move(resume)(true); });
  };
  [[maybe_unused]] bool resumed = co_await suspend<bool>(std::move(resume_later));
}

}  // namespace wharf::runtime
