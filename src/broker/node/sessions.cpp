#include "broker/node/sessions.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "cluster/metadata/key_partition.hpp"

namespace wharf::broker {
namespace {

constexpr std::int32_t kPartitions = 8;

bool outlives_connection(const SessionExpiry& expiry) {
  return !expiry || expiry->count() > 0;
}

Error belongs_to_another(const SessionName& name) {
  return {ErrorCode::kAccessRefused,
          fmt::format("the session of client '{}' in vhost '{}' is another user's", name.client, name.name_space)};
}

}  // namespace

NodeSessions::NodeSessions(NodeShards& shards, const SessionPorts& ports, std::size_t most, runtime::Logger& logger)
    : shards_(shards), ports_(ports), most_((most + shards.size() - 1) / shards.size()), logger_(logger) {
  for (std::size_t i = 0; i < shards_.size(); ++i) lanes_.push_back(std::make_unique<Lane>(shards_.at(i).shard));
}

NodeSessions::Lane& NodeSessions::lane_of(const SessionName& name) {
  return *lanes_[std::hash<std::string>()(session_record_key(name)) % lanes_.size()];
}

NodeSessions::Session& NodeSessions::session_of(Lane& lane, const SessionName& name) {
  std::unique_ptr<Session>& session = lane.sessions[session_record_key(name)];
  if (!session) {
    session = std::make_unique<Session>();
    session->name = name;
  }
  return *session;
}

void NodeSessions::drop_if_unused(Lane& lane, Session& session) {
  if (session.users > 0 || session.holder || session.stored || session.ending || !session.waiting.empty()) return;
  lane.sessions.erase(session_record_key(session.name));
}

runtime::Task<bool> NodeSessions::until_free(Session* session) {
  auto start = [session](runtime::Resume<bool> resume) { session->waiting.push_back(std::move(resume)); };
  bool free = co_await runtime::suspend<bool>(std::move(start));
  co_return free;
}

void NodeSessions::ask_to_leave(Session& session) {
  if (!session.holder) return;
  session.holder->shard->post([sink = session.holder->sink] { sink->taken_over(); });
}

void NodeSessions::wake_next(Lane& lane, Session& session) {
  if (session.waiting.empty()) return;
  runtime::Resume<bool> resume = std::move(session.waiting.front());
  session.waiting.pop_front();
  lane.shard.post([resume = std::move(resume)]() mutable { std::move(resume)(true); });
}

runtime::Task<Result<AttachedSession>> NodeSessions::attach(runtime::Shard& here, SessionRequest request,
                                                            std::shared_ptr<SessionHolder> holder) {
  Lane* lane = &lane_of(request.name);
  Attaching attaching{std::move(request), {&here, std::move(holder), 0}, {}};
  Attaching* asked = &attaching;
  co_await runtime::await_on(here, lane->shard, [this, lane, asked] { return attach_on(lane, asked); });
  co_return std::move(attaching.answer);
}

runtime::Task<void> NodeSessions::attach_on(Lane* lane, Attaching* attaching) {
  Session* session = &session_of(*lane, attaching->request.name);
  ++session->users;
  while (may_have(*session, attaching) && (session->holder || session->ending)) {
    ask_to_leave(*session);
    [[maybe_unused]] bool free = co_await until_free(session);
  }
  if (!attaching->answer) {
    if (!session->holder && !session->ending) wake_next(*lane, *session);
    --session->users;
    co_return drop_if_unused(*lane, *session);
  }
  attaching->holder.number = ++lane->holders;
  session->holder = attaching->holder;
  if (!session->waiting.empty()) ask_to_leave(*session);
  if (session->timer) lane->shard.cancel_timer(*std::exchange(session->timer, {}));
  co_await attach_to(lane, session, attaching);
  if (!attaching->answer) {
    session->holder.reset();
    arm(*lane, *session);
    wake_next(*lane, *session);
  }
  --session->users;
  drop_if_unused(*lane, *session);
}

bool NodeSessions::is_anothers(const Session& session, const SessionRequest& request) {
  bool is_known = session.stored || session.holder;
  return is_known && session.life.user && *session.life.user != request.user;
}

/// Else the answer says why not. Looked at anew after each wait.
bool NodeSessions::may_have(const Session& session, Attaching* attaching) {
  const SessionRequest& request = attaching->request;
  attaching->answer = AttachedSession{};
  if (request.stop.stop_requested())
    attaching->answer = fail(ErrorCode::kClosed, "the client has left while it waited for its session");
  if (is_anothers(session, request) && !request.replaces_others)
    attaching->answer = fail(belongs_to_another(session.name));
  return attaching->answer.has_value();
}

/// The caller has it already: nobody else comes in between.
runtime::Task<void> NodeSessions::attach_to(Lane* lane, Session* session, Attaching* attaching) {
  const SessionRequest& request = attaching->request;
  bool begins_anew = request.clean || session->over || is_anothers(*session, request);
  if (begins_anew && session->stored) {
    Result<void> ended = co_await end(lane, session);
    if (!ended) {
      attaching->answer = fail(ended.error());
      co_return;
    }
  }
  bool outlives = outlives_connection(request.expiry);
  if (outlives && !session->stored && lane->stored >= most_) {
    attaching->answer = fail(ErrorCode::kFull, "there are as many sessions as may be (mqtt.sessions.max)");
    co_return;
  }
  bool resumed = session->stored;
  const SessionLife before = session->life;
  session->life = {true, request.expiry, lane->shard.clock().wall_now(), request.user};
  if (outlives || resumed) {
    if (!session->stored) ++lane->stored;
    session->stored = true;
    Result<void> written = co_await write_life(lane, session);
    if (!written) {
      if (!resumed) --lane->stored, session->stored = false;
      session->life = before;
      attaching->answer = fail(written.error());
      co_return;
    }
  }
  SessionRef ref{session->name, lane->shard.index(), session->holder->number, session->stored};
  attaching->answer = AttachedSession{ref, resumed, session->items};
}

namespace {

std::string shared_key(const std::string& name_space, std::string_view queue) {
  return session_record_key({name_space, std::string(queue)});
}

}  // namespace

void NodeSessions::count_shared(Lane& lane, const Session& session, std::string_view item, bool has) {
  if (!item.starts_with(kSharedQueueItem)) return;
  std::string key = shared_key(session.name.name_space, item.substr(kSharedQueueItem.size()));
  if (has) {
    ++lane.shared[key];
  } else if (--lane.shared[key] == 0) {
    lane.shared.erase(key);
  }
}

void NodeSessions::set_item(Lane& lane, Session& session, SessionItem item) {
  if (session.items.contains(item.key) != item.value.has_value())
    count_shared(lane, session, item.key, item.value.has_value());
  if (item.value) {
    session.items.insert_or_assign(std::move(item.key), std::move(*item.value));
  } else {
    session.items.erase(item.key);
  }
}

/// Of two that leave it at once the later one finds nobody.
runtime::Task<Result<void>> NodeSessions::delete_if_left(runtime::Shard* here, std::string name_space,
                                                         std::string queue) {
  const std::string key = shared_key(name_space, queue);
  for (const std::unique_ptr<Lane>& one : lanes_) {
    Lane* lane = one.get();
    bool known = co_await runtime::call_on(*here, lane->shard, [lane, &key] { return lane->shared.contains(key); });
    if (known) co_return Result<void>();
  }
  Result<std::uint64_t> deleted =
      co_await ports_.entities.delete_queue(*here, std::move(name_space), std::move(queue), {.if_unused = true});
  bool is_done = deleted || deleted.error().code == ErrorCode::kNotFound ||
                 deleted.error().code == ErrorCode::kPreconditionFailed;  // it has consumers
  if (!is_done) co_return fail(deleted.error());
  co_return Result<void>();
}

runtime::Task<Result<void>> NodeSessions::leave_queue(runtime::Shard& here, SessionRef ref, std::string queue) {
  Lane* lane = lanes_[ref.shard.value].get();
  SessionItem item{std::string(kSharedQueueItem) + queue, std::nullopt};
  if (ref.outlives) {
    auto forget = [lane, ref, item] {
      Session& session = session_of(*lane, ref.name);
      set_item(*lane, session, item);
      drop_if_unused(*lane, session);
    };
    co_await runtime::call_on(here, lane->shard, forget);
  }
  Result<void> deleted = co_await delete_if_left(&here, ref.name.name_space, std::move(queue));
  if (!deleted || !ref.outlives) co_return deleted;
  std::vector<SessionItem> items;
  items.push_back(std::move(item));
  Result<void> written = co_await write(&here, &ref.name, std::move(items));
  co_return written;
}

runtime::Task<Result<void>> NodeSessions::keep(runtime::Shard& here, SessionRef ref, std::vector<SessionItem> items) {
  if (!ref.outlives || items.empty()) co_return Result<void>();
  Lane* lane = lanes_[ref.shard.value].get();
  Result<void> written = co_await write(&here, &ref.name, items);
  if (!written) co_return written;
  auto take = [lane, ref = std::move(ref), items = std::move(items)]() mutable {
    Session& session = session_of(*lane, ref.name);
    if (!session.holder || session.holder->number != ref.holder) return drop_if_unused(*lane, session);
    for (SessionItem& item : items) set_item(*lane, session, std::move(item));
  };
  if (&lane->shard == &here) {
    take();
  } else {
    lane->shard.post(std::move(take));
  }
  co_return Result<void>();
}

runtime::Task<void> NodeSessions::detach(runtime::Shard& here, SessionRef ref, SessionExpiry expiry) {
  Lane* lane = lanes_[ref.shard.value].get();
  co_await runtime::await_on(here, lane->shard, [this, lane, ref, expiry] { return detach_on(lane, ref, expiry); });
}

runtime::Task<void> NodeSessions::detach_on(Lane* lane, SessionRef ref, SessionExpiry expiry) {
  Session* session = &session_of(*lane, ref.name);
  if (!session->holder || session->holder->number != ref.holder) {
    drop_if_unused(*lane, *session);
    co_return;
  }
  ++session->users;
  session->life.connected = false;
  session->life.expiry = expiry;
  session->life.since = lane->shard.clock().wall_now();
  if (session->stored && outlives_connection(expiry) && !session->condemned) {
    Result<void> written = co_await write_life(lane, session);
    if (!written)
      logger_.warn("could not keep that a session was left",
                   {{"client", ref.name.client}, {"reason", written.error().message}});
  } else if (session->stored) {
    std::ignore = co_await end(lane, session);
  } else {
    session->items.clear();
  }
  session->holder.reset();
  arm(*lane, *session);
  wake_next(*lane, *session);
  --session->users;
  drop_if_unused(*lane, *session);
}

runtime::Task<Result<void>> NodeSessions::write_life(Lane* lane, Session* session) {
  std::vector<SessionItem> items{{std::string(), encode_session_life(session->life)}};
  Result<void> written = co_await write(&lane->shard, &session->name, std::move(items));
  co_return written;
}

runtime::Task<Result<void>> NodeSessions::write(runtime::Shard* here, const SessionName* name,
                                                std::vector<SessionItem> items) {
  std::shared_ptr<const cluster::Topic> topic = ports_.catalogue.topics(*here)->find(std::string(kTopic));
  if (!topic) {
    auto made = co_await open_kept_topic(*here, &ports_.catalogue, std::string(kTopic), kPartitions);
    if (!made) co_return fail(made.error());
    topic = *made;
  }
  std::vector<KeptValue> values;
  for (SessionItem& item : items) values.push_back({session_record_key(*name, item.key), std::move(item.value)});
  PartitionId partition = cluster::partition_of_key(*topic, session_record_key(*name));
  Result<void> written = co_await write_kept(*here, &ports_.publish, partition, std::move(values));
  co_return written;
}

runtime::Task<Result<void>> NodeSessions::open(runtime::Shard& here) {
  std::shared_ptr<const cluster::Topic> topic = ports_.catalogue.topics(here)->find(std::string(kTopic));
  if (!topic) co_return Result<void>();
  std::unordered_map<std::string, std::unique_ptr<Session>> found;
  std::function<void(const Record&)> take = [&found](const Record& record) {
    auto key = read_session_record_key(as_text(record.key.value_or(ByteView())));
    if (!key) return;
    std::unique_ptr<Session>& session = found[session_record_key(key->name)];
    if (!session) session = std::make_unique<Session>(), session->name = key->name;
    if (!key->item.empty()) {
      if (record.value)
        session->items.insert_or_assign(key->item, std::string(as_text(*record.value)));
      else
        session->items.erase(key->item);
      return;
    }
    std::optional<SessionLife> life = record.value ? decode_session_life(as_text(*record.value)) : std::nullopt;
    session->stored = life.has_value();
    if (life) session->life = *life;
  };
  for (std::int32_t i = 0; i < topic->partitions; ++i) {
    Result<void> read = co_await read_kept(&here, &ports_.read, topic->partition(i), &take);
    if (!read && read.error().code != ErrorCode::kDamaged) co_return read;
    if (!read)
      logger_.error("some of what sessions keep is damaged on disk; the rest is served",
                    {{"topic", kTopic}, {"reason", read.error().message}});
  }
  std::vector<Loaded> by_lane(lanes_.size());
  for (auto& [key, session] : found) {
    if (!session->stored) continue;
    by_lane[lane_of(session->name).shard.index().value].push_back(std::move(session));
  }
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane* lane = lanes_[i].get();
    Loaded* loaded = &by_lane[i];
    co_await runtime::await_on(here, lane->shard, [this, lane, loaded] { return adopt(lane, loaded); });
  }
  co_await delete_what_is_left(&here);
  co_return Result<void>();
}

/// Shared queues that only connections had when the node ended.
runtime::Task<void> NodeSessions::delete_what_is_left(runtime::Shard* here) {
  for (const std::string& name_space : ports_.entities.namespaces(*here)) {
    std::vector<std::string> shared;
    auto view = ports_.entities.find(*here, name_space);
    if (!view) continue;
    for (const auto& queue : *view->queues) {
      if (queue && find_property(queue->arguments, kSharedQueueArgument) != nullptr) shared.push_back(queue->name);
    }
    for (std::string& queue : shared) {
      Result<void> deleted = co_await delete_if_left(here, name_space, queue);
      if (!deleted)
        logger_.warn("a shared subscription's queue that nobody has could not be deleted",
                     {{"vhost", name_space}, {"queue", queue}, {"reason", deleted.error().message}});
    }
  }
}

/// Who was connected when the node ended was so until now.
runtime::Task<void> NodeSessions::adopt(Lane* lane, Loaded* loaded) {
  for (std::unique_ptr<Session>& session : *loaded) {
    if (session->life.connected) session->life.since = lane->shard.clock().wall_now();
    Session& one = *(lane->sessions[session_record_key(session->name)] = std::move(session));
    for (const auto& [key, value] : one.items) count_shared(*lane, one, key, true);
    ++lane->stored;
    arm(*lane, one);
  }
  co_return;
}

namespace {

runtime::Task<void> close_scope(runtime::TaskScope* tasks) {
  co_await tasks->close();
}

}  // namespace

runtime::Task<void> NodeSessions::close(runtime::Shard& here) {
  for (const std::unique_ptr<Lane>& one : lanes_) {
    Lane* lane = one.get();
    auto stop = [lane] {
      lane->tasks.request_stop();  // nothing is armed any more
      for (auto& [key, session] : lane->sessions) {
        if (session->timer) lane->shard.cancel_timer(*std::exchange(session->timer, {}));
      }
    };
    co_await runtime::call_on(here, lane->shard, stop);
    co_await runtime::await_on(here, lane->shard, [lane] { return close_scope(&lane->tasks); });
  }
}

}  // namespace wharf::broker
