#pragma once
// The sessions port: a session is decided about on one shard, by its name. What outlives connections is in the topic
// `__sessions`, made with the first session that does.
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/node/kept_topic.hpp"
#include "broker/node/session_record.hpp"
#include "broker/node/shards.hpp"
#include "broker/sessions.hpp"
#include "runtime/logger.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::broker {

class Delays;
class Entities;

/// What sessions stand on; all of it outlives them.
struct SessionPorts {
  Catalogue& catalogue;
  Publish& publish;
  Read& read;
  Entities& entities;
  Delays& delays;
};

class NodeSessions final : public Sessions {
 public:
  static constexpr std::string_view kTopic = "__sessions";

  /// `most`: sessions that outlive their connections.
  NodeSessions(NodeShards& shards, const SessionPorts& ports, std::size_t most, runtime::Logger& logger);

  /// On the first shard, before any other call: takes over what was stored.
  runtime::Task<Result<void>> open(runtime::Shard& here);
  /// Ends those of a namespace that is not there; one that a connection has, when it leaves. Whoever comes for one
  /// waits.
  runtime::Task<void> end_namespace(runtime::Shard& here, std::string name);
  /// Once no connection has a session any more.
  runtime::Task<void> close(runtime::Shard& here);

  runtime::Task<Result<AttachedSession>> attach(runtime::Shard& here, SessionRequest request,
                                                std::shared_ptr<SessionHolder> holder) override;
  runtime::Task<Result<void>> keep(runtime::Shard& here, SessionRef session, std::vector<SessionItem> items) override;
  runtime::Task<void> detach(runtime::Shard& here, SessionRef session, SessionExpiry expiry) override;
  runtime::Task<Result<void>> leave_queue(runtime::Shard& here, SessionRef session, std::string queue) override;

 private:
  struct Holder {
    runtime::Shard* shard = nullptr;
    std::shared_ptr<SessionHolder> sink;
    std::uint64_t number = 0;
  };
  struct Session {
    SessionName name;
    std::map<std::string, std::string> items;
    SessionLife life;
    bool stored = false;  // something of it is in the topic
    bool over = false;    // nobody gets it any more, but the disk has refused to forget it so far
    std::optional<Holder> holder;
    bool ending = false;
    bool condemned = false;                    // its namespace went: it ends when its connection leaves it
    std::size_t users = 0;                     // tasks that look at it: it is not erased before they are done
    std::list<runtime::Resume<bool>> waiting;  // in their order; no deque: an empty one has memory
    std::optional<runtime::Timers::Handle> timer;
  };
  /// The sessions of one shard, touched there.
  struct Lane {
    explicit Lane(runtime::Shard& owner) : shard(owner), tasks(owner) {}
    runtime::Shard& shard;
    std::unordered_map<std::string, std::unique_ptr<Session>> sessions;
    std::size_t stored = 0;
    std::unordered_map<std::string, std::size_t> shared;  // how many have a queue that sessions share
    std::uint64_t holders = 0;
    runtime::TaskScope tasks;
  };
  struct Attaching {
    SessionRequest request;
    Holder holder;
    Result<AttachedSession> answer;
  };
  using Loaded = std::vector<std::unique_ptr<Session>>;

  Lane& lane_of(const SessionName& name);
  static Session& session_of(Lane& lane, const SessionName& name);
  static void drop_if_unused(Lane& lane, Session& session);
  static void count_shared(Lane& lane, const Session& session, std::string_view item, bool has);
  static void set_item(Lane& lane, Session& session, SessionItem item);
  runtime::Task<Result<void>> delete_if_left(runtime::Shard* here, std::string name_space, std::string queue);
  static bool is_anothers(const Session& session, const SessionRequest& request);
  static bool may_have(const Session& session, Attaching* attaching);
  runtime::Task<void> attach_on(Lane* lane, Attaching* attaching);
  runtime::Task<void> attach_to(Lane* lane, Session* session, Attaching* attaching);
  runtime::Task<void> detach_on(Lane* lane, SessionRef ref, SessionExpiry expiry);
  runtime::Task<Result<void>> end(Lane* lane, Session* session);
  runtime::Task<void> send_message(Lane* lane, Session* session);
  runtime::Task<Result<void>> delete_queues(Lane* lane, Session* session);
  runtime::Task<void> end_later(Lane* lane, Session* session);
  void end_soon(Lane& lane, Session& session);
  static runtime::Task<bool> until_free(Session* session);
  /// Somebody waits for it.
  static void ask_to_leave(Session& session);
  static void wake_next(Lane& lane, Session& session);
  void arm(Lane& lane, Session& session);
  runtime::Task<Result<void>> write(runtime::Shard* here, const SessionName* name, std::vector<SessionItem> items);
  runtime::Task<Result<void>> write_life(Lane* lane, Session* session);
  runtime::Task<void> adopt(Lane* lane, Loaded* loaded);
  runtime::Task<void> delete_what_is_left(runtime::Shard* here);

  NodeShards& shards_;
  SessionPorts ports_;
  std::size_t most_;  // of one lane
  runtime::Logger& logger_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace wharf::broker
