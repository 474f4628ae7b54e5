// A schedule against a plain list of what its messages are, under random messages, times, cancellations, crashes and
// orderly restarts; now and then one cannot be sent on, and goes out later than others. A crash loses a tail of what
// was written, of all logs together, as the write-ahead log does, and may bring removed buckets back. Invariants:
// nothing goes out early, or twice without a crash between, or after its cancellation; nothing that is due stays; a
// bucket's messages go out in order; the index keeps its bound. WHARF_SIM_SEEDS=n plays n seeds, WHARF_SIM_SEED=n only
// that one.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>

#include "queue/core/schedule.hpp"
#include "queue/core/seeds_testing.hpp"

namespace wharf::queue {
namespace {

constexpr std::size_t kIndexed = 5;

struct Message {
  Timestamp due;
  bool fired = false;
  std::size_t fired_by = 0;  // length of what was written when the state log says so
  bool cancelled = false;
  std::size_t cancelled_by = 0;
  std::size_t written = 0;
};

struct Log {
  std::deque<Message> messages;  // by offset
  bool removed = false;
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed) {}

  void play() {
    for (int step = 0; step < 500 && !::testing::Test::HasFailure(); ++step) {
      act(below(20));
      ASSERT_LE(schedule_->indexed(), kIndexed * near_buckets());
    }
    crash();
    drain();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void act(std::uint64_t what) {
    if (what < 7) return add();
    if (what < 9) return cancel();
    if (what < 12) return pass_time();
    if (what < 17) return static_cast<void>(fire());
    if (what == 17) synced_ = written_;
    if (what == 18 && below(6) == 0) return below(2) == 0 ? crash() : restart(written_);
    if (what == 19) scan();
  }

  std::size_t near_buckets() const {
    std::size_t count = 0;
    for (const BucketId& id : schedule_->buckets()) count += begin_of(id).ms - 60'000 <= now_.ms ? 1 : 0;
    return count;
  }

  void add() {
    if (draining_) return;
    std::int64_t longest = std::int64_t{1} << below(38);  // to some years
    Timestamp due{now_.ms + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(longest)))};
    if (below(10) == 0) due = Timestamp{now_.ms - 5};
    auto count = below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
      Schedule::Placement place = schedule_->place(due, now_, ++generation_);
      ASSERT_GE(place.due, due);
      ASSERT_LE(place.due, std::max(due, now_));
      Log& log = logs_[place.bucket];
      ASSERT_EQ(log.messages.empty(), place.is_new);
      ASSERT_FALSE(log.removed);
      Offset offset(static_cast<std::int64_t>(log.messages.size()));
      log.messages.push_back({.due = place.due, .written = ++written_});
      schedule_->arrived(place.bucket, {place.due, offset}, now_);
    }
  }

  void cancel() {
    if (logs_.empty()) return;
    auto log = std::next(logs_.begin(), static_cast<std::ptrdiff_t>(below(logs_.size())));
    if (log->second.messages.empty()) return;
    auto offset = below(log->second.messages.size());
    Message& message = log->second.messages[offset];
    bool pending =
        !log->second.removed && !message.fired && !message.cancelled && !on_way_.contains({log->first, offset});
    ASSERT_EQ(schedule_->cancel(log->first, {message.due, Offset(static_cast<std::int64_t>(offset))}), pending);
    if (!pending) return;
    message.cancelled = true;
    unwritten_cancels_.push_back(&message);
    if (below(2) == 0) write_state();
  }

  void write_state() {
    ScheduleChange change =
        below(5) == 0 ? (schedule_->take_change(), schedule_->snapshot()) : schedule_->take_change();
    if (change.empty()) return;
    states_.emplace_back(++written_, encode(change));
    for (Message* message : unwritten_cancels_) message->cancelled_by = written_;
    unwritten_cancels_.clear();
    for (Message* message : unwritten_fires_) message->fired_by = written_;
    unwritten_fires_.clear();
  }

  void pass_time() {
    std::optional<Timestamp> next = schedule_->next_look(now_);
    if (next && below(2) == 0) {
      now_ = std::max(now_, *next);
    } else {
      now_.ms += static_cast<std::int64_t>(below(std::uint64_t{1} << below(34)));
    }
  }

  bool scan() {
    std::optional<Schedule::Scan> scan = schedule_->wanted_scan(now_);
    if (!scan) return false;
    schedule_->scan_begun(*scan);
    std::deque<Message>& messages = logs_.at(scan->bucket).messages;
    EXPECT_EQ(scan->to.value, static_cast<std::int64_t>(messages.size()));
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (below(20) == 0) add();
      if (below(20) == 0) cancel();
      if (i >= static_cast<std::size_t>(scan->to.value) && below(2) == 0) break;
      schedule_->scanned(scan->bucket, {messages[i].due, Offset(static_cast<std::int64_t>(i))});
      EXPECT_FALSE(schedule_->wanted_scan(now_));
    }
    if (below(10) == 0) {
      schedule_->scan_failed(scan->bucket);
    } else {
      schedule_->scan_ended(scan->bucket);
    }
    return true;
  }

  bool fire() {
    std::vector<Schedule::Entry> entries = schedule_->take_due(now_, 1 + below(6));
    std::map<BucketId, DueKey> last;
    for (const Schedule::Entry& entry : entries) {
      Message& message = logs_.at(entry.bucket).messages.at(static_cast<std::size_t>(entry.key.offset.value));
      EXPECT_EQ(message.due, entry.key.due);
      EXPECT_LE(message.due, now_) << "early";
      EXPECT_FALSE(message.cancelled);
      EXPECT_FALSE(message.fired) << "twice";
      EXPECT_LT(std::exchange(last[entry.bucket], entry.key), entry.key) << "out of order";
      on_way_.insert({entry.bucket, static_cast<std::uint64_t>(entry.key.offset.value)});
    }
    if (below(3) == 0) add();
    if (below(3) == 0) cancel();
    if (!draining_ && below(30) == 0) return crash(), true;  // on the way
    bool is_retry = draining_ || below(3) == 0;
    if (is_retry) std::ranges::move(std::exchange(unsent_, {}), std::back_inserter(entries));
    if (!draining_ && below(4) == 0 && !entries.empty()) {  // one of them cannot be sent on
      auto unsent = entries.begin() + static_cast<std::ptrdiff_t>(below(entries.size()));
      unsent_.push_back(*unsent);
      entries.erase(unsent);
    }
    for (const Schedule::Entry& entry : entries) {
      Message& message = logs_.at(entry.bucket).messages.at(static_cast<std::size_t>(entry.key.offset.value));
      message.fired = true;
      unwritten_fires_.push_back(&message);
      on_way_.erase({entry.bucket, static_cast<std::uint64_t>(entry.key.offset.value)});
    }
    schedule_->fired(entries);
    if (below(2) == 0) write_state();
    for (const BucketId& id : schedule_->take_finished(now_)) {
      Log& log = logs_.at(id);
      for (const Message& message : log.messages)
        EXPECT_TRUE(message.fired || message.cancelled) << "removed before it was out";
      log.removed = true;
      EXPECT_LE(end_of(id), now_);
    }
    return !entries.empty();
  }

  void crash() { restart(synced_ + below(written_ - synced_ + 1)); }

  void restart(std::size_t kept) {
    if (kept == written_) {  // in order
      write_state();
      kept = written_;
    }
    on_way_.clear();
    unsent_.clear();
    unwritten_cancels_.clear();
    unwritten_fires_.clear();
    std::erase_if(states_, [kept](const auto& state) { return state.first > kept; });
    synced_ = written_ = kept;
    schedule_ = std::make_unique<Schedule>(kIndexed);
    for (const auto& [at, state] : states_) ASSERT_TRUE(schedule_->replay(state));
    for (auto at = logs_.begin(); at != logs_.end();) {
      Log& log = at->second;
      while (!log.messages.empty() && log.messages.back().written > kept) log.messages.pop_back();
      bool is_back = log.removed && below(2) == 0;
      if (log.messages.empty() || (log.removed && !is_back)) {
        at = logs_.erase(at);
        continue;
      }
      log.removed = false;
      for (Message& message : log.messages) {
        forget_unless_kept(message.fired, message.fired_by, kept);
        forget_unless_kept(message.cancelled, message.cancelled_by, kept);
      }
      if (!schedule_->found(at->first, Offset(0), Offset(static_cast<std::int64_t>(log.messages.size())))) {
        for (const Message& message : log.messages) ASSERT_TRUE(message.fired || message.cancelled);
        log.removed = true;
      }
      ++at;
    }
  }

  static void forget_unless_kept(bool& what, std::size_t& written_by, std::size_t kept) {
    what = what && written_by != 0 && written_by <= kept;
    if (!what) written_by = 0;
  }

  /// Whatever is left goes out in the end, and every log with it.
  void drain() {
    draining_ = true;
    for (int round = 0; round < 100'000 && !::testing::Test::HasFailure(); ++round) {
      while (scan()) {
      }
      if (fire()) continue;
      std::optional<Timestamp> next = schedule_->next_look(now_);
      if (!next) break;
      ASSERT_TRUE(*next > now_ || schedule_->wanted_scan(now_) || round < 99'999);
      now_ = std::max(now_, *next);
    }
    for (const auto& [id, log] : logs_) {
      EXPECT_TRUE(log.removed);
      for (const Message& message : log.messages) EXPECT_TRUE(message.fired || message.cancelled) << "stayed";
    }
    EXPECT_EQ(schedule_->pending(), 0u);
    EXPECT_TRUE(schedule_->buckets().empty());
  }

  std::mt19937_64 random_;
  Timestamp now_{1'800'000'000'000};
  std::unique_ptr<Schedule> schedule_ = std::make_unique<Schedule>(kIndexed);
  std::map<BucketId, Log> logs_;
  std::vector<std::pair<std::size_t, std::vector<std::byte>>> states_;
  std::size_t written_ = 0, synced_ = 0;
  bool draining_ = false;
  std::uint32_t generation_ = 0;
  std::set<std::pair<BucketId, std::uint64_t>> on_way_;
  std::vector<Schedule::Entry> unsent_;  // of those
  std::vector<Message*> unwritten_cancels_, unwritten_fires_;
};

TEST(ScheduleSimulation, what_is_due_goes_out_in_time_and_in_order_whatever_happens) {
  play_seeds<Simulation>();
}

}  // namespace
}  // namespace wharf::queue
