#include "sim/event_queue.hpp"

namespace wharf::sim {

void EventQueue::at(MonotonicTime time, Event event) {
  Key key{std::max(time, now_), random_.next(), next_number_++};
  events_.emplace(key, std::move(event));
}

std::optional<MonotonicTime> EventQueue::next() const {
  if (events_.empty()) return std::nullopt;
  return events_.begin()->first.time;
}

void EventQueue::run_first() {
  auto first = events_.extract(events_.begin());
  first.mapped()();
}

void EventQueue::clear() {
  while (!events_.empty()) events_.erase(events_.begin());  // one by one: a dying event may ask for another
}

}  // namespace wharf::sim
