#include "runtime/shard_threads.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ranges>
#include <span>
#include <utility>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "model/error.hpp"

namespace wharf::runtime {
namespace {

/// Of one shard before the next has its turn.
constexpr std::size_t kHandlersPerTurn = 64;

MonotonicTime monotonic_now() {
  return SystemClock().monotonic_now();
}

/// Until `deadline` at most. Kernels before 5.11 count in milliseconds: then a little longer.
int wait_for_events(int set, std::span<epoll_event> events, std::optional<MonotonicTime> deadline) {
  const int most = static_cast<int>(events.size());
  if (!deadline) return ::epoll_wait(set, events.data(), most, -1);
  const Nanoseconds left = std::max(*deadline - monotonic_now(), Nanoseconds());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec time{seconds.count(), (left - seconds).count()};
  int count = ::epoll_pwait2(set, events.data(), most, &time, nullptr);
  if (count >= 0 || errno != ENOSYS) return count;
  const auto rounded = std::chrono::ceil<Milliseconds>(std::min<Nanoseconds>(left, std::chrono::hours(1)));
  return ::epoll_wait(set, events.data(), most, static_cast<int>(rounded.count()));
}

void watch(int set, int descriptor, std::size_t number) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = number;
  WHARF_ASSERT(::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

}  // namespace

/// By the wall's clock, not the processor's: a thread that others keep from running has much to do as well.
class ShardThreads::Share {
 public:
  explicit Share(Nanoseconds window) : window_(window), began_(monotonic_now()) {}

  void waited(MonotonicTime from, MonotonicTime until) {
    waited_ += until - from;
    if (until - from >= window_) begin(until);  // what came before is long ago
  }
  bool is_busy() {
    MonotonicTime now = monotonic_now();
    if (now - began_ < window_) return false;
    bool busy = waited_ < (now - began_) / 2;
    begin(now);
    return busy;
  }

 private:
  void begin(MonotonicTime now) {
    began_ = now;
    waited_ = {};
  }

  Nanoseconds window_;
  MonotonicTime began_;
  Nanoseconds waited_{};
};

ShardThreads::ShardThreads(const std::vector<Shard*>& shards, SharingLimits limits) : limits_(limits) {
  ready_set_ = ::epoll_create1(EPOLL_CLOEXEC);
  stop_event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  WHARF_ASSERT(ready_set_ >= 0 && stop_event_ >= 0);
  watch(ready_set_, stop_event_, shards.size());
  for (Shard* shard : shards) {
    watch(ready_set_, lanes_.emplace_back(std::make_unique<Lane>(*shard))->loop.descriptor(), lanes_.size() - 1);
  }
  std::lock_guard lock(mutex_);  // none runs before all are there
  for (const std::unique_ptr<Lane>& lane : lanes_) start(*lane);
}

void ShardThreads::start(Lane& lane) {
  const bool first = &lane == lanes_.front().get();
  lane.with_first = first || shares();
  lane.thread = first ? std::jthread([this] { run_first(); }) : std::jthread([this, &lane] { run_other(&lane); });
  std::string name = fmt::format("wharf-shard-{}", lane.loop.shard().index().value);
  pthread_setname_np(lane.thread.native_handle(), name.c_str());
  pthread_getcpuclockid(lane.thread.native_handle(), &lane.clock);
  lane.loop.busy_time().own_thread(lane.clock);
}

ShardThreads::~ShardThreads() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  handed_over_.notify_all();
  for (const std::unique_ptr<Lane>& lane : lanes_) lane->loop.shard().stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(stop_event_, &one, sizeof one);
  for (const std::unique_ptr<Lane>& lane : lanes_) lane->thread.join();
  if (look_) lanes_.front()->loop.shard().cancel_timer(*look_);
  ::close(stop_event_);
  ::close(ready_set_);
}

void ShardThreads::run_first() {
  {
    std::lock_guard all_are_there(mutex_);
  }
  while (!stopping_) {
    if (shares()) run_all();
    run_own();
  }
}

void ShardThreads::run_other(Lane* lane) {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      handed_over_.wait(lock, [&] { return stopping_ || !lane->with_first; });
      if (stopping_) return;
    }
    lane->loop.run(stopping_);
    std::lock_guard lock(mutex_);
    lane->with_first = true;
    handed_over_.notify_all();
  }
}

void ShardThreads::take(Lane& lane) {
  {
    std::unique_lock lock(mutex_);
    handed_over_.wait(lock, [&] { return stopping_ || lane.with_first; });
    if (stopping_) return;
  }
  lane.loop.take();
  lane.here = true;
  lane.ready = true;
}

void ShardThreads::run_all() {
  for (const std::unique_ptr<Lane>& lane : lanes_) take(*lane);
  run_until_busy();
  if (stopping_) return;
  lanes_.front()->loop.give();
  lanes_.front()->here = false;
}

void ShardThreads::run_until_busy() {
  Share share(limits_.busy_window);
  bool leaving = false;
  while (!stopping_) {
    if (!run_ready()) {
      MonotonicTime from = monotonic_now();
      wait_for_ready();
      share.waited(from, monotonic_now());
    }
    leaving = leaving || share.is_busy();
    if (leaving && give_back()) return;
  }
}

bool ShardThreads::run_ready() {
  bool any = false;
  const MonotonicTime now = monotonic_now();
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    if (!lane->here) continue;
    bool made_ready = lane->loop.made_ready(now);
    if (!made_ready && !lane->ready) continue;
    run_lane(*lane);
    any = true;
  }
  return any;
}

void ShardThreads::run_lane(Lane& lane) {
  const bool own = &lane == lanes_.front().get();
  const Nanoseconds before = own ? Nanoseconds() : thread_time(lanes_.front()->clock);
  lane.ready = lane.loop.run_some(kHandlersPerTurn) == kHandlersPerTurn;
  if (own) return;
  const Nanoseconds ran = thread_time(lanes_.front()->clock) - before;
  lane.loop.busy_time().ran_elsewhere(ran);
  lanes_.front()->loop.busy_time().ran_elsewhere(-ran);
}

void ShardThreads::wait_for_ready() {
  std::array<epoll_event, 16> events;
  int count = wait_for_events(ready_set_, events, next_deadline());
  for (int i = 0; i < count; ++i) {
    std::size_t number = events[static_cast<std::size_t>(i)].data.u64;
    if (number < lanes_.size()) lanes_[number]->ready = true;
  }
}

std::optional<MonotonicTime> ShardThreads::next_deadline() const {
  std::optional<MonotonicTime> first;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    if (!lane->here) continue;
    std::optional<MonotonicTime> next = lane->loop.shard().timers().next_deadline();
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

bool ShardThreads::give_back() {
  bool all = true;
  for (const std::unique_ptr<Lane>& lane : lanes_ | std::views::drop(1)) {
    if (!lane->here) continue;
    lane->loop.leave();
    if (lane->loop.held()) {
      all = false;
      continue;
    }
    lane->loop.give();
    lane->here = false;
    std::lock_guard lock(mutex_);
    lane->with_first = false;
    handed_over_.notify_all();
  }
  return all;
}

void ShardThreads::run_own() {
  calm_ = 0;
  looked_at_ = time_of_all();
  if (shares()) look_for_calm();
  lanes_.front()->loop.run(stopping_);
}

void ShardThreads::look_for_calm() {
  Shard& first = lanes_.front()->loop.shard();
  look_ = first.set_timer(first.now() + limits_.calm_window, [this] {
    look_.reset();
    const Nanoseconds used_before = std::exchange(looked_at_, time_of_all());
    bool calm = looked_at_ - used_before < limits_.calm_part * limits_.calm_window;
    calm_ = calm ? calm_ + 1 : 0;
    if (calm_ < limits_.calm_windows) return look_for_calm();
    for (const std::unique_ptr<Lane>& lane : lanes_) {
      lane->loop.shard().post([one = lane.get()] { one->loop.leave(); });
    }
  });
}

Nanoseconds ShardThreads::time_of_all() {
  Nanoseconds sum{};
  for (const std::unique_ptr<Lane>& lane : lanes_) sum += thread_time(lane->clock);
  return sum;
}

}  // namespace wharf::runtime
