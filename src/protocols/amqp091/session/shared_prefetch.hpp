#pragma once
// A channel-wide prefetch: one allowance for all consumers of a channel, whichever queues and shards they consume from.
// Each has a share of it, as many messages as its queue gives it unsettled; the shares together are no more than the
// limit, so no queue gives out what the channel may not have. Shares follow the messages: a queue that has some for a
// consumer with no room in its share says so once, and the consumer gets, in the order of such words, what is free,
// what settling frees, or half of what others have and do not use. No I/O: what the queues are to be told gathers.
//
//   request.options.share = prefetch.add(id);          // to subscribe with
//   prefetch.wants(id); prefetch.returned(id, 3);      // its queue says
//   prefetch.settled(id, 2);
//   for (const ShareChange& change : prefetch.take_changes()) ...   // go to the queues before what is settled
//   prefetch.handed_on(id);                            // that has gone too
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "queue/core/types.hpp"

namespace wharf::amqp091 {

/// For the queue of a consumer; in order.
struct ShareChange {
  enum class Kind : std::uint8_t {
    kMore,         // `more` is added to its share: less than 0 only together with what is settled
    kAskHalfBack,  // returned() follows
    kAskAllBack,
  };
  queue::ConsumerId consumer;
  Kind kind = Kind::kMore;
  std::int64_t more = 0;
  friend bool operator==(const ShareChange&, const ShareChange&) = default;
};

class SharedPrefetch {
 public:
  /// 0: none.
  void set_limit(std::uint32_t messages);
  std::uint32_t limit() const { return static_cast<std::uint32_t>(limit_.value_or(0)); }

  /// A consumer that settles; its first share.
  std::int64_t add(queue::ConsumerId id);
  /// It is given nothing more, and so many that it has are unsettled.
  void stopped(queue::ConsumerId id, std::uint64_t unsettled);
  void remove(queue::ConsumerId id);

  /// Its queue has messages for it, or gave some to others meanwhile.
  void wants(queue::ConsumerId id);
  /// Of its share, because it was asked back.
  void returned(queue::ConsumerId id, std::uint64_t messages);
  void settled(queue::ConsumerId id, std::uint64_t messages) {
    if (limit_ || stopped_ > 0) note_settled(id, static_cast<std::int64_t>(messages));
  }
  /// Its queue has been told of all that settled() was: only then it can say what of the share is not used.
  void handed_on(queue::ConsumerId id) {
    if (limit_) note_handed_on(id);
  }

  std::vector<ShareChange> take_changes() { return std::exchange(changes_, {}); }

 private:
  struct Member {
    std::int64_t share = 0;
    bool may_spare = false;   // its share may be more than it has unsettled
    bool asked_back = false;  // returned() is on its way
    bool waits = false;       // is in waiting_
    bool settling = false;    // its queue does not know of all that is settled
    bool kept = false;        // ... and some of that is its share's again
    bool stopped = false;
  };

  std::int64_t free() const { return *limit_ - shares_; }
  Member* find(queue::ConsumerId id);
  void note_settled(queue::ConsumerId id, std::int64_t messages);
  void note_handed_on(queue::ConsumerId id);
  void change(queue::ConsumerId id, Member& member, std::int64_t more);
  void stop_waiting(queue::ConsumerId id, Member& member);
  bool others_wait(const Member& member) const { return waiting_.size() > (member.waits ? 1u : 0u); }
  void balance();
  void ask_back();

  std::optional<std::int64_t> limit_;
  std::int64_t shares_ = 0;  // of all
  std::map<queue::ConsumerId, Member> members_;
  std::deque<queue::ConsumerId> waiting_;
  std::size_t stopped_ = 0;
  std::vector<ShareChange> changes_;
};

}  // namespace wharf::amqp091
