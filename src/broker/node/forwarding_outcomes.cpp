#include "broker/node/forwarding_outcomes.hpp"

#include <utility>

namespace wharf::broker {

namespace {

queue::Place place_of(const queue::ScheduleEnvelope& envelope) {
  if (envelope.queue) return queue::HeldForQueue{*envelope.queue};
  return envelope.exchange;
}

}  // namespace

std::vector<queue::Place> places_of(const OutgoingParts& parts) {
  std::vector<queue::Place> places;
  places.reserve(parts.queues.size() + parts.logs.size() + parts.delayed.size());
  for (const EnqueuePart& part : parts.queues) places.emplace_back(part.queue.id);
  for (const PublishPart& part : parts.logs) places.emplace_back(part.partition);
  for (const Delayed& part : parts.delayed) places.push_back(place_of(part.envelope));
  return places;
}

void ForwardingOutcomes::tell(std::span<const Result<void>> outcomes, std::span<const queue::Place> places,
                              std::span<const std::vector<std::size_t>> numbers, std::span<Forwarded> messages) {
  std::vector<std::size_t> arrived;
  for (std::size_t part = 0; part < outcomes.size(); ++part) {
    if (is_done(outcomes[part])) {
      arrived.push_back(part);
    } else {
      for (std::size_t number : numbers[part]) messages[number].is_done = false;
    }
  }
  if (arrived.size() == outcomes.size()) return;
  for (std::size_t part : arrived) {
    for (std::size_t number : numbers[part]) messages[number].arrived.push_back(places[part]);
  }
}

bool ForwardingOutcomes::is_done(const Error& error) {
  Fate fate = fate_of(error);
  bool is_news = fate == Fate::kRefused && error.code != ErrorCode::kFull;
  if (is_news && !std::exchange(told_, true)) logger_.warn(sentence_, {{"reason", error.message}});
  return fate != Fate::kNotNow;
}

}  // namespace wharf::broker
