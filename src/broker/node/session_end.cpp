// How sessions end: in time, by a client that begins anew, with their namespace.
#include <algorithm>

#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/node/sessions.hpp"

namespace wharf::broker {
namespace {

constexpr Nanoseconds kEndRetry = std::chrono::seconds(10);  // of a session that the disk does not forget

}  // namespace

/// Of one that nobody has.
void NodeSessions::arm(Lane& lane, Session& session) {
  if (!session.stored || lane.tasks.stopping() || (!session.life.expiry && !session.over)) return;
  Lane* of = &lane;
  Session* one = &session;
  Nanoseconds left = kEndRetry;
  if (!session.over) {
    auto lived = Milliseconds(lane.shard.clock().wall_now().ms - session.life.since.ms);
    left = std::max<Nanoseconds>(*session.life.expiry - lived, Nanoseconds(0));
  }
  session.timer = lane.shard.set_timer(lane.shard.now() + left, [this, of, one] {
    one->timer.reset();
    end_soon(*of, *one);
  });
}

void NodeSessions::end_soon(Lane& lane, Session& session) {
  if (!session.holder && !session.ending) lane.tasks.spawn("session-end", end_later(&lane, &session));
}

runtime::Task<void> NodeSessions::end_namespace(runtime::Shard& here, std::string name) {
  for (const std::unique_ptr<Lane>& one : lanes_) {
    Lane* lane = one.get();
    auto end_on = [this, lane, &name] {
      std::vector<Session*> gone;  // the tasks that end them may erase them at once
      for (const auto& [key, session] : lane->sessions) {
        if (session->name.name_space == name && session->stored) gone.push_back(session.get());
      }
      for (Session* session : gone) {
        session->condemned = true;
        if (session->timer) lane->shard.cancel_timer(*std::exchange(session->timer, {}));
        end_soon(*lane, *session);
      }
    };
    co_await runtime::call_on(here, lane->shard, end_on);
  }
}

runtime::Task<void> NodeSessions::end_later(Lane* lane, Session* session) {
  ++session->users;
  std::ignore = co_await end(lane, session);
  if (!session->holder) arm(*lane, *session);
  wake_next(*lane, *session);
  --session->users;
  drop_if_unused(*lane, *session);
}

/// With its queues. Until that is on disk it is over and stored: a start would find it.
runtime::Task<Result<void>> NodeSessions::end(Lane* lane, Session* session) {
  session->ending = true;
  if (!std::exchange(session->over, true)) {
    for (const auto& [key, value] : session->items) count_shared(*lane, *session, key, false);
  }
  std::vector<SessionItem> gone{{std::string(), std::nullopt}};
  for (const auto& [key, value] : session->items) gone.push_back({key, std::nullopt});
  co_await send_message(lane, session);
  Result<void> written = co_await delete_queues(lane, session);
  if (written) written = co_await write(&lane->shard, &session->name, std::move(gone));
  session->ending = false;
  if (!written) {
    logger_.warn("could not end a session; it is tried again",
                 {{"client", session->name.client}, {"reason", written.error().message}});
    co_return written;
  }
  session->items.clear();
  session->over = session->condemned = false;
  if (std::exchange(session->stored, false)) --lane->stored;
  co_return written;
}

/// MQTT 5, 3.1.2.5: a will that waits for its delay does so as long as its session lives. Where it cannot be sent now
/// it comes after its delay, and the session ends all the same.
runtime::Task<void> NodeSessions::send_message(Lane* lane, Session* session) {
  auto item = session->items.find(std::string(kSessionMessageItem));
  if (item == session->items.end()) co_return;
  std::optional<ScheduledId> id = ScheduledId::from_text(item->second);
  if (!id) co_return;
  Result<void> sent = co_await ports_.delays.hasten(lane->shard, *id);
  if (sent || sent.error().code == ErrorCode::kNotFound) co_return;
  logger_.warn("could not send what a session leaves before its delay is over",
               {{"client", session->name.client}, {"reason", sent.error().message}});
}

runtime::Task<Result<void>> NodeSessions::delete_queues(Lane* lane, Session* session) {
  std::vector<std::string> queues, shared;
  for (const auto& [key, value] : session->items) {
    if (key.starts_with(kSessionQueueItem)) queues.push_back(key.substr(kSessionQueueItem.size()));
    if (key.starts_with(kSharedQueueItem)) shared.push_back(key.substr(kSharedQueueItem.size()));
  }
  for (std::string& queue : queues) {
    Result<std::uint64_t> deleted =
        co_await ports_.entities.delete_queue(lane->shard, session->name.name_space, std::move(queue), {});
    if (!deleted && deleted.error().code != ErrorCode::kNotFound) co_return fail(deleted.error());
  }
  for (std::string& queue : shared) {
    Result<void> left = co_await delete_if_left(&lane->shard, session->name.name_space, std::move(queue));
    if (!left) co_return left;
  }
  co_return Result<void>();
}

}  // namespace wharf::broker
