#include "broker/node/delays.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

runtime::Task<void> list_lanes(NodeShard* shard, ScheduledQuery query, ScheduledPage* page, Result<void>* outcome) {
  for (const auto& [lane, schedule] : shard->schedules->lanes()) {
    if (query.after && lane < query.after->lane) continue;
    std::optional<ScheduledId> after = query.after && lane == query.after->lane ? query.after : std::nullopt;
    *outcome = co_await schedule->list(after, query.limit - page->messages.size(), query.name_space, page);
    if (!*outcome || page->next) co_return;
  }
}

Result<queue::LiveSchedule*> schedule_of(NodeShard& shard, const ScheduledId& id) {
  if (!shard.schedules->is_open()) return fail(ErrorCode::kUnavailable, "the node starts");
  queue::LiveSchedule* schedule = shard.schedules->find(id.lane);
  if (schedule == nullptr) return fail(ErrorCode::kNotFound, fmt::format("no delayed message '{}' waits", id.text()));
  return schedule;
}

runtime::Task<void> cancel_there(NodeShard* shard, ScheduledId id, Result<void>* outcome) {
  Result<queue::LiveSchedule*> schedule = schedule_of(*shard, id);
  if (!schedule) co_return void(*outcome = fail(schedule.error()));
  *outcome = co_await (*schedule)->cancel(id.bucket, id.offset);
}

}  // namespace

runtime::Task<std::vector<Result<ScheduledId>>> NodeDelays::schedule(runtime::Shard& here,
                                                                     std::vector<Delayed> messages) {
  using Outcomes = std::vector<Result<ScheduledId>>;
  NodeShard* shard = &shards_.at(here);
  if (!shard->takes_records) co_return Outcomes(messages.size(), fail(ErrorCode::kDiskFull, "the disk is full"));
  if (!shard->schedules->is_open()) {
    co_return Outcomes(messages.size(), fail(ErrorCode::kUnavailable, "the node starts"));
  }
  auto start = [shard, messages = std::move(messages)](runtime::Resume<Outcomes> resume) mutable {
    shard->schedules->own().add(std::move(messages), [shard, resume = std::move(resume)](Outcomes outcomes) mutable {
      shard->shard.post([resume = std::move(resume), outcomes = std::move(outcomes)]() mutable {
        std::move(resume)(std::move(outcomes));
      });
    });
  };
  Outcomes outcomes = co_await runtime::suspend<Outcomes>(std::move(start));
  co_return outcomes;
}

/// The shards' lanes follow each other: those of the first, then of the second.
runtime::Task<Result<ScheduledPage>> NodeDelays::list(runtime::Shard& here, ScheduledQuery query) {
  query.limit = std::clamp<std::size_t>(query.limit, 1, kMostListed);
  ScheduledPage page;
  std::size_t first = query.after ? query.after->lane.value % shards_.size() : 0;
  for (std::size_t i = first; i < shards_.size() && !page.next; ++i) {
    NodeShard* shard = &shards_.at(i);
    ScheduledQuery of_shard = query;
    if (i != first) of_shard.after.reset();
    Result<void> outcome;
    auto make = [shard, of_shard, into = &page, result = &outcome] {
      return list_lanes(shard, of_shard, into, result);
    };
    co_await runtime::await_on(here, shard->shard, std::move(make));
    if (!outcome) co_return fail(outcome.error());
  }
  co_return page;
}

runtime::Task<Result<void>> NodeDelays::cancel(runtime::Shard& here, ScheduledId id) {
  NodeShard* shard = &owner_of(id.lane);
  Result<void> outcome;
  auto make = [shard, id, result = &outcome] { return cancel_there(shard, id, result); };
  co_await runtime::await_on(here, shard->shard, std::move(make));
  co_return outcome;
}

runtime::Task<Result<void>> NodeDelays::hasten(runtime::Shard& here, ScheduledId id) {
  NodeShard* shard = &owner_of(id.lane);
  Result<void> outcome;
  auto make = [this, shard, id, result = &outcome] { return hasten_there(shard, id, result); };
  co_await runtime::await_on(here, shard->shard, std::move(make));
  co_return outcome;
}

/// It is there twice before it is there once: what ends in between loses none.
runtime::Task<void> NodeDelays::hasten_there(NodeShard* shard, ScheduledId id, Result<void>* outcome) {
  Result<queue::LiveSchedule*> schedule = schedule_of(*shard, id);
  if (!schedule) co_return void(*outcome = fail(schedule.error()));
  Result<Delayed> waiting = co_await (*schedule)->find(id.bucket, id.offset);
  if (!waiting) co_return void(*outcome = fail(waiting.error()));
  const Timestamp now = shard->shard.clock().wall_now();
  if (waiting->envelope.due <= now) co_return;  // it goes out by itself, and would go twice
  waiting->envelope.due = now;
  std::vector<Delayed> again;
  again.push_back(std::move(*waiting));
  auto scheduled = co_await this->schedule(shard->shard, std::move(again));
  if (!scheduled.front()) co_return void(*outcome = fail(scheduled.front().error()));
  *outcome = co_await (*schedule)->cancel(id.bucket, id.offset);
}

runtime::Task<std::uint64_t> NodeDelays::pending(runtime::Shard& here) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    NodeShard* shard = &shards_.at(i);
    std::uint64_t of_shard =
        co_await runtime::call_on(here, shard->shard, [shard] { return shard->schedules->pending(); });
    count += of_shard;
  }
  co_return count;
}

}  // namespace wharf::broker
