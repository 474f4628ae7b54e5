#pragma once
// Port: messages that wait until they are due, then are routed from an exchange as if they were published there. Any
// time ahead; what waits is on disk, survives restarts, and is listed and cancelled.
//
//   queue::Delayed later{.envelope = {.due = due, .name_space = "/", .exchange = "jobs"}, .batch = one_message};
//   std::vector<Result<ScheduledId>> kept = co_await delays.schedule(here, std::move(all));
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "queue/core/schedule_bucket.hpp"
#include "queue/shell/delayed.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

using queue::Delayed;
using queue::Scheduled;
using queue::ScheduledId;
using queue::ScheduledPage;

struct ScheduledQuery {
  std::optional<ScheduledId> after;       // ScheduledPage::next of the page before; none: from the start
  std::size_t limit = 100;                // at most kMostListed
  std::optional<std::string> name_space;  // only what waits there
};

class Delays {
 public:
  static constexpr std::size_t kMostListed = 1'000;
  virtual ~Delays() = default;

  /// One outcome per message, in order, when it is on disk (a transient one: at once). A time that is over counts as
  /// now. At its time it is routed by the exchange's bindings of then; where its header `x-delay` asked for the delay,
  /// the sign is turned. If it finds no queue, or the exchange is gone, it is dropped. After a crash it may be sent
  /// twice.
  virtual runtime::Task<std::vector<Result<ScheduledId>>> schedule(runtime::Shard& here,
                                                                   std::vector<Delayed> messages) = 0;
  /// What waits, shard by shard, there in the order of their times as far as buckets have it. A page may be short or
  /// empty: there is more while it has `next`.
  virtual runtime::Task<Result<ScheduledPage>> list(runtime::Shard& here, ScheduledQuery query) = 0;
  /// kNotFound: it was sent on or cancelled, or never waited.
  virtual runtime::Task<Result<void>> cancel(runtime::Shard& here, ScheduledId id) = 0;
  /// Its time is now. kNotFound as above. After a crash, or when its time comes in the same moment, it may be sent
  /// twice, never not at all.
  virtual runtime::Task<Result<void>> hasten(runtime::Shard& here, ScheduledId id) = 0;
  /// How many wait. Soon after a start some may count that were sent before.
  virtual runtime::Task<std::uint64_t> pending(runtime::Shard& here) = 0;
};

}  // namespace wharf::broker
