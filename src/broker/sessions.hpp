#pragma once
// Port: sessions that outlive their connections (MQTT's), by the name of a client. One connection at a time has a
// session, whatever shard it is on; what it keeps there, small values by keys, survives restarts.
//
//   Result<AttachedSession> session = co_await sessions.attach(here, {.name = {"/", "sensor-7"}, .expiry = ...},
//   holder); Result<void> kept = co_await sessions.keep(here, session->ref, {{"received/5", ""}}); co_await
//   sessions.detach(here, session->ref, expiry);              // the connection has given back all it held
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

struct SessionName {
  std::string name_space, client;
};

/// How long a session lives without a connection; none: for ever. 0: it ends with its connection, and nothing of it is
/// written.
using SessionExpiry = std::optional<std::chrono::seconds>;

/// An item whose key begins so names a durable queue that goes with its session.
inline constexpr std::string_view kSessionQueueItem = "queue/";
/// ... a queue that sessions share, which goes when none of them has it and nobody consumes it.
inline constexpr std::string_view kSharedQueueItem = "shared/";
/// The value of an item of this key is the text of a ScheduledId: that message is sent when the session ends, if it
/// still waits.
inline constexpr std::string_view kSessionMessageItem = "will";
/// Such a queue has this argument where it is durable: a start finds those that nobody is left to have.
inline constexpr std::string_view kSharedQueueArgument = "x-shared-by-sessions";

struct SessionRequest {
  SessionName name;
  std::string user;              // whose it is: nobody else gets what it keeps
  bool replaces_others = false;  // another user's ends first, with its connection; else it is kAccessRefused
  bool clean = false;            // what there was ends first
  SessionExpiry expiry;
  std::stop_token stop;  // nobody wants it any more
};

/// A session, as its connection has it.
struct SessionRef {
  SessionName name;
  ShardIndex shard;
  std::uint64_t holder = 0;
  bool outlives = false;  // its connection: what is not is not kept
};

struct AttachedSession {
  SessionRef ref;
  bool resumed = false;
  std::map<std::string, std::string> items;
};

struct SessionItem {
  std::string key;                   // not empty
  std::optional<std::string> value;  // none: it is kept no more
};

/// The connection that has a session, told on its own shard.
class SessionHolder {
 public:
  virtual ~SessionHolder() = default;
  /// Somebody else asks for it and waits: give back what is held, and detach.
  virtual void taken_over() = 0;
};

class Sessions {
 public:
  virtual ~Sessions() = default;
  /// Waits until a connection that has it has left, and those that came before. kFull: there are as many sessions as
  /// may be; kAccessRefused: it is another user's; kClosed: `stop` was asked for while it waited; kStorage, kDiskFull.
  virtual runtime::Task<Result<AttachedSession>> attach(runtime::Shard& here, SessionRequest request,
                                                        std::shared_ptr<SessionHolder> holder) = 0;
  /// When this returns they are on disk, unless the session ends with its connection. Calls take effect in their order.
  virtual runtime::Task<Result<void>> keep(runtime::Shard& here, SessionRef session,
                                           std::vector<SessionItem> items) = 0;
  /// The session is nobody's from here on, and ends after `expiry` unless somebody comes for it.
  virtual runtime::Task<void> detach(runtime::Shard& here, SessionRef session, SessionExpiry expiry) = 0;
  /// The session has this queue no more that it shares with others, if it had it (kSharedQueueItem).
  virtual runtime::Task<Result<void>> leave_queue(runtime::Shard& here, SessionRef session, std::string queue) = 0;
};

}  // namespace wharf::broker
