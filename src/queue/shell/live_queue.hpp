#pragma once
// One queue at work on its shard: its core, its logs, the messages loaded for the next deliveries, and who is owed an
// answer. Everything that can make a delivery possible ends in pump().
//
// A message may go out before it is on disk; its publisher hears of it when it is. What is settled is written to the
// same write-ahead log behind it, so the disk never knows of a settlement without its message (docs/decisions/041).
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cluster/replication/shard_logs.hpp"
#include "queue/core/queue.hpp"
#include "queue/core/queue_info.hpp"
#include "queue/shell/browse.hpp"
#include "queue/shell/dead_letters.hpp"
#include "queue/shell/delivery.hpp"
#include "queue/shell/incoming.hpp"
#include "queue/shell/message_window.hpp"
#include "queue/shell/report.hpp"
#include "queue/shell/state_log.hpp"
#include "runtime/logger.hpp"
#include "runtime/shard.hpp"
#include "runtime/task_scope.hpp"
#include "selector/message_filter.hpp"

namespace wharf::queue {

struct QueueIdentity {
  TopicId id;
  std::string name_space, name;
  bool durable = false;      // messages and state survive a restart
  bool auto_delete = false;  // unused() is told when the last consumer has gone
};

/// What the queues of a shard share; outlives them.
struct QueueSurroundings {
  runtime::Shard& shard;
  cluster::ShardLogs& logs;
  runtime::Logger& logger;
  runtime::TaskScope& tasks;            // of loads from disk
  const Seconds& seconds;               // as the shard counts them
  DeadLetters* dead_letters = nullptr;  // none: dead messages are dropped
  std::function<LeaderEpoch()> leader_epoch;
  std::function<void(TopicId)> unused;
  std::function<void(TopicId)> state_changed;  // write_state() should be called soon
};

class LiveQueue final : StateOwner {
 public:
  using Answered = std::move_only_function<void(Result<void>)>;
  using BrowseAnswer = std::move_only_function<void(Result<Browsed>)>;
  using PurgeAnswer = std::move_only_function<void(Result<std::uint64_t>)>;
  using GotAnswer = std::move_only_function<void(Result<std::optional<GotMessage>>)>;

  LiveQueue(QueueSurroundings& with, QueueIdentity identity, QueueSettings settings);
  LiveQueue(const LiveQueue&) = delete;
  LiveQueue& operator=(const LiveQueue&) = delete;
  ~LiveQueue();

  /// Opens the logs, new or found (`levels`: those found, beside level 0).
  Result<void> open(const std::vector<std::uint8_t>& levels);
  /// What the state log says. Before any other use, where the logs were found.
  runtime::Task<void> recover();
  /// Dead messages may be sent to other queues from here on: what expired meanwhile goes.
  void begin();
  /// Its consumers are told, its logs are removed. Nothing may be asked of it any more.
  void destroy();

  /// A duplicate, where the queue drops those, is answered as the message that it repeats would be now.
  void enqueue(Incoming incoming, Answered answered);
  /// It was refused before it came here.
  void note_refused(const Incoming& incoming);
  /// `selector`: it takes only messages that match; empty: any. kInvalidArgument, kTooLarge: it is none; kLocked.
  Result<void> subscribe(ConsumerId id, ConsumerOptions options, std::shared_ptr<Outlet> outlet,
                         std::string_view selector = {});
  void wrote(ConsumerId id, std::uint64_t bytes);
  /// Its part of a limit that consumers of several queues share is larger, or smaller, from now on.
  void change_share(ConsumerId id, std::int64_t more);
  /// What it does not use of it, or half of that, is its no more: Outlet::returned() says how much.
  void take_share(ConsumerId id, bool all);
  void settle(ConsumerId holder, std::span<const Settlement> settlements);
  /// Answered when the message is on disk, with all before it.
  void until_kept(MessageId id, Answered answered);
  void stop(ConsumerId id);
  /// They go together: nothing of one goes to another of them.
  void release(std::span<const Leaver> leaving);
  /// kClosed: it is released meanwhile; kNotFound: the queue is deleted; kStorage, kDiskFull, ...: the next message
  /// cannot be read, or not be let out.
  void get(ConsumerId holder, bool settled, GotAnswer answered);
  /// What is there, from a place on; takes nothing. kInvalidArgument, kTooLarge: the selector is none; kNotFound: it is
  /// deleted meanwhile; kStorage, kBusy: the disk; kClosed.
  void browse(BrowseRequest request, BrowseAnswer answered);
  /// Other settings hold from now on, for what is there too: too many messages go, those that are too old by the new
  /// time go, the time without use begins anew where it is another. What a queue is born with stays as it is.
  void configure(const QueueSettings& settings);
  /// Somebody declared it again: its own expiry begins anew.
  void used();
  /// Drops the oldest ready messages, of the lowest priority first; how many.
  std::uint64_t purge(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  /// The same of those that match, among the messages that are there now; a slice at a time. Errors as browse(): of the
  /// later ones what was dropped before stays so.
  void purge_selected(SelectivePurge purge, PurgeAnswer answered);
  /// Queue::hold(), of a message that was looked at.
  Result<void> hold(MessageId id, std::uint32_t bytes, ConsumerId holder);
  QueueCounts counts() const;
  QueueReport report() const;
  QueueTraffic traffic();
  /// Since the second in which the last thing passed, or since it is there; none: something has, just now.
  std::optional<Nanoseconds> idle_for() const;

  /// Brings the state log up to date: what was settled since, and a snapshot when it has grown. What it says is settled
  /// leaves the logs once it is on disk.
  void write_state();
  /// The same with an answer when it is on disk.
  void write_state_then(Answered answered);
  /// Where one old message keeps much that is settled on disk, that is taken out. Asked now and then.
  void free_pinned_later();
  /// The last thing before an orderly stop.
  void write_last_state();

  const QueueIdentity& identity() const { return identity_; }
  Queue& core() { return core_; }

 private:
  /// Handed out, or given up, before others on this shard have a turn.
  static constexpr int kMessagesPerTurn = 512;
  /// Of messages' headers that selectors look at, likewise.
  static constexpr std::size_t kLookBytesPerTurn = 256u << 10;
  /// More selectors than this at different places read again what they have read.
  static constexpr std::size_t kMostLookWindows = 8;
  /// After a dead message could not be kept where it goes: the disk is full, or so. Longer each time, for as long as
  /// none is.
  static constexpr Milliseconds kLeastBurialPause{1'000};
  static constexpr Milliseconds kMostBurialPause{60'000};
  /// After a pause, so many are tried; for each that is kept then, two more.
  static constexpr std::size_t kBuriedAfterPause = 64;
  /// While so many are dead and find no place, no more die of their age but those that somebody would have.
  static constexpr std::size_t kMostUnburied = 1024;
  /// In a selector's place, who reads what groups have kept waiting.
  static constexpr SelectorId kOfGroups{kAnyMessage.value - 1};

  struct Waiting {  // for a message
    ConsumerId holder;
    bool settled = false;
    GotAnswer answered;
  };
  struct Outgoing {
    ConsumerId consumer;
    std::vector<Delivery> deliveries;
  };
  struct LevelWindow {
    MessageWindow messages;
    std::uint8_t level = 0;
  };
  struct LookWindow {
    SelectorId selector;
    bool of_waiting = true;  // else of those that came back
    LevelWindow window;
  };

  void note_second();
  bool detach(ConsumerId id);
  void pump();
  void pump_once();
  void wake_resting();
  void ask_turn();
  void pump_in(Milliseconds delay);
  void end_life();
  void refuse_getters(const Error& why);
  void refuse_getters_of(ConsumerId id);
  bool serve_getter();
  bool serve_getter_of_groups();
  void give_getter(const Offer& offer, const LoadedMessage& message);
  bool hand_out_next();
  void hand_out(const Offer& offer, const LoadedMessage& message);
  bool serve_one();
  bool serve_selected();
  const LoadedMessage* load_selected(const Selected& next, bool& missing);
  void look_at(const Selected& next, const Record& record);
  static GroupId group_id_of(const Record& record);
  Result<std::optional<SelectorId>> selector_of(std::string_view text);
  void forget_unused_selectors();
  void drop_surplus();
  void watch_expiry();
  void watch_use();
  void watch_consumers();
  void time_out(const Queue::Overdue& overdue);
  void dead_letter_refused(const log::OwnedBatches& batch);
  struct Identified {
    std::string id;
    std::optional<Timestamp> expires;
  };
  std::optional<Identified> identify(const Incoming& incoming) const;
  struct Valued {
    std::string key;
    std::uint32_t bytes = 0;  // of its body
  };
  std::optional<Valued> value_of(const Incoming& incoming) const;
  bool is_duplicate(const Identified& message, const Incoming& incoming, Answered& answered);
  bool has_come(const MessageNumber& number, const Incoming& incoming, Answered& answered);
  void answer(MessageId last, bool persistent, Answered answered);
  void send_outgoing();
  void bury_dead();
  bool bury(Death death);
  void bury_later(Death death, Arrivals arrived);
  void bury_some_again(std::size_t most);
  void note_buried(const Death& death, bool is_first);
  bool may_die_of_age() const { return deaths_.size() + dead_.size() + burying_ + unburied_.size() < kMostUnburied; }
  void keep_reserve();
  void keep_state();
  void mark_state();

  /// nullptr: not there yet, or it was missing and is settled now (then `missing` is set). `reader`: whose look it is;
  /// none: for a delivery.
  const LoadedMessage* load(MessageId id, bool& missing, std::optional<SelectorId> reader = std::nullopt);
  bool load_now(MessageId id, LevelWindow& window, bool& missing, std::optional<SelectorId> reader);
  LevelWindow& window_for(MessageId id, std::optional<SelectorId> reader);
  bool& loading(std::optional<SelectorId> reader) { return reader ? looking_ : loading_; }
  template <class Visit>
  runtime::Task<void> look_through(std::uint8_t level, OffsetRange range, Visit visit);
  runtime::Task<void> count_uncounted(std::uint8_t level);
  runtime::Task<void> know_ids(std::uint8_t level);
  runtime::Task<void> know_values(std::uint8_t level);
  runtime::Task<void> load_cold(MessageId id, std::optional<SelectorId> reader);
  struct Walk;
  runtime::Task<void> show(Walk walk, BrowseRequest request, std::shared_ptr<BrowseAnswer> answer,
                           std::shared_ptr<bool> alive);
  using Ends = std::vector<std::pair<std::uint8_t, Offset>>;  // by level
  runtime::Task<void> drop_matches(Walk walk, Ends ends, std::uint64_t most, std::shared_ptr<PurgeAnswer> answer,
                                   std::shared_ptr<bool> alive);
  runtime::Task<std::optional<Error>> drop_matches_of(std::uint8_t level, Offset end, std::uint64_t most, Walk* walk,
                                                      std::shared_ptr<bool> alive);
  runtime::Task<std::optional<Error>> let_others_run(std::shared_ptr<bool> alive);
  runtime::Task<std::optional<Error>> read_on(Walk* walk, std::shared_ptr<bool> alive);
  void note_missing(std::uint8_t level, OffsetRange range, std::string_view why);
  Facts facts_of(const LoadedMessage& message) const;
  Delivery delivery_of(const Offer& offer, const LoadedMessage& message) const;

  PartitionId log_of(std::uint8_t level) const {
    return identity_.durable ? messages_of(identity_.id, level) : transient_messages_of(identity_.id, level);
  }
  Result<log::PartitionLog*> open_level(std::uint8_t level);
  using Floors = std::vector<std::pair<std::uint8_t, Offset>>;
  Floors floors() const;
  bool is_pinned(std::uint8_t level, const Cursor& cursor);
  runtime::Task<void> free_pinned(std::uint8_t level);
  void trim(const Floors& floors);
  std::vector<std::byte> take_change() override;
  std::vector<std::byte> take_snapshot() override;
  void state_refused(const Error& why) override;
  void state_due() override { mark_state(); }
  void reserve_refused(Queue::Reserve reserve, const Error& why);
  log::Flush flush() const { return identity_.durable ? log::Flush::kSync : log::Flush::kAsync; }

  QueueSurroundings& with_;
  QueueIdentity identity_;
  Queue core_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Outlet>> outlets_;
  LevelWindow ahead_;                    // of messages that were never out
  LevelWindow behind_;                   // of those that came back
  std::deque<LookWindow> look_windows_;  // of selectors, who looked last in front
  std::map<SelectorId, selector::MessageFilter> filters_;
  std::uint64_t selectors_made_ = 0;
  std::size_t look_bytes_ = 0;  // in this turn
  std::uint64_t looks_ = 0;
  std::optional<MessageId> last_look_;
  bool selected_first_ = false;  // has the next turn
  std::deque<Waiting> getters_;
  std::vector<Outgoing> outgoing_;
  std::vector<Death> deaths_;              // of this turn
  std::deque<Death> dead_;                 // that are to be buried, the oldest first
  std::size_t burying_ = 0;                // that are on their way
  std::deque<Death> unburied_;             // that are to be tried again, after a pause
  std::map<MessageId, Arrivals> arrived_;  // of those that were tried before
  Milliseconds burial_pause_ = kLeastBurialPause;
  std::optional<runtime::Timers::Handle> timer_;      // of the message at the head
  std::optional<runtime::Timers::Handle> use_timer_;  // of the queue itself
  MonotonicTime last_used_;
  MonotonicTime opened_;
  MonotonicTime pumped_;  // when it last looked what could go out
  std::optional<runtime::Timers::Handle> consumers_timer_;
  MonotonicTime next_look_{};                          // of consumers_timer_
  std::optional<runtime::Timers::Handle> wake_timer_;  // of what waits for its next try
  std::optional<runtime::Timers::Handle> burial_timer_;
  MonotonicTime wake_at_{};
  std::optional<StateLog> state_;           // of a durable one
  std::vector<std::uint8_t> found_levels_;  // by a start, for recover()
  std::map<std::uint8_t, std::uint64_t>
      left_by_pass_;  // bytes of a level's log after it was last freed of what is settled
  bool freeing_ = false;
  bool marked_ = false;                  // write_state() will be called
  bool loading_ = false;                 // from disk
  std::optional<MessageId> not_loaded_;  // that the disk did not give, since the last look
  bool looking_ = false;                 // the same, for a selector
  bool pumping_ = false;
  bool again_ = false;
  bool turn_asked_ = false;
  bool ended_ = false;                                          // the last state is written: nothing goes out any more
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for callbacks that may come later
};

}  // namespace wharf::queue
