#pragma once
// A queue: cursors (one per priority level in use), consumers, and the rules between them. Decides; has no clock, no
// bytes, no I/O. The shell asks, loads what is asked for, and tells:
//
//   while (std::optional<Offer> offer = queue.offer()) {             // a message could go to somebody
//     const Facts* facts = ...loaded from the log...;                // not there yet: load it, come back later
//     std::optional<ConsumerId> to = queue.hand_out(*offer, *facts, now, deaths);   // none: it has expired
//   }
//   while (std::optional<Selected> next = queue.next_selected()) {   // the same for consumers with selectors
//     if (!next->matches) queue.looked(*next, ...asked the selector...);
//     else queue.hand_out(next->offer, *facts, now);
//   }
//   queue.settle(...); queue.release(...);
//   StateChange change = queue.take_change();                        // what the state log has to learn
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.hpp"
#include "model/time.hpp"
#include "queue/core/consumers.hpp"
#include "queue/core/cursor.hpp"
#include "queue/core/last_values.hpp"
#include "queue/core/message_groups.hpp"
#include "queue/core/queue_events.hpp"
#include "queue/core/selector_scan.hpp"
#include "queue/core/settings.hpp"
#include "queue/core/state_record.hpp"
#include "queue/core/types.hpp"
#include "queue/core/waiting_ids.hpp"

namespace wharf::queue {

/// What the queue must know of a message before it hands it out.
struct Facts {
  std::uint32_t bytes = 0;           // of the body
  std::optional<Timestamp> expires;  // by the message's own limit or the queue's
  bool now_or_never = false;         // that limit is 0
  MonotonicTime now{};
  bool closes_group = false;  // behind it its group may go to another
};

/// A message that could go out next.
struct Offer {
  MessageId id;
  std::uint32_t tries = 0;
  bool redelivered = false;
  std::optional<SelectorId> selector;  // whose consumers it is for
  GroupId group;                       // of a queue with groups
};

/// A message that a selector's consumers could take, if it matches.
struct Selected {
  Offer offer;
  bool matches = false;    // else it is to be looked at
  bool held_back = false;  // until the reserve is raised
};

/// A message that the queue has, wherever it is.
struct Standing {
  MessageId id;
  std::uint32_t tries = 0;
  bool redelivered = false;
  Whereabouts where = Whereabouts::kReady;
};

/// A message that the queue gives up and the shell moves to where it goes; then it tells buried(). What goes nowhere is
/// settled without one.
struct Death {
  MessageId id;
  DeathReason reason;
  std::uint32_t tries = 0;
};

struct QueueOptions {
  QueueSettings settings;
  bool keeps_state = true;  // false: nothing of it survives a restart, so nothing is told to a state log
  /// That one record of the state log lets out of the queue: after a crash as many may be flagged for nothing.
  std::int64_t reserve_messages = 4096;
  GroupLimits groups;
  bool parks_undeliverable = false;  // one that came back too often dies also where dead ones have no target
};

class Queue {
 public:
  explicit Queue(QueueOptions options);
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // --- A start: replay() each record of the state log in order, then open() each level that the data folder has.
  Result<void> replay(ByteView state_record) { return apply_state_record(state_record, restored_); }
  /// Levels that it told of, and that are not opened yet.
  std::vector<std::uint8_t> restored_levels() const;
  /// False: the state log is ahead of this log, and needs a snapshot before new messages come.
  bool open(std::uint8_t level, Offset log_start, Offset end);
  /// What an opened level holds whose bytes the state log did not tell; the shell looks, and tells.
  OffsetRange uncounted(std::uint8_t level) const { return levels_.at(level).uncounted(); }
  void count_old(std::uint8_t number, std::uint64_t bytes, bool expiring) { level(number).count_old(bytes, expiring); }
  const std::map<std::uint8_t, Cursor>& levels() const { return levels_; }

  // --- Messages
  /// May so many more come? kFull.
  Result<void> admit(std::uint64_t messages, std::uint64_t bytes) const;
  /// Messages of `level` below `end` are in the log, and may be handed out. `expiring`: one of them has a limit of its
  /// own.
  void arrived(std::uint8_t level, Offset end, std::uint64_t bytes, bool expiring);
  /// [first, next) are not in the log, or cannot be read.
  void missing(std::uint8_t level, OffsetRange range);

  // --- Duplicates, where the queue drops them
  /// The message of this id that the queue has; none: one with it may come.
  std::optional<MessageId> has_id(std::string_view id, Timestamp now) const { return ids_.find(id, now); }
  /// Of one that has arrived.
  void note_id(std::string id, MessageId message, std::optional<Timestamp> expires) {
    ids_.add(std::move(id), message, expires);
  }

  // --- Last values, where the queue keeps one message of each key
  bool keeps_last_values() const { return values_ != nullptr; }
  /// Of one that has arrived: it takes the place of the one of its key that is ready, which is settled with that.
  void note_value(std::string key, MessageId id, std::uint32_t bytes);
  /// The message that the next one of this key replaces; nullptr: none.
  const LastValues::Newest* replaceable(std::string_view key) const;

  // --- Consumers
  Result<void> subscribe(ConsumerId id, const ConsumerOptions& options);
  void stop(ConsumerId id);
  void wrote(ConsumerId id, std::uint64_t bytes);
  /// Gone: what it held is back in its place. What it had first counts a try, as only that one can have been
  /// at fault.
  void release(ConsumerId id, MonotonicTime now, std::vector<Death>& deaths);
  const Consumers& consumers() const { return consumers_; }
  /// Its part of a limit that consumers of several queues share.
  void change_share(ConsumerId id, std::int64_t more);
  std::optional<std::uint64_t> take_share(ConsumerId id, bool all);
  /// Who could have had a message, or could have one now, if its share were larger: each once, until that is changed.
  std::vector<ConsumerId> ask_for_share();

  // --- Handing out
  /// The next message and that somebody has room for it; none: nothing to do, or the reserve must be raised first.
  std::optional<Offer> offer() const;
  /// The next message, whoever might want it.
  std::optional<Offer> head() const;
  /// The same whether or not it may go out yet: for what leaves otherwise, by its age or because the queue is full.
  std::optional<Offer> oldest() const;
  /// There are consumers, and the next message waits for the reserve: what they will get of it is not known yet.
  bool waits_for_reserve() const;
  /// All that is there has been offered to those who had room: what is to go now or never does not go any more.
  void note_offered();
  /// It goes to who has room for it, though its time is over: it is to go now or never, and this is now.
  bool goes_now(const Offer& offer, const Facts& facts) const;
  /// The first at or behind `from` that is not settled: of its level, else of the levels below. None: there is none.
  std::optional<Standing> at_or_behind(MessageId from) const;
  /// For consumers with selectors: the next message that one of them takes or has to look at; each selector sees a
  /// level in order, from its highest level on, and gets a few looks before the next one has its turn. None: nothing to
  /// do, nobody has room, or the reserve must be raised first. On a queue with groups it is the way to all consumers,
  /// those without a selector by the name kAnyMessage.
  std::optional<Selected> next_selected();
  /// Somebody has a selector, or there are groups.
  bool selects() const { return groups_ != nullptr || !scans_.empty(); }
  bool has_groups() const { return groups_ != nullptr; }
  const MessageGroups* groups() const { return groups_.get(); }
  /// On a queue with groups in head()'s place: the next message of a group that is nobody's.
  std::optional<Selected> next_for_getter();
  /// Of what is ready the next waits for the reserve. On a queue without groups also where nothing is ready.
  bool is_held_back() const { return groups_ ? groups_->held_back(levels_).has_value() : !head(); }
  /// Whether the message matches, and its group, where there are groups.
  void looked(const Selected& selected, bool matches, GroupId group = kNoGroup);
  /// offer()'s message, or one that matches, to whose turn it is; none: it has expired, and `deaths` says so.
  std::optional<ConsumerId> hand_out(const Offer& offer, const Facts& facts, Timestamp now, std::vector<Death>& deaths);
  /// head()'s message, or next_for_getter()'s, to `holder`; false: it has expired.
  bool get(const Offer& offer, const Facts& facts, ConsumerId holder, bool settled, Timestamp now,
           std::vector<Death>& deaths);

  /// A message that is ready, or waits for its next try, to `holder` out of turn: for who settles it soon, or gives it
  /// back to its place. kNotFound; kLocked: a consumer has it, or it is on its way to the dead letter target.
  Result<void> hold(MessageId id, std::uint32_t bytes, ConsumerId holder, MonotonicTime now);

  /// Of a message in flight; nullptr: it is not, or with nobody.
  const Held* held(MessageId id) const;

  // --- What becomes of them
  /// In flight for longer than the consumer timeout: whose, and what.
  struct Overdue {
    ConsumerId holder;
    MessageId id;
  };
  std::vector<Overdue> overdue(MonotonicTime now) const;
  /// Nobody has to settle a message in less; none: it may take as long as it takes.
  std::optional<Milliseconds> least_timeout() const;
  void settle(ConsumerId holder, std::span<const Settlement> settlements, MonotonicTime now,
              std::vector<Death>& deaths);
  /// When the next of those that wait for another try may go out again; none waits.
  std::optional<MonotonicTime> next_try() const;
  /// Back to their places; at most so many. True: more are due.
  bool wake(MonotonicTime now, std::size_t most);
  std::uint64_t resting() const { return resting_.size(); }
  /// A dead message has arrived where dead ones go (or there is no such place any more).
  void buried(MessageId id) { settle_one(id); }
  /// oldest()'s message dies now.
  void kill(const Offer& offer, std::uint32_t bytes, DeathReason reason, std::vector<Death>& deaths);
  /// A ready message goes, wherever it stands; `bytes` of its body. False: it is not ready.
  bool drop(MessageId id, std::uint32_t bytes);
  /// All that is ready, or the oldest of it, of the lowest levels first; how many.
  std::uint64_t purge(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  /// So many ready messages are over the limit of length (limits in bytes need facts: over_bytes()).
  std::uint64_t surplus() const;
  bool over_bytes() const;
  bool needs_facts_to_drop() const {
    return options_.settings.max_length_bytes.has_value() || has_dead_letter_target();
  }
  /// Without looking at them: `messages` ready ones from the front, those that would be oldest() one after the other.
  void drop_oldest(std::uint64_t messages);
  /// Whether the head may have to be watched for its expiry.
  bool has_expiring() const;

  // --- Its state log
  /// Up to where messages of a level may go out must be written down first: one reserve serves thousands. Those that
  /// selectors find far ahead have reserves of their own.
  struct Reserve {
    std::uint8_t level;
    Offset below;
    std::optional<Offset> first;  // none: all that are below
    friend bool operator==(const Reserve&, const Reserve&) = default;
  };
  std::optional<Reserve> wanted_reserve() const;
  void reserve_asked(Reserve reserve);  // on its way to the state log
  void reserved(Reserve reserve);       // kept there
  void reserve_failed(Reserve reserve);
  /// So much has come since the state log was told that a start would have to look through it.
  bool wants_count() const;
  StateChange take_change();
  /// `ends`: nothing is handed out any more.
  StateChange snapshot(bool ends) const;
  /// A start that knows no state comes to the same: nothing has been handed out, settled or counted.
  bool is_untouched() const;

  const QueueSettings& settings() const { return options_.settings; }
  /// Other settings from now on, but for those that a queue is born with: priorities, the single active consumer,
  /// whether it drops duplicates, message groups, last values.
  void configure(const QueueSettings& settings, MonotonicTime now);
  std::uint64_t ready() const;
  std::uint64_t unsettled() const;
  std::uint64_t ready_bytes() const;
  bool has_dead_letter_target() const { return options_.settings.dead_letter.has_value(); }

  /// What has passed. Before a call that may change something it is to be in its second (turn_to).
  QueueCounters& traffic() { return traffic_; }
  const QueueCounters& traffic() const { return traffic_; }

 private:
  bool has_timeout() const { return options_.settings.consumer_timeout.value_or(Milliseconds(0)).count() > 0; }
  Cursor& level(std::uint8_t number);
  std::optional<MessageId> placed_in_front() const;
  std::optional<Offer> offer_of(MessageId id) const;
  void note_gone(MessageId id);
  void note_death(DeathReason reason);
  std::uint64_t settle_front(std::uint8_t number, std::uint64_t most);
  void take(MessageId id, const Held& held);
  void note_held(ConsumerId holder, MessageId id);
  bool is_held_by(MessageId id, ConsumerId holder) const;
  void note_handed(const Offer& offer, ConsumerId to, bool settled, bool closes_group);
  void came_back(MessageId id);
  void went(std::uint8_t level, OffsetRange range);
  void forget_unused_scans();
  using Scans = std::map<std::uint8_t, SelectorScan>;
  Scans& scans_of(SelectorId selector);
  std::optional<Selected> next_of(SelectorId selector, const Scans& scans) const;
  std::optional<Selected> selected(std::optional<MessageGroups::Next> next) const;
  std::optional<MessageId> found_ahead() const;
  std::optional<Reserve> wanted_ahead() const;
  void settle_one(MessageId id);
  bool goes_somewhere(DeathReason reason) const;
  std::optional<Milliseconds> retry_delay(std::uint32_t tries) const;
  void note_settled(MessageId id, Offset last);
  void die(MessageId id, DeathReason reason, std::uint32_t tries, std::vector<Death>& deaths);
  MessageId first_handed(const std::vector<MessageId>& held) const;
  void put_back(Cursor& cursor, MessageId id, const Held& held, Verdict verdict, MonotonicTime now,
                std::vector<Death>& deaths);
  void settle_held(ConsumerId holder, MessageId id, Verdict verdict, MonotonicTime now, std::vector<Death>& deaths);

  QueueOptions options_;
  std::map<std::uint8_t, Cursor> levels_;
  std::map<std::uint8_t, CursorState> restored_;
  Consumers consumers_;
  std::unique_ptr<MessageGroups> groups_;  // where there are
  std::unique_ptr<LastValues> values_;     // where they are kept
  bool is_plain_;                          // no groups, no last values, no ids
  std::multimap<MonotonicTime, MessageId>
      resting_;  // in flight with nobody, until then; a start forgets it: they are ready
  WaitingIds ids_;
  StateChange change_;
  std::map<std::uint8_t, Offset> reserve_asked_;
  std::vector<Reserve> ahead_asked_;
  std::map<SelectorId, Scans> scans_;  // by level
  SelectorId scan_turn_;               // whose turn it is, or of the next one
  int looks_left_ = 0;                 // before it is the next one's
  bool passed_over_ = false;           // somebody had no room because of its share, and another got the message
  std::uint64_t uncounted_messages_ = 0, uncounted_bytes_ = 0;  // came since the state log was told
  QueueCounters traffic_;
};

}  // namespace wharf::queue
