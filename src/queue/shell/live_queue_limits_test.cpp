// A live queue whose settings become others: each acts at once on what is there.
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

const ConsumerId kConsumer{1};

TEST(LiveQueueLimits, AShorterLengthDropsTheOldestAtOnce) {
  World world;
  ASSERT_TRUE(world.publish(10));
  world.configure({.max_length = 3});
  EXPECT_EQ(world.ready(), 3u);
  EXPECT_EQ(world.subscribe(kConsumer)->deliveries.at(0).id.offset, Offset(7));
}

TEST(LiveQueueLimits, WhatALengthDropsGoesToTheDeadLetterTarget) {
  World world;
  ASSERT_TRUE(world.publish(5000));
  world.configure({.max_length = 3, .dead_letter = DeadLetterTarget{"dead", std::nullopt}});
  world.wait(Milliseconds(100));
  EXPECT_EQ(world.ready(), 3u);
  EXPECT_EQ(world.buried.by_reason[DeathReason::kMaxLength], 4997u);
  EXPECT_EQ(world.queue().counts().unsettled, 0u);
}

TEST(LiveQueueLimits, ALengthDropsNothingThatAConsumerHasRoomFor) {
  for (bool has_target : {false, true}) {
    QueueSettings settings{.max_length = 1};
    if (has_target) settings.dead_letter = DeadLetterTarget{"dead", std::nullopt};
    World world(settings);
    std::shared_ptr<Consumer> first = world.subscribe(kConsumer, 1'000);
    ASSERT_TRUE(world.publish(100));  // as one batch, and before the queue's reserve is on disk
    EXPECT_EQ(first->deliveries.size(), 100u);
    ASSERT_TRUE(world.publish(2'000));  // more than go out in one turn
    EXPECT_EQ(first->deliveries.size(), 1'000u);
    EXPECT_EQ(world.ready(), 1u);
    EXPECT_EQ(world.buried.by_reason[DeathReason::kMaxLength], has_target ? 1'099u : 0u);
  }
}

TEST(LiveQueueLimits, ALengthThatGoesLetsMoreIn) {
  World world;
  world.configure({.max_length = 3});
  ASSERT_TRUE(world.publish(5));
  EXPECT_EQ(world.ready(), 3u);
  world.configure({});
  ASSERT_TRUE(world.publish(5));
  EXPECT_EQ(world.ready(), 8u);
}

TEST(LiveQueueLimits, AShorterLengthInBytesCountsWhatWasThereBefore) {
  World world;
  ASSERT_TRUE(world.publish(20, 100));
  world.configure({.max_length = 10});
  world.configure({.max_length_bytes = 750});
  EXPECT_EQ(world.ready(), 7u);
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer, 2);
  EXPECT_EQ(consumer->deliveries.at(0).id.offset, Offset(13));
  ASSERT_TRUE(world.publish(1, 250));
  EXPECT_EQ(world.ready(), 6u);
  world.configure({});
  world.restart();
  EXPECT_EQ(world.ready(), 8u);
  world.configure({.max_length_bytes = 450});
  world.wait(Milliseconds(100));
  EXPECT_EQ(world.ready(), 3u);
}

TEST(LiveQueueLimits, ALengthInBytesKnowsAfterARestartWhatIsThere) {
  for (Overflow overflow : {Overflow::kDropOldest, Overflow::kReject}) {
    World world;
    world.configure({.max_length_bytes = 1000, .overflow = overflow});
    ASSERT_TRUE(world.publish(8, 100));
    world.restart();
    world.wait(Milliseconds(100));  // it reads what it has
    ASSERT_TRUE(world.publish(2, 100));
    EXPECT_EQ(world.publish(1, 100).has_value(), overflow == Overflow::kDropOldest);
    world.wait(Milliseconds(100));
    EXPECT_EQ(world.ready(), 10u);
  }
}

TEST(LiveQueueLimits, AFullQueueRefusesFromTheMomentItIsToldTo) {
  World world;
  ASSERT_TRUE(world.publish(5));
  world.configure({.max_length = 3, .overflow = Overflow::kReject});
  EXPECT_EQ(world.ready(), 5u) << "it refuses, and drops nothing";
  EXPECT_EQ(world.publish(1).error().code, ErrorCode::kFull);
  world.configure({.max_length = 3});
  EXPECT_EQ(world.ready(), 3u);
  EXPECT_TRUE(world.publish(1));
}

TEST(LiveQueueLimits, ANewTimeToLiveEndsWhatIsOlderAndLaterTheRest) {
  World world;
  ASSERT_TRUE(world.publish(4));
  world.wait(std::chrono::seconds(10));
  ASSERT_TRUE(world.publish(3));
  world.configure({.message_ttl = std::chrono::seconds(5), .dead_letter = DeadLetterTarget{"dead", std::nullopt}});
  EXPECT_EQ(world.ready(), 3u);
  EXPECT_EQ(world.buried.by_reason[DeathReason::kExpired], 4u);
  world.wait(std::chrono::seconds(4));
  EXPECT_EQ(world.ready(), 3u);
  world.configure({.message_ttl = std::chrono::seconds(6)});
  world.wait(Milliseconds(1'500));
  EXPECT_EQ(world.ready(), 3u) << "the longer time counts";
  world.wait(std::chrono::seconds(1));
  EXPECT_EQ(world.ready(), 0u);
  ASSERT_TRUE(world.publish(1));
  world.configure({});
  world.wait(std::chrono::seconds(60));
  EXPECT_EQ(world.ready(), 1u);
}

TEST(LiveQueueLimits, WithoutAnyTimeAMessageGoesToWhoIsThereOrNowhere) {
  World world({.message_ttl = Milliseconds(0)});
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer, 3);
  ASSERT_TRUE(world.publish(1));  // before the queue's reserve is on disk
  EXPECT_EQ(consumer->deliveries.size(), 1u);
  ASSERT_TRUE(world.publish(5));
  EXPECT_EQ(consumer->deliveries.size(), 3u);
  EXPECT_EQ(world.ready(), 0u);
  world.settle(kConsumer, consumer->deliveries[1], Verdict::kReturn);
  EXPECT_EQ(consumer->deliveries.size(), 3u) << "what comes back comes too late";
  EXPECT_EQ(world.queue().counts().unsettled, 2u);
  world.queue().release(std::array{Leaver{kConsumer}});
  ASSERT_TRUE(world.publish(1));
  EXPECT_EQ(world.ready(), 0u);
}

TEST(LiveQueueLimits, AHundredThousandMessagesMayExpireAtOnce) {
  World world;
  ASSERT_TRUE(world.publish(100'000));
  world.wait(std::chrono::seconds(10));
  world.configure({.message_ttl = std::chrono::seconds(5)});
  world.wait(std::chrono::seconds(1));
  EXPECT_EQ(world.ready(), 0u);
}

TEST(LiveQueueLimits, AnExpiryBeginsWhenItIsSet) {
  World world;
  world.wait(std::chrono::hours(1));
  world.configure({.expires = std::chrono::seconds(10)});
  world.wait(std::chrono::seconds(9));
  EXPECT_EQ(world.unused, 0);
  world.configure({.expires = std::chrono::seconds(20)});
  world.wait(std::chrono::seconds(15));
  EXPECT_EQ(world.unused, 0);
  world.wait(std::chrono::seconds(6));
  EXPECT_EQ(world.unused, 1);
  world.configure({});
  world.wait(std::chrono::hours(1));
  EXPECT_EQ(world.unused, 1);
}

TEST(LiveQueueLimits, AConsumerTimeoutRunsFromItsSettingForWhatIsHeldAlready) {
  World world;
  ASSERT_TRUE(world.publish(1));
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer);
  ASSERT_EQ(consumer->deliveries.size(), 1u);
  world.wait(std::chrono::hours(1));
  world.configure({.consumer_timeout = std::chrono::seconds(10)});
  world.wait(std::chrono::seconds(9));
  EXPECT_FALSE(consumer->end);
  world.wait(std::chrono::seconds(5));
  EXPECT_EQ(consumer->end, EndReason::kTimedOut);
  EXPECT_EQ(world.ready(), 1u);
  world.configure({});
  std::shared_ptr<Consumer> patient = world.subscribe(ConsumerId(2));
  world.wait(std::chrono::hours(1));
  EXPECT_FALSE(patient->end);
}

TEST(LiveQueueLimits, AConsumersOwnTimeoutGoesBeforeTheQueuesAndTheServersComesLast) {
  struct Row {
    std::optional<Milliseconds> own, of_queue, of_server, expected;
  };
  const Milliseconds none(0), s10(10'000), s100(100'000), s1000(1'000'000);
  const Row rows[] = {{s10, s100, s1000, s10}, {s1000, s100, s10, s1000}, {{}, s100, s10, s100},
                      {{}, {}, s100, s100},    {s100, {}, {}, s100},      {none, s10, s10, {}},
                      {{}, none, s10, {}},     {{}, {}, none, {}},        {s100, none, none, s100}};
  for (const Row& row : rows) {
    World world({.consumer_timeout = row.of_queue});
    ASSERT_TRUE(world.publish(1));
    auto consumer = std::make_shared<Consumer>();
    EXPECT_TRUE(world.queue().subscribe(kConsumer, {.timeout = row.own, .default_timeout = row.of_server}, consumer));
    world.wait(row.expected.value_or(std::chrono::hours(1)) - Milliseconds(1));
    EXPECT_EQ(consumer->deliveries.size(), 1u);
    EXPECT_FALSE(consumer->end) << &row - rows;
    if (!row.expected) continue;
    world.wait(*row.expected / 4 + Milliseconds(2));  // it is looked at so often, and every quarter of a minute
    EXPECT_EQ(consumer->end, EndReason::kTimedOut) << &row - rows;
  }
}

TEST(LiveQueueLimits, AShorterTimeoutIsLookedAtAsOftenAsItHasToBe) {
  World world({.consumer_timeout = std::chrono::hours(1)});
  ASSERT_TRUE(world.publish(2));
  std::shared_ptr<Consumer> slow = world.subscribe(kConsumer, 1);
  auto hasty = std::make_shared<Consumer>();
  EXPECT_TRUE(world.queue().subscribe(ConsumerId(2), {.timeout = Milliseconds(100)}, hasty));
  world.wait(Milliseconds(130));
  EXPECT_EQ(hasty->end, EndReason::kTimedOut);
  EXPECT_FALSE(slow->end);
}

TEST(LiveQueueLimits, ADeliveryLimitCountsTheTriesFromBeforeIt) {
  World world;
  ASSERT_TRUE(world.publish(1));
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer);
  for (std::size_t i = 0; i < 5; ++i) world.settle(kConsumer, consumer->deliveries.at(i), Verdict::kReturn);
  world.configure({.dead_letter = DeadLetterTarget{"dead", std::nullopt}, .delivery_limit = 2});
  ASSERT_EQ(consumer->deliveries.size(), 6u);
  world.settle(kConsumer, consumer->deliveries.back(), Verdict::kReturn);
  EXPECT_EQ(world.buried.by_reason[DeathReason::kDeliveryLimit], 1u);
}

TEST(LiveQueueLimits, LaterDeathsGoToTheNewTarget) {
  World world;
  ASSERT_TRUE(world.publish(3));
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer);
  world.settle(kConsumer, consumer->deliveries.at(0), Verdict::kReject);
  world.configure({.dead_letter = DeadLetterTarget{"dead", std::nullopt}});
  world.settle(kConsumer, consumer->deliveries.at(1), Verdict::kReject);
  world.configure({.dead_letter = DeadLetterTarget{"graves", std::nullopt}});
  world.settle(kConsumer, consumer->deliveries.at(2), Verdict::kReject);
  EXPECT_EQ(world.buried.by_exchange, (std::map<std::string, std::uint64_t>{{"dead", 1}, {"graves", 1}}));
}

TEST(LiveQueueLimits, ADeadMessageThatHasNotArrivedEverywhereIsTriedAgainEverMoreRarely) {
  World world({.dead_letter = DeadLetterTarget{"dead", std::nullopt}});
  ASSERT_TRUE(world.publish(2));
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer);
  world.buried.left = Arrivals{TopicId{{9}}};
  world.settle(kConsumer, consumer->deliveries.at(0), Verdict::kReject);
  EXPECT_EQ(world.buried.by_exchange["dead"], 1u);
  EXPECT_FALSE(world.buried.before);
  world.wait(Milliseconds(10'000));  // after 1, 2 and 4 seconds
  EXPECT_EQ(world.buried.by_exchange["dead"], 4u);
  EXPECT_EQ(world.buried.before, world.buried.left);
  world.settle(kConsumer, consumer->deliveries.at(1), Verdict::kReject);
  world.wait(std::chrono::minutes(60));
  EXPECT_GE(world.buried.by_exchange["dead"], 2u * 59);
  EXPECT_LE(world.buried.by_exchange["dead"], 2u * 70);
  world.buried.left.reset();
  world.wait(std::chrono::minutes(1));
  EXPECT_EQ(world.queue().counts().unsettled, 0u);
}

TEST(LiveQueueLimits, ABacklogOfDeadMessagesThatFindNoPlaceIsNotTriedWholeEachTime) {
  World world({.message_ttl = Milliseconds(1'000), .dead_letter = DeadLetterTarget{"dead", std::nullopt}});
  world.buried.left = Arrivals{TopicId{{9}}};
  ASSERT_TRUE(world.publish(5'000));
  world.wait(std::chrono::minutes(1));  // it is tried again after 1, 2, 4, 8, 16 and 32 seconds
  EXPECT_LE(world.buried.by_exchange["dead"], 2'500u);
  EXPECT_GE(world.ready(), 2'500u);
  world.buried.left.reset();
  world.wait(std::chrono::minutes(2));
  EXPECT_EQ(world.ready(), 0u);
  EXPECT_EQ(world.queue().counts().unsettled, 0u);
}

TEST(LiveQueueLimits, NoMoreDieOfTheirAgeThanAreOnTheirWayOut) {
  World world({.message_ttl = Milliseconds(1'000), .dead_letter = DeadLetterTarget{"dead", std::nullopt}});
  world.buried.takes = Milliseconds(1'000);
  ASSERT_TRUE(world.publish(5'000));
  world.wait(Milliseconds(1'500));
  EXPECT_GE(world.buried.by_exchange["dead"], 500u);
  EXPECT_LE(world.buried.by_exchange["dead"], 1'600u);
  EXPECT_GE(world.ready(), 3'400u);
  world.wait(std::chrono::minutes(1));
  EXPECT_EQ(world.ready(), 0u);
  EXPECT_EQ(world.buried.by_exchange["dead"], 5'000u);
}

TEST(LiveQueueLimits, TheNextActiveConsumerBeginsWithWhatTheLastOneGivesBack) {
  for (bool times_out : {false, true}) {
    World world({.single_active_consumer = true, .consumer_timeout = Milliseconds(100)});
    ConsumerId first{11}, second{12};
    std::shared_ptr<Consumer> one = world.subscribe(first, 1);
    std::shared_ptr<Consumer> other = world.subscribe(second, 1);
    ASSERT_TRUE(world.publish(3));
    ASSERT_EQ(one->deliveries.size(), 1u);
    if (times_out) {
      world.wait(std::chrono::minutes(2));
      EXPECT_EQ(one->end, EndReason::kTimedOut);
    } else {
      world.queue().release(std::array{Leaver{first}});
    }
    ASSERT_GE(other->deliveries.size(), 1u) << times_out;
    EXPECT_EQ(other->deliveries[0].id.offset, Offset(0)) << times_out;
  }
}

TEST(LiveQueueLimits, WhatAQueueIsBornWithStays) {
  World world;
  world.configure({.max_length = 5, .max_priority = 3, .single_active_consumer = true});
  EXPECT_EQ(world.queue().core().settings(), QueueSettings{.max_length = 5});
}

TEST(LiveQueueLimits, WhatCameBackWaitsForItsNextTryWhileOthersGoOn) {
  World world;
  world.configure({.retry = RetryDelays{{Milliseconds(1'000), Milliseconds(60'000)}}});
  std::shared_ptr<Consumer> consumer = world.subscribe(kConsumer, 1);
  ASSERT_TRUE(world.publish(2));
  world.settle(kConsumer, consumer->deliveries.at(0), Verdict::kReturn);
  ASSERT_EQ(consumer->deliveries.size(), 2u);
  EXPECT_EQ(consumer->deliveries[1].id.offset, Offset(1));
  world.settle(kConsumer, consumer->deliveries[1], Verdict::kDone);
  world.wait(Milliseconds(900));
  EXPECT_EQ(consumer->deliveries.size(), 2u);
  world.wait(Milliseconds(200));
  ASSERT_EQ(consumer->deliveries.size(), 3u);
  EXPECT_EQ(consumer->deliveries[2].id.offset, Offset(0));
  EXPECT_TRUE(consumer->deliveries[2].redelivered);
  EXPECT_EQ(consumer->deliveries[2].earlier_tries, 1u);
  world.settle(kConsumer, consumer->deliveries[2], Verdict::kReturn);
  world.wait(Milliseconds(59'000));
  EXPECT_EQ(consumer->deliveries.size(), 3u);
  world.wait(Milliseconds(2'000));
  ASSERT_EQ(consumer->deliveries.size(), 4u);
  world.settle(kConsumer, consumer->deliveries[3], Verdict::kGiveBack);  // no try: at once
  EXPECT_EQ(consumer->deliveries.size(), 5u);
}

TEST(LiveQueueDisk, OneOldMessageDoesNotKeepWhatIsSettledBehindIt) {
  World world;
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(world.publish(4, 100'000)) << i;
  std::shared_ptr<Consumer> slow = world.subscribe(kConsumer, 1);
  ConsumerId quick{2};
  std::shared_ptr<Consumer> consumer = world.subscribe(quick);
  world.wait(Milliseconds(30'000));  // the segments are written
  EXPECT_GT(world.log_bytes(), 70'000'000u);
  for (std::size_t told = 0; consumer->deliveries.size() < 799;) {
    std::uint64_t bytes = 0;
    for (; told < consumer->deliveries.size(); ++told) bytes += consumer->deliveries[told].window_bytes();
    ASSERT_GT(bytes, 0u);
    world.queue().wrote(quick, bytes);
    world.wait(Milliseconds(100));  // what is not in memory any more is read
  }
  Settlement all{consumer->deliveries.front().id, consumer->deliveries.back().id.offset, Verdict::kDone};
  world.queue().settle(quick, {&all, 1});
  world.wait(Milliseconds(30'000));
  EXPECT_LT(world.log_bytes(), 20'000'000u);
  world.restart();
  EXPECT_EQ(world.ready(), 1u);
  std::shared_ptr<Consumer> again = world.subscribe(kConsumer);
  world.wait(Milliseconds(10));  // read from the disk
  EXPECT_EQ(again->deliveries.at(0).id, slow->deliveries.at(0).id);
  ASSERT_TRUE(world.publish(1));
  EXPECT_EQ(again->deliveries.size(), 2u);
}

}  // namespace
}  // namespace wharf::queue
