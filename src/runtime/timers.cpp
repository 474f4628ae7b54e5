#include "runtime/timers.hpp"

namespace wharf::runtime {

Timers::Handle Timers::set(MonotonicTime deadline, Callback callback) {
  Handle handle{deadline, next_number_++};
  pending_.emplace(std::pair(deadline, handle.number), std::move(callback));
  return handle;
}

bool Timers::cancel(Handle handle) { return pending_.erase({handle.deadline, handle.number}) > 0; }

std::optional<MonotonicTime> Timers::next_deadline() const {
  if (pending_.empty()) return std::nullopt;
  return pending_.begin()->first.first;
}

std::size_t Timers::expire(MonotonicTime now) {
  std::size_t ran = 0;
  while (!pending_.empty() && pending_.begin()->first.first <= now) {
    auto due = pending_.extract(pending_.begin());
    due.mapped()();
    ++ran;
  }
  return ran;
}

}  // namespace wharf::runtime
