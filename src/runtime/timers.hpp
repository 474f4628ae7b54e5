#pragma once
// The deadlines of one shard in one ordered set, with no clock of its own: the real shard arms one kernel timer for the
// earliest, the simulator jumps to it. Equal deadlines fire in the order they were set.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "model/time.hpp"

namespace wharf::runtime {

class Timers {
 public:
  using Callback = std::move_only_function<void()>;
  /// Names one pending timer; stale after it fired or was cancelled, which cancel() notices.
  struct Handle {
    MonotonicTime deadline;
    std::uint64_t number = 0;
  };

  Handle set(MonotonicTime deadline, Callback callback);
  /// True when the timer was still pending; its callback is destroyed unrun.
  bool cancel(Handle handle);
  std::optional<MonotonicTime> next_deadline() const;
  /// Runs what is due at `now`, including what callbacks set for `now` or before. Returns how many ran.
  std::size_t expire(MonotonicTime now);
  std::size_t size() const { return pending_.size(); }

 private:
  std::map<std::pair<MonotonicTime, std::uint64_t>, Callback> pending_;
  std::uint64_t next_number_ = 1;
};

}  // namespace wharf::runtime
