// Which messages are duplicates, against a list of what the queue has, under random operations.
#include "queue/core/waiting_ids.hpp"

#include <gtest/gtest.h>

#include <random>

#include "queue/core/queue.hpp"

namespace wharf::queue {
namespace {

const ConsumerId kConsumer{1};

TEST(WaitingIds, AnIdIsTakenUntilItsMessageIsSettled) {
  WaitingIds ids;
  ids.add("a", {0, Offset{0}}, std::nullopt);
  ids.add("b", {3, Offset{0}}, std::nullopt);
  EXPECT_EQ(ids.find("a", Timestamp{1}), (MessageId{0, Offset{0}}));
  ids.forget({0, Offset{0}});
  ids.forget({0, Offset{0}});
  EXPECT_EQ(ids.find("a", Timestamp{1}), std::nullopt);
  ids.forget(3, {Offset{0}, Offset{9}});
  EXPECT_EQ(ids.size(), 0u);
}

TEST(WaitingIds, OneThatHasExpiredMakesRoomThoughItStillStands) {
  WaitingIds ids;
  ids.add("a", {0, Offset{0}}, Timestamp{10});
  EXPECT_TRUE(ids.find("a", Timestamp{9}));
  EXPECT_FALSE(ids.find("a", Timestamp{10}));
  ids.add("a", {0, Offset{1}}, std::nullopt);
  ids.forget({0, Offset{0}});
  EXPECT_EQ(ids.find("a", Timestamp{10}), (MessageId{0, Offset{1}}));
}

/// A queue and, by its offset, the id of each message that it has.
class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed), queue_({.settings = settings(seed), .keeps_state = false}) {
    queue_.open(0, Offset{0}, Offset{0});
    EXPECT_TRUE(queue_.subscribe(kConsumer, {}));
  }
  void play() {
    for (int step = 0; step < 300; ++step) {
      act(below(7));
      for (int id = 0; id < kIds; ++id) {
        ASSERT_EQ(queue_.has_id(std::to_string(id), Timestamp{0}).has_value(), holder(id).has_value())
            << "step " << step;
      }
    }
  }

 private:
  static constexpr int kIds = 12;
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  static QueueSettings settings(std::uint64_t seed) {
    QueueSettings settings{.deduplicates = true};
    if (seed % 2 == 0) settings.dead_letter = DeadLetterTarget{"", "dead"};
    if (seed % 3 == 0) settings.delivery_limit = 1;
    return settings;
  }
  std::optional<Offset> holder(int id) const {
    for (const auto& [offset, of] : ids_) {
      if (of == id) return offset;
    }
    return std::nullopt;
  }

  void act(std::uint64_t what) {
    if (what < 3) return arrive();
    if (what < 5) return hand_out();
    if (what == 5) return settle();
    if (below(10) == 0) {
      while (std::optional<Offer> oldest = queue_.oldest()) {
        ids_.erase(oldest->id.offset);
        queue_.drop_oldest(1);
      }
    } else {
      std::vector<Death> deaths;
      queue_.release(kConsumer, MonotonicTime{}, deaths);
      for (const Death& death : deaths) ids_.erase(death.id.offset);
      if (!queue_.has_dead_letter_target()) sweep_settled();
      held_.clear();
      EXPECT_TRUE(queue_.subscribe(kConsumer, {}));
    }
  }
  void arrive() {
    int id = static_cast<int>(below(kIds));
    if (holder(id)) return;  // the shell drops it
    Offset offset(end_++);
    queue_.arrived(0, Offset(end_), 1, false);
    queue_.note_id(std::to_string(id), {0, offset}, std::nullopt);
    ids_.emplace(offset, id);
  }
  void hand_out() {
    std::optional<Offer> offer = queue_.offer();
    if (!offer) return;
    std::vector<Death> deaths;
    ASSERT_TRUE(queue_.hand_out(*offer, {.bytes = 1}, Timestamp{0}, deaths));
    held_.push_back(offer->id);
  }
  void settle() {
    if (held_.empty()) return;
    std::size_t place = below(held_.size());
    MessageId id = held_[place];
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(place));
    constexpr Verdict kVerdicts[] = {Verdict::kDone, Verdict::kReturn, Verdict::kGiveBack, Verdict::kReject};
    Settlement settlement{id, id.offset, kVerdicts[below(4)]};
    std::vector<Death> deaths;
    queue_.settle(kConsumer, {&settlement, 1}, MonotonicTime{}, deaths);
    for (const Death& death : deaths) ids_.erase(death.id.offset);
    sweep_settled();
  }
  /// What is not in the queue any more, by its own word.
  void sweep_settled() {
    std::erase_if(ids_, [this](const auto& entry) {
      std::optional<Standing> standing = queue_.at_or_behind({0, entry.first});
      return !standing || standing->id.offset != entry.first;
    });
  }

  std::mt19937_64 random_;
  Queue queue_;
  std::map<Offset, int> ids_;
  std::vector<MessageId> held_;
  std::int64_t end_ = 0;
};

TEST(WaitingIds, AQueueKnowsWhichItHasWhateverBecomesOfThem) {
  for (std::uint64_t seed = 0; seed < 60 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Model(seed).play();
  }
}

}  // namespace
}  // namespace wharf::queue
