#pragma once
// One lane of delayed messages at work on its shard: its core, its buckets' logs, its state log. A message is on disk
// when its sender is told so; when it is due it is read back and sent on, and noted as out once it is kept where it
// went: a crash between the two has it sent again. After an orderly stop none is.
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/replication/shard_logs.hpp"
#include "queue/core/schedule.hpp"
#include "queue/shell/delayed.hpp"
#include "queue/shell/due_messages.hpp"
#include "queue/shell/message_window.hpp"
#include "queue/shell/state_log.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/signal.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::queue {

/// What the schedules of a shard share; outlives them.
struct ScheduleSurroundings {
  runtime::Shard& shard;
  cluster::ShardLogs& logs;
  runtime::Logger& logger;
  runtime::TaskScope& tasks;
  DueMessages& due_messages;
  runtime::Dice& dice;
  std::function<LeaderEpoch()> leader_epoch;
};

class LiveSchedule final : StateOwner {
 public:
  using Answered = std::move_only_function<void(Result<void>)>;
  using Added = std::move_only_function<void(std::vector<Result<ScheduledId>>)>;

  LiveSchedule(ScheduleSurroundings& with, Lane lane);
  LiveSchedule(const LiveSchedule&) = delete;
  LiveSchedule& operator=(const LiveSchedule&) = delete;
  ~LiveSchedule();

  /// Opens the logs, `buckets` found among them, and reads the state log. Before any other use.
  runtime::Task<Result<void>> open(std::vector<BucketId> buckets);
  /// From now on what is due goes out.
  void begin();
  /// Asks what is under way to end; wait for the tasks' scope, then finish().
  void request_stop();
  /// Writes the last state. The logs are closed after it.
  void finish();

  /// One outcome for each, in order.
  void add(std::vector<Delayed> messages, Added answered);
  /// On disk when it returns. kNotFound: it is out, or was cancelled, or never was.
  runtime::Task<Result<void>> cancel(BucketId bucket, Offset offset);
  /// One that waits, as it came. kNotFound as above.
  runtime::Task<Result<Delayed>> find(BucketId bucket, Offset offset);
  /// Adds to `page` those behind `after` (none: all), bucket by bucket in the order of their times, each as they came.
  /// `name_space`: only its messages. `page->next` is set when there is more.
  runtime::Task<Result<void>> list(std::optional<ScheduledId> after, std::size_t limit,
                                   std::optional<std::string> name_space, ScheduledPage* page);
  std::uint64_t pending() const { return core_.pending(); }
  Lane lane() const { return lane_; }

 private:
  struct Group;   // of one call, in one bucket
  struct Adding;  // one call of add()
  struct Listing;
  struct Due {
    Schedule::Entry entry;
    std::optional<Arrivals> before;  // of a try before
  };
  struct Portion {
    std::vector<DueMessage> messages;
    std::vector<std::size_t> places;  // among those that are due; what lies between is lost
  };

  void pump();
  void arm_timer();
  void start_scan();
  runtime::Task<void> scan(Schedule::Scan scan);
  std::vector<Due> take_due();
  runtime::Task<void> fire(std::vector<Due> due);
  runtime::Task<Result<std::size_t>> load(const std::vector<Due>* due, std::size_t from, Portion* into);
  void note_sent(std::span<Due> due, std::size_t from, const std::vector<std::size_t>& places,
                 std::vector<std::optional<Arrivals>> left);
  runtime::Task<Result<std::optional<DueMessage>>> load_one(Schedule::Entry entry);
  void finish_buckets();
  runtime::Task<Result<LoadedMessage>> load_waiting(BucketId bucket, Offset offset);
  runtime::Task<Result<void>> list_bucket(BucketId bucket, Offset at, Listing* listing);
  Offset list_window(const BucketId& bucket, Offset at, MessageWindow& window, Listing& listing);
  Result<void> append(const BucketId& bucket, Group& group, const std::shared_ptr<Adding>& adding);
  void write_state(Answered answered);
  void remove_logs(const std::vector<BucketId>& buckets);
  std::vector<std::byte> take_change() override;
  std::vector<std::byte> take_snapshot() override;
  void state_refused(const Error& why) override;
  void state_due() override { write_state({}); }
  log::AppendContext append_context() const;

  ScheduleSurroundings& with_;
  Lane lane_;
  Schedule core_;
  MessageWindow window_;  // of `window_bucket_`
  std::optional<BucketId> window_bucket_;
  std::optional<runtime::Timers::Handle> timer_;
  MonotonicTime scan_after_{};  // the disk failed
  StateLog state_;
  std::vector<BucketId> finished_;  // their logs go once the state log says so
  bool begun_ = false;
  bool firing_ = false;
  std::vector<Due> unsent_;   // that are to be tried again
  MonotonicTime retry_at_{};  // them
  Milliseconds retry_pause_;
  bool stopping_ = false;
  std::stop_source stop_;
  runtime::Signal stopped_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for callbacks that may come later
};

}  // namespace wharf::queue
