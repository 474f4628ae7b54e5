#pragma once
// The stretch of time that counts: what came back in it, how long it took, what the processes used meanwhile.
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "load/latency_histogram.hpp"
#include "load/process_usage.hpp"
#include "model/time.hpp"
#include "runtime/shard.hpp"

namespace wharf::load {

struct WatchedProcess {
  pid_t pid = 0;
  double cpu_seconds = 0;  // within the measurement
  std::uint64_t resident_bytes = 0;
  std::uint64_t peak_resident_bytes = 0;
};

struct Measured {
  double seconds = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of batches as they are on the wire
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;    // answered with an error that a retry might mend; not counted above
  LatencyHistogram latency;     // of requests, from when each was meant to be sent
  LatencyHistogram end_to_end;  // of stamped records, from when each was meant to be sent
  double own_cpu_seconds = 0;
  std::vector<WatchedProcess> processes;
};

/// One shard's. Warms up, counts, and is over: at its time, or when finish() is called.
class Measurement {
 public:
  Measurement(runtime::Shard* shard, std::vector<pid_t> watched) : shard_(*shard), watched_(std::move(watched)) {}
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;
  ~Measurement();

  /// Without a duration it lasts until finish(). `when_over` is called once, from the shard's loop or from finish().
  void start(Milliseconds warm_up, std::optional<Milliseconds> duration, std::function<void()> when_over);
  void finish();
  bool over() const { return phase_ == Phase::kOver; }
  bool counting() const { return phase_ == Phase::kCounting; }
  /// Add to it while counting().
  Measured& measured() { return measured_; }

 private:
  enum class Phase : std::uint8_t { kIdle, kWarmingUp, kCounting, kOver };
  void begin();

  runtime::Shard& shard_;
  std::vector<pid_t> watched_;
  std::optional<Milliseconds> duration_;
  std::function<void()> when_over_;
  Phase phase_ = Phase::kIdle;
  MonotonicTime began_;
  Measured measured_;
  std::optional<runtime::Timers::Handle> timer_;
};

}  // namespace wharf::load
