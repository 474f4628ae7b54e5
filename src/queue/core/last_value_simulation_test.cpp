// A queue that keeps the last value of each key against a plain list, under random operations and crashes. Invariants:
// the newest of each key is there until it is settled; of one key no two are ready; who waits is replaced in its place,
// who is out is not and does not come back; counts and bytes add up. WHARF_SIM_SEEDS=n plays n seeds, WHARF_SIM_SEED=n
// only that one.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "queue/core/queue.hpp"
#include "queue/core/seeds_testing.hpp"

namespace wharf::queue {
namespace {

enum class State { kReady, kHeld, kDying, kSettled };

struct Message {
  std::string key;  // empty: none
  State state = State::kReady;
  ConsumerId holder;
  Offset place;
  std::size_t settled_by = SIZE_MAX;  // the record of the state log that says so
};

std::uint32_t bytes_of(Offset offset) {
  return static_cast<std::uint32_t>(offset.value % 7);
}

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed) {
    options_.settings.last_value_key = "k";
    if (seed % 2 == 0) options_.settings.dead_letter = DeadLetterTarget{"", "dead"};
    options_.reserve_messages = seed % 3 == 0 ? 4096 : 16;
    start();
  }

  void play() {
    for (int step = 0; step < 400 && !::testing::Test::HasFailure(); ++step) {
      act(below(16));
      check();
    }
    crash();
    drain();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void act(std::uint64_t what) {
    if (what < 5) return arrive(1 + below(below(10) == 0 ? 60 : 4));
    if (what < 8) return hand_out();
    if (what < 11) return settle();
    if (what == 11) return consumers_.size() < 4 ? subscribe() : release();
    if (what == 12) return bury();
    if (what == 13) return below(20) == 0 ? purge() : get();
    if (what == 14) return below(20) == 0 ? crash() : sync();
    write();
  }

  void start() {
    queue_ = std::make_unique<Queue>(options_);
    for (const auto& record : written_) ASSERT_TRUE(queue_->replay(record));
    queue_->open(0, Offset{0}, end());
    std::uint64_t bytes = 0;
    OffsetRange uncounted = queue_->uncounted(0);
    for (Offset at = uncounted.first; at < uncounted.next; at = at.plus(1)) bytes += bytes_of(at);
    queue_->count_old(0, bytes, false);
    const Cursor& cursor = queue_->levels().at(0);
    outlived_.clear();
    for (auto& [offset, message] : messages_) {
      bool is_settled = offset < cursor.floor() || cursor.settled().holds(offset);
      message.state = is_settled ? State::kSettled : State::kReady;
      message.place = offset;
    }
    for (auto& [offset, message] : messages_) {
      if (message.state != State::kReady || message.key.empty()) continue;
      queue_->note_value(message.key, {0, offset}, bytes_of(offset));
      replace(message.key, offset);
    }
    consumers_.clear();
    deaths_.clear();
    synced_ = written_.size();
  }

  Offset end() const { return Offset(static_cast<std::int64_t>(messages_.size())); }

  /// What a newer message of its key does to those that were there before `offset`.
  void replace(const std::string& key, Offset offset) {
    for (auto& [before, message] : messages_) {
      if (before >= offset) break;
      if (message.key != key) continue;
      if (message.state == State::kHeld) outlived_.insert(before);
      if (message.state != State::kReady) continue;
      settled(message);
      messages_[offset].place = message.place;
    }
  }

  void arrive(std::uint64_t count) {
    for (; count > 0; --count) {
      Offset offset = end();
      std::uint64_t key = below(6);
      Message& message = messages_[offset];
      message.key = key == 0 ? "" : std::to_string(key);
      message.place = offset;
      queue_->arrived(0, end(), bytes_of(offset), false);
      if (message.key.empty()) continue;
      queue_->note_value(message.key, {0, offset}, bytes_of(offset));
      replace(message.key, offset);
    }
  }

  /// The one in the foremost place.
  std::optional<Offset> expected() const {
    std::optional<Offset> first;
    for (const auto& [offset, message] : messages_) {
      if (message.state == State::kReady && (!first || message.place < messages_.at(*first).place)) first = offset;
    }
    return first;
  }

  void hand_out() {
    for (std::uint64_t left = below(5); left > 0; --left) {
      reserve();
      std::optional<Offer> offer = queue_->offer();
      if (!offer) return;
      ASSERT_EQ(offer->id.offset, *expected());
      std::optional<ConsumerId> to =
          queue_->hand_out(*offer, {.bytes = bytes_of(offer->id.offset)}, Timestamp{0}, deaths_);
      Message& message = messages_[offer->id.offset];
      message.state = State::kHeld;
      message.holder = *to;
      if (queue_->consumers().options(*to)->settles_itself) settled(message);
    }
  }

  void get() {
    reserve();
    std::optional<Offer> offer = queue_->head();
    ASSERT_EQ(offer.has_value(), expected().has_value());
    if (!offer) return;
    ASSERT_EQ(offer->id.offset, *expected());
    ASSERT_TRUE(queue_->get(*offer, {.bytes = bytes_of(offer->id.offset)}, ConsumerId(0), true, Timestamp{0}, deaths_));
    settled(messages_[offer->id.offset]);
  }

  void settled(Message& message) {
    message.state = State::kSettled;
    message.settled_by = written_.size();
  }

  void come_back(Offset offset) {
    Message& message = messages_[offset];
    message.state = State::kReady;
    if (outlived_.contains(offset)) settled(message);
  }

  void settle() {
    std::vector<Offset> held;
    for (const auto& [offset, message] : messages_) {
      if (message.state == State::kHeld) held.push_back(offset);
    }
    if (held.empty()) return;
    Offset offset = held[below(held.size())];
    Message& message = messages_[offset];
    Settlement settlement{{0, offset}, offset, static_cast<Verdict>(below(4))};
    ConsumerId holder = message.holder;
    if (settlement.verdict == Verdict::kDone) settled(message);
    if (settlement.verdict == Verdict::kReject)
      options_.settings.dead_letter ? void(message.state = State::kDying) : settled(message);
    if (message.state == State::kHeld) come_back(offset);
    queue_->settle(holder, {&settlement, 1}, {}, deaths_);
  }

  void subscribe() {
    ConsumerId id(++last_consumer_);
    ASSERT_TRUE(
        queue_->subscribe(id, {.settles_itself = below(4) == 0, .prefetch = static_cast<std::uint32_t>(below(4))}));
    consumers_.push_back(id);
  }
  void release() {
    auto which = static_cast<std::ptrdiff_t>(below(consumers_.size()));
    ConsumerId id = consumers_[static_cast<std::size_t>(which)];
    consumers_.erase(consumers_.begin() + which);
    for (auto& [offset, message] : messages_) {
      if (message.state == State::kHeld && message.holder == id) come_back(offset);
    }
    queue_->release(id, {}, deaths_);
  }
  void bury() {
    if (deaths_.empty()) return;
    queue_->buried(deaths_.back().id);
    settled(messages_[deaths_.back().id.offset]);
    deaths_.pop_back();
  }
  void purge() {
    for (auto& [offset, message] : messages_) {
      if (message.state == State::kReady) settled(message);
    }
    queue_->purge();
  }

  void reserve() {
    while (auto wanted = queue_->wanted_reserve()) {
      queue_->reserve_asked(*wanted);
      write();
      sync();
      queue_->reserved(*wanted);
    }
  }
  void write() {
    bool whole = below(10) == 0;
    StateChange change = queue_->take_change();
    written_.push_back(encode(whole ? queue_->snapshot(false) : change));
  }
  void sync() { synced_ = written_.size(); }

  /// At least what was synced is known.
  void crash() {
    std::size_t kept = synced_ + below(written_.size() - synced_ + 1);
    written_.resize(kept);
    std::map<std::string, std::pair<Offset, std::size_t>> newest;
    for (const auto& [offset, message] : messages_) {
      if (!message.key.empty()) newest[message.key] = {offset, message.settled_by};
    }
    start();
    for (const auto& [key, one] : newest) {
      bool was_settled = one.second != SIZE_MAX;
      if (!was_settled)
        ASSERT_EQ(messages_[one.first].state, State::kReady) << "the last value of " << key << " is lost";
    }
  }

  void check() {
    std::uint64_t ready = 0, unsettled = 0, bytes = 0;
    std::map<std::string, int> of_key;
    for (const auto& [offset, message] : messages_) {
      ready += message.state == State::kReady;
      unsettled += message.state == State::kHeld || message.state == State::kDying;
      if (message.state != State::kReady) continue;
      bytes += bytes_of(offset);
      if (!message.key.empty()) ASSERT_EQ(++of_key[message.key], 1) << "two of one key wait";
    }
    ASSERT_EQ(queue_->ready(), ready);
    ASSERT_EQ(queue_->unsettled(), unsettled);
    ASSERT_EQ(queue_->ready_bytes(), bytes);
  }

  void drain() {
    while (queue_->ready() > 0 && !::testing::Test::HasFailure()) get();
    check();
  }

  std::mt19937_64 random_;
  QueueOptions options_;
  std::unique_ptr<Queue> queue_;
  std::map<Offset, Message> messages_;
  std::set<Offset> outlived_;
  std::vector<ConsumerId> consumers_;
  std::uint64_t last_consumer_ = 0;
  std::vector<Death> deaths_;
  std::vector<std::vector<std::byte>> written_;
  std::size_t synced_ = 0;
};

TEST(LastValueSimulation, the_newest_of_each_key_is_there_until_it_is_settled) { play_seeds<Simulation>(); }

}  // namespace
}  // namespace wharf::queue
