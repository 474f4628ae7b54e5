// What matches a selector is dropped and shown, and nothing else is touched.
#include <gmock/gmock.h>

#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

using ::testing::ElementsAre;
using Purged = Result<std::uint64_t>;

/// Messages with a property `n`, which counts, and `kind`, `odd` or `even`.
class WhereTest : public ::testing::Test {
 protected:
  void send(std::int64_t messages, std::uint8_t level = 0, std::size_t body_bytes = 1) {
    const std::string body(body_bytes, 'b');
    for (std::int64_t left = messages; left > 0;) {
      const std::int64_t count = std::min<std::int64_t>(left, 1000);
      BatchBuilder builder(BatchOptions{});
      for (std::int64_t i = 0; i < count; ++i) append(builder, body);
      Incoming incoming{.level = level,
                        .batch = log::own(*builder.finish()),
                        .messages = static_cast<std::uint64_t>(count),
                        .body_bytes = static_cast<std::uint64_t>(count) * body_bytes};
      world.queue().enqueue(std::move(incoming), [this](Result<void> kept) {
        EXPECT_TRUE(kept);
        ++kept_;
      });
      ++sent_;
      left -= count;
    }
  }
  void publish(std::int64_t messages, std::uint8_t level = 0, std::size_t body_bytes = 1) {
    send(messages, level, body_bytes);
    wait_until([this] { return kept_ == sent_; });
  }
  void append(BatchBuilder& builder, std::string_view body) {
    std::vector<std::byte> properties;
    const std::string kind = next_ % 2 == 0 ? "even" : "odd";
    ASSERT_EQ(encode_properties(properties, {{"n", next_++}, {"kind", kind}}), TableFault::kNone);
    append_message(builder, {.properties = properties, .body = as_bytes(body)}, world.now());
  }
  void wait_until(const std::function<bool()>& done) {
    ASSERT_TRUE(world.simulation.run_until(done, world.simulation.now() + std::chrono::hours(1)));
  }
  Purged purge(const std::string& selector, std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    std::optional<Purged> purged;
    world.queue().purge_selected({selector, most}, [&](Purged answer) { purged = std::move(answer); });
    wait_until([&] { return purged.has_value(); });
    return std::move(*purged);
  }
  Result<Browsed> browse(BrowseRequest request) {
    std::optional<Result<Browsed>> browsed;
    world.queue().browse(std::move(request), [&](Result<Browsed> answer) { browsed = std::move(answer); });
    wait_until([&] { return browsed.has_value(); });
    return std::move(*browsed);
  }
  /// What is in the queue, by offset, the highest level first.
  std::vector<std::int64_t> offsets(const std::string& selector = "") {
    std::vector<std::int64_t> offsets;
    Result<Browsed> browsed = browse({.messages = 10'000, .selector = selector});
    EXPECT_TRUE(browsed && !browsed->next);
    for (const BrowsedMessage& one : browsed->messages) offsets.push_back(one.message.id.offset.value);
    return offsets;
  }

  World world;
  std::int64_t next_ = 0;
  int sent_ = 0, kept_ = 0;
};

TEST_F(WhereTest, WhatMatchesGoesAndTheRestKeepsItsOrder) {
  publish(8);
  EXPECT_EQ(*purge("n > 3 AND kind = 'odd'"), 2u);
  EXPECT_THAT(offsets(), ElementsAre(0, 1, 2, 3, 4, 6));
  EXPECT_EQ(world.ready(), 6u);
  EXPECT_EQ(*purge("kind = 'none'"), 0u);
  std::shared_ptr<Consumer> consumer = world.subscribe(ConsumerId(1));
  ASSERT_EQ(consumer->deliveries.size(), 6u);
  EXPECT_EQ(consumer->deliveries.back().id.offset, Offset(6));
  EXPECT_FALSE(consumer->deliveries.back().redelivered);
}

TEST_F(WhereTest, TheOldestOfThemGoOfTheLowestPriorityFirst) {
  world.configure({.max_priority = 1});
  publish(4, 1);
  publish(4, 0);
  EXPECT_EQ(*purge("kind = 'odd'", 3), 3u);
  EXPECT_THAT(offsets(), ElementsAre(0, 2, 3, 0, 2));
}

TEST_F(WhereTest, WhatAConsumerHasStaysAndWhatCameBackGoes) {
  publish(6);
  const ConsumerId holder{1}, returner{2};
  ASSERT_EQ(world.get(holder).delivery.id.offset, Offset(0));
  world.settle(returner, world.get(returner).delivery, Verdict::kReturn);
  EXPECT_EQ(*purge("TRUE"), 5u);
  EXPECT_EQ(world.ready(), 0u);
  world.queue().release(std::array{Leaver{holder}});
  EXPECT_EQ(world.get(ConsumerId(3)).delivery.id.offset, Offset(0));
}

TEST_F(WhereTest, WhatIsNoSelectorTouchesNothing) {
  publish(2);
  Purged refused = purge("kind = 'odd");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused.error().message, "the selector, at position 8: a ' that is never closed");
  EXPECT_EQ(browse({.selector = "n >"}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(world.ready(), 2u);
}

TEST_F(WhereTest, WhatIsDroppedStaysDroppedAfterACrash) {
  publish(3000);
  EXPECT_EQ(*purge("kind = 'even'"), 1500u);
  EXPECT_EQ(*purge("n < 100"), 50u);
  world.wait(Milliseconds(1000));
  world.crash();
  EXPECT_EQ(world.ready(), 1450u);
  EXPECT_EQ(*purge("kind = 'even'"), 0u);
}

TEST_F(WhereTest, OthersHaveTheirTurnsWhileItLooksAndWhatComesMeanwhileStays) {
  constexpr std::int64_t kMessages = 100'000;
  publish(kMessages);
  std::optional<Purged> purged;
  world.queue().purge_selected({"kind = 'odd'"}, [&](Purged answer) { purged = std::move(answer); });
  send(2);
  int turns = 0;
  std::function<void()> count = [&] {
    if (++turns < 100) world.shard().post(count);
  };
  world.shard().post(count);
  wait_until([&] { return turns == 100; });
  EXPECT_FALSE(purged);
  wait_until([&] { return purged && kept_ == sent_; });
  EXPECT_EQ(**purged, static_cast<std::uint64_t>(kMessages / 2));
  EXPECT_EQ(world.ready(), static_cast<std::uint64_t>(kMessages / 2 + 2));
}

TEST_F(WhereTest, ConsumersGoOnWhileItLooks) {
  publish(50'000);
  std::optional<Purged> purged;
  world.queue().purge_selected({"kind = 'odd'"}, [&](Purged answer) { purged = std::move(answer); });
  std::shared_ptr<Consumer> consumer = world.subscribe(ConsumerId(1), 1000);
  wait_until([&] { return purged.has_value(); });
  EXPECT_EQ(consumer->deliveries.size(), 1000u);
  EXPECT_GT(**purged, 24'000u);
  EXPECT_EQ(world.ready() + **purged + 1000, 50'000u);
}

TEST_F(WhereTest, AMatchFarBehindIsShownOnOnePage) {
  publish(20'000, 0, 100);
  EXPECT_THAT(offsets("n IN (3, 17000, 19999)"), ElementsAre(3, 17000, 19999));
  Result<Browsed> page = browse({.messages = 1, .selector = "n >= 17000"});
  ASSERT_EQ(page->messages.size(), 1u);
  EXPECT_EQ(page->next, (MessageId{0, Offset(17'001)}));
}

TEST_F(WhereTest, AQueueThatIsDeletedMeanwhileIsGone) {
  publish(10'000);
  std::optional<Purged> purged;
  world.queue().purge_selected({"kind = 'odd'"}, [&](Purged answer) { purged = std::move(answer); });
  world.remove();
  wait_until([&] { return purged.has_value(); });
  EXPECT_EQ(purged->error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace wharf::queue
