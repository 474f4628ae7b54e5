#include "broker/outgoing_parts.hpp"

#include <iterator>
#include <utility>

#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

constexpr Nanoseconds kLogDeadline = std::chrono::seconds(30);

using Outcomes = std::vector<Result<void>>;

Outcomes without_values(const auto& outcomes) {
  Outcomes without;
  without.reserve(outcomes.size());
  for (const auto& one : outcomes) without.push_back(one ? Result<void>() : fail(one.error()));
  return without;
}

runtime::Task<void> to_queues(runtime::Shard* here, Queues* queues, std::vector<EnqueuePart> parts, Outcomes* into) {
  *into = co_await queues->enqueue(*here, std::move(parts));
}

runtime::Task<void> to_logs(runtime::Shard* here, Publish* logs, std::vector<PublishPart> parts, Outcomes* into) {
  std::vector<Result<Published>> published =
      co_await logs->publish(*here, std::move(parts), Acknowledge::kCommitted, here->now() + kLogDeadline);
  *into = without_values(published);
}

runtime::Task<void> to_delays(runtime::Shard* here, Delays* delays, std::vector<Delayed> parts, Outcomes* into) {
  std::vector<Result<ScheduledId>> scheduled = co_await delays->schedule(*here, std::move(parts));
  *into = without_values(scheduled);
}

}  // namespace

runtime::Task<std::vector<Result<void>>> send(runtime::Shard& here, OutgoingPorts to, OutgoingParts parts) {
  if (!parts.history.empty()) to.histories.remember(here, std::move(parts.history));
  Outcomes outcomes;
  if (parts.logs.empty() && parts.delayed.empty()) {  // as most are: without tasks beside this
    if (!parts.queues.empty()) outcomes = co_await to.queues.enqueue(here, std::move(parts.queues));
    co_return outcomes;
  }
  Outcomes of_logs, of_delayed;
  runtime::TaskScope sending(here);  // a task begins when it is spawned
  if (!parts.queues.empty()) {
    sending.spawn("send-to-queues", to_queues(&here, &to.queues, std::move(parts.queues), &outcomes));
  }
  if (!parts.logs.empty()) {
    sending.spawn("send-to-logs", to_logs(&here, &to.publish, std::move(parts.logs), &of_logs));
  }
  if (!parts.delayed.empty()) {
    sending.spawn("send-to-delays", to_delays(&here, &to.delays, std::move(parts.delayed), &of_delayed));
  }
  co_await sending.close();
  outcomes.insert(outcomes.end(), std::move_iterator(of_logs.begin()), std::move_iterator(of_logs.end()));
  outcomes.insert(outcomes.end(), std::move_iterator(of_delayed.begin()), std::move_iterator(of_delayed.end()));
  co_return outcomes;
}

Fate fate_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return Fate::kKept;
    case ErrorCode::kStorage:
    case ErrorCode::kDiskFull:
    case ErrorCode::kTimedOut:
    case ErrorCode::kClosed:
    case ErrorCode::kBusy:
    case ErrorCode::kUnavailable:
    case ErrorCode::kDamaged:   // of what is kept there, not of the message
    case ErrorCode::kInternal:
      return Fate::kNotNow;
    default:
      return Fate::kRefused;
  }
}

}  // namespace wharf::broker
