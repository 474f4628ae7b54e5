#pragma once
// The consumers of one queue, and whose turn it is: the highest priority that has room, among those the one that holds
// the fewest unsettled messages, among those the one that has waited longest. With equal consumers that is one after
// the other; while one idles, a slow one gets no more than it settles. Those with a selector take turns among those
// with the same.
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/error.hpp"
#include "model/time.hpp"
#include "queue/core/held_list.hpp"
#include "queue/core/types.hpp"

namespace wharf::queue {

struct ConsumerOptions {
  bool settles_itself = false;  // a message counts as settled when it is handed out
  std::uint32_t prefetch = 0;   // unsettled messages at a time; 0: any number
  /// The same again, by a limit that it shares with consumers of other queues: changes as they need it.
  std::int64_t share = kWholeShare;
  std::int32_t priority = 0;
  bool exclusive = false;
  std::uint64_t window_bytes = 1 << 20;  // of bodies on their way to it
  std::optional<SelectorId> selector;    // takes only messages that match it
  // For a message to be settled; 0: no limit. Its own goes before the queue's, and the default counts where there is
  // neither.
  std::optional<Milliseconds> timeout, default_timeout;
  // What operators are told; no rule looks at them:
  std::string tag, connection;
};

class Consumers {
 public:
  explicit Consumers(bool single_active) : single_active_(single_active) {}

  /// kLocked: an exclusive one is there, or `options` ask for it and others are.
  Result<void> add(ConsumerId id, const ConsumerOptions& options);
  /// Somebody who only gets single messages (queue.get): holds, and is never chosen. Known until it has settled what it
  /// holds: who polls has a new one for each message.
  void add_holder(ConsumerId id);
  /// Is not chosen any more; known until it has settled what it holds, or until remove().
  void stop(ConsumerId id);
  void remove(ConsumerId id);

  /// Whose turn it is, of those with the selector, or without one; none: nobody has room.
  std::optional<ConsumerId> choose(std::optional<SelectorId> selector = std::nullopt) const;
  /// It has room, and may be chosen.
  bool may_take(ConsumerId id) const;
  bool is_attached(ConsumerId id) const;
  /// Somebody attached has it.
  bool has(SelectorId selector) const { return selected_.contains(selector.value); }
  void handed(ConsumerId id, std::uint64_t body_bytes);
  /// It has to settle what it was handed. `still_held(MessageId)`: by it.
  template <class StillHeld>
  void holds(ConsumerId id, MessageId message, StillHeld still_held) {
    auto found = consumers_.find(id.value);
    if (found != consumers_.end()) found->second.held.note(message, still_held);
  }
  template <class StillHeld>
  std::vector<MessageId> held_by(ConsumerId id, StillHeld still_held) {
    auto found = consumers_.find(id.value);
    return found == consumers_.end() ? std::vector<MessageId>() : found->second.held.take(still_held);
  }
  void settled(ConsumerId id, std::uint64_t messages);
  void wrote(ConsumerId id, std::uint64_t bytes);

  /// Its part of a shared limit grows, or shrinks.
  void change_share(ConsumerId id, std::int64_t more);
  /// The part of it that it does not use, or half of that, is its no more; how much. None: it is not there.
  std::optional<std::uint64_t> take_share(ConsumerId id, bool all);
  /// Somebody has no room because of its share alone, and has not said so since that was changed.
  bool any_short() const { return !short_.empty(); }
  /// Those who now say so: `could_have` whether there is something that this one, with such a selector, could have.
  template <class CouldHave>
  std::vector<ConsumerId> ask_for_share(CouldHave could_have);

  const ConsumerOptions* options(ConsumerId id) const;
  /// What this one has to settle a message, in a queue whose own limit this is.
  std::optional<Milliseconds> timeout_of(ConsumerId id, std::optional<Milliseconds> of_queue) const;
  /// No consumer that is known has less of its own, or by default; none: they have no limits.
  std::optional<Milliseconds> least_timeout() const;
  /// Those that are served, or would be if they were the active one.
  std::size_t attached() const { return attached_; }
  /// Of those of whom one at a time is served.
  std::optional<ConsumerId> active() const { return active_; }

 private:
  struct Consumer {
    ConsumerOptions options;
    bool attached = false;
    std::uint64_t unsettled = 0;
    std::int64_t window_left = 0;
    std::uint64_t served = 0;  // when, last
    std::uint64_t joined = 0;
    bool listed = false;  // in turns_
    bool asked = false;   // for a larger share
    HeldList held;
  };
  struct Turn {
    std::int32_t priority;
    std::uint64_t unsettled;
    std::uint64_t served;
    ConsumerId id;
    friend bool operator<(const Turn& a, const Turn& b) {
      if (a.priority != b.priority) return a.priority > b.priority;
      if (a.unsettled != b.unsettled) return a.unsettled < b.unsettled;
      if (a.served != b.served) return a.served < b.served;
      return a.id < b.id;
    }
  };

  struct Group {
    std::set<Turn> turns;
    std::size_t attached = 0;
  };

  std::set<Turn>& turns_of(const Consumer& consumer);
  static Turn turn_of(ConsumerId id, const Consumer& consumer) {
    return {consumer.options.priority, consumer.unsettled, consumer.served, id};
  }
  /// But for its share.
  static bool would_have_room(const Consumer& consumer);
  static bool fits_share(const Consumer& consumer) {
    return static_cast<std::int64_t>(consumer.unsettled) < consumer.options.share;
  }
  void note_short(ConsumerId id, const Consumer& consumer);
  /// Changes a consumer's figures and gives it the place in turns_ that they mean.
  template <class Change>
  void change(ConsumerId id, Change change_figures);
  template <class Change>
  void change(ConsumerId id, Consumer& consumer, Change change_figures);
  void choose_active();
  static std::optional<Milliseconds> timeout_beside_queue(const ConsumerOptions& options);
  void forget(std::unordered_map<std::uint64_t, Consumer>::iterator consumer);

  bool single_active_;
  std::unordered_map<std::uint64_t, Consumer> consumers_;
  std::set<Turn> turns_;                               // attached, with room, without a selector
  std::unordered_map<std::uint64_t, Group> selected_;  // by selector: those with one
  std::set<ConsumerId> short_;
  std::optional<ConsumerId> active_;
  std::multiset<Milliseconds> timeouts_;  // of those with one, their own or by default
  std::size_t attached_ = 0;
  std::uint64_t clock_ = 0;  // counts, for `served` and `joined`
};

template <class CouldHave>
std::vector<ConsumerId> Consumers::ask_for_share(CouldHave could_have) {
  std::vector<ConsumerId> asking;
  for (ConsumerId id : short_) {
    Consumer& consumer = consumers_.at(id.value);
    if ((single_active_ && active_ != id) || !could_have(id, consumer.options.selector)) continue;
    consumer.asked = true;
    asking.push_back(id);
  }
  for (ConsumerId id : asking) short_.erase(id);
  return asking;
}

}  // namespace wharf::queue
