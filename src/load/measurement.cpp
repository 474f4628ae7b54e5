#include "load/measurement.hpp"

namespace wharf::load {

Measurement::~Measurement() {
  if (timer_) shard_.cancel_timer(*timer_);
}

void Measurement::start(Milliseconds warm_up, std::optional<Milliseconds> duration, std::function<void()> when_over) {
  duration_ = duration;
  when_over_ = std::move(when_over);
  if (warm_up.count() == 0) return begin();
  phase_ = Phase::kWarmingUp;
  timer_ = shard_.set_timer(shard_.now() + warm_up, [this] {
    timer_.reset();
    begin();
  });
}

void Measurement::begin() {
  phase_ = Phase::kCounting;
  measured_ = {};
  for (pid_t pid : watched_) {
    Result<ProcessUsage> usage = usage_of(pid);
    measured_.processes.push_back({.pid = pid, .cpu_seconds = usage ? -usage->cpu_seconds : 0});
  }
  measured_.own_cpu_seconds = -own_cpu_seconds();
  began_ = shard_.now();
  if (!duration_) return;
  timer_ = shard_.set_timer(began_ + *duration_, [this] {
    timer_.reset();
    finish();
  });
}

void Measurement::finish() {
  if (phase_ == Phase::kOver) return;
  if (timer_) shard_.cancel_timer(*timer_);
  timer_.reset();
  if (phase_ != Phase::kCounting) begin();
  if (timer_) shard_.cancel_timer(*timer_);
  timer_.reset();
  phase_ = Phase::kOver;
  measured_.seconds = std::chrono::duration<double>(shard_.now() - began_).count();
  measured_.own_cpu_seconds += own_cpu_seconds();
  for (WatchedProcess& process : measured_.processes) {
    Result<ProcessUsage> usage = usage_of(process.pid);
    if (!usage) {  // it ended meanwhile
      process.cpu_seconds = 0;
      continue;
    }
    process.cpu_seconds += usage->cpu_seconds;
    process.resident_bytes = usage->resident_bytes;
    process.peak_resident_bytes = usage->peak_resident_bytes;
  }
  if (when_over_) when_over_();
}

}  // namespace wharf::load
