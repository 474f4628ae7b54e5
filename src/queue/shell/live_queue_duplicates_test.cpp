// A live queue that drops what it has already.
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/message_number.hpp"
#include "queue/shell/live_queue_testing.hpp"

namespace wharf::queue {
namespace {

const ConsumerId kConsumer{1};

class DeduplicatingQueue : public testing::Test {
 protected:
  explicit DeduplicatingQueue(QueueSettings settings = {.deduplicates = true}) : world_(std::move(settings)) {}

  /// Whether it was confirmed.
  bool publish(std::optional<std::string> id, std::optional<std::string> expiration = {}) {
    PropertyTable headers;
    if (id) headers.push_back({"x-deduplication-header", *id});
    std::vector<std::byte> encoded;
    EXPECT_EQ(encode_properties(encoded, headers), TableFault::kNone);
    MessageView message{.origin = Protocol::kAmqp091, .properties = encoded, .body = as_bytes("x")};
    if (expiration) message.expiration = *expiration;
    BatchBuilder builder(BatchOptions{});
    append_message(builder, message, world_.shard().clock().wall_now());
    std::optional<bool> confirmed;
    world_.queue().enqueue({.batch = log::own(*builder.finish()), .messages = 1, .body_bytes = 1},
                           [&confirmed](Result<void> kept) { confirmed = kept.has_value(); });
    EXPECT_TRUE(world_.simulation.run_until([&] { return confirmed.has_value(); },
                                            world_.simulation.now() + std::chrono::seconds(5)));
    return confirmed.value_or(false);
  }

  World world_;
};

TEST_F(DeduplicatingQueue, AMessageWithTheIdOfOneThatWaitsIsConfirmedAndDropped) {
  for (const char* id : {"a", "b", "a", "a"}) EXPECT_TRUE(publish(id));
  EXPECT_EQ(world_.ready(), 2u);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(publish(std::nullopt)) << "without an id nothing is a duplicate";
  EXPECT_EQ(world_.ready(), 4u);
}

TEST_F(DeduplicatingQueue, OneThatIsWithAConsumerStillCountsAndOneThatIsSettledDoesNot) {
  EXPECT_TRUE(publish("a"));
  std::shared_ptr<Consumer> consumer = world_.subscribe(kConsumer);
  EXPECT_TRUE(publish("a"));
  ASSERT_EQ(consumer->deliveries.size(), 1u);
  world_.settle(kConsumer, consumer->deliveries[0], Verdict::kReturn);
  EXPECT_TRUE(publish("a"));
  ASSERT_EQ(consumer->deliveries.size(), 2u);
  world_.settle(kConsumer, consumer->deliveries[1], Verdict::kDone);
  EXPECT_TRUE(publish("a"));
  EXPECT_EQ(consumer->deliveries.size(), 3u);
}

TEST_F(DeduplicatingQueue, ARestartKnowsWhatWaits) {
  for (const char* id : {"a", "b", "c"}) EXPECT_TRUE(publish(id));
  std::shared_ptr<Consumer> consumer = world_.subscribe(kConsumer, 2);
  world_.settle(kConsumer, consumer->deliveries.at(0), Verdict::kDone);
  world_.restart();
  for (const char* id : {"a", "b", "c"}) EXPECT_TRUE(publish(id));
  EXPECT_EQ(world_.ready(), 3u) << "b and c waited, a had been settled";
}

TEST_F(DeduplicatingQueue, ARestartKnowsWhatWaitsBehindADamagedMessage) {
  std::vector<std::string> ids;  // long ones, that no checkpoint carries the messages
  for (char each = 'a'; each <= 'j'; ++each) ids.emplace_back(1000, each);
  for (const std::string& id : ids) EXPECT_TRUE(publish(id));
  world_.restart_damaged(messages_of(World::kId, 0), 0.55);
  EXPECT_EQ(world_.ready(), 10u);
  for (std::size_t i : {0u, 4u, 6u, 9u}) EXPECT_TRUE(publish(ids[i]));
  EXPECT_EQ(world_.ready(), 10u);
  EXPECT_TRUE(publish(ids[5]));
  EXPECT_EQ(world_.ready(), 11u) << "it was lost";
}

TEST_F(DeduplicatingQueue, OneWhoseTimeIsOverMakesRoomThoughItStandsBehindOthers) {
  EXPECT_TRUE(publish("a"));
  EXPECT_TRUE(publish("b", "50"));
  EXPECT_TRUE(publish("b"));
  EXPECT_EQ(world_.ready(), 2u);
  world_.wait(Milliseconds(60));
  EXPECT_TRUE(publish("b"));
  EXPECT_EQ(world_.ready(), 3u);
}

TEST_F(DeduplicatingQueue, APurgeForgetsWhatItDrops) {
  EXPECT_TRUE(publish("a"));
  EXPECT_EQ(world_.queue().purge(), 1u);
  EXPECT_TRUE(publish("a"));
  EXPECT_EQ(world_.ready(), 1u);
}

class FullDeduplicatingQueue : public DeduplicatingQueue {
 protected:
  FullDeduplicatingQueue()
      : DeduplicatingQueue({.max_length = 1, .overflow = Overflow::kReject, .deduplicates = true}) {}
};

TEST_F(FullDeduplicatingQueue, WhatItHasIsConfirmedAndWhatItHasNotIsRefused) {
  EXPECT_TRUE(publish("a"));
  EXPECT_TRUE(publish("a"));
  EXPECT_FALSE(publish("b"));
}

/// Messages whose sender numbers them.
class NumberedMessages : public testing::Test {
 protected:
  Result<void> publish(std::int32_t number, std::int64_t sender = 0) {
    BatchBuilder builder(BatchOptions{});
    builder.set_number({ProducerId(kFirstNumberingSender.value + sender), number});
    append_message(builder, MessageView{.origin = Protocol::kMqtt, .body = as_bytes("x")},
                   world_.shard().clock().wall_now());
    std::optional<Result<void>> outcome;
    world_.queue().enqueue({.batch = log::own(*builder.finish()), .messages = 1, .body_bytes = 1},
                           [&outcome](Result<void> kept) { outcome = std::move(kept); });
    EXPECT_TRUE(world_.simulation.run_until([&] { return outcome.has_value(); },
                                            world_.simulation.now() + std::chrono::seconds(5)));
    return outcome.value_or(fail(ErrorCode::kTimedOut, "no answer"));
  }
  void take_all() {
    std::shared_ptr<Consumer> consumer = world_.subscribe(kConsumer);
    for (const Delivery& one : consumer->deliveries) world_.settle(kConsumer, one, Verdict::kDone);
  }

  World world_{QueueSettings{.max_length = 2, .overflow = Overflow::kReject}};
};

TEST_F(NumberedMessages, OneThatComesAgainIsConfirmedAndDroppedAlsoWhenTheFirstHasGone) {
  EXPECT_TRUE(publish(0));
  EXPECT_TRUE(publish(4));
  EXPECT_TRUE(publish(0)) << "though the queue is full";
  EXPECT_EQ(world_.ready(), 2u);
  take_all();
  world_.wait(std::chrono::seconds(30));  // and a checkpoint
  world_.restart();
  for (std::int32_t number : {0, 3, 4}) EXPECT_TRUE(publish(number));
  EXPECT_EQ(world_.ready(), 0u);
  EXPECT_TRUE(publish(5));
  EXPECT_TRUE(publish(5, 1)) << "of another sender";
  EXPECT_EQ(world_.ready(), 2u);
}

TEST_F(NumberedMessages, ALaterOneDoesNotComeInWhereOneBeforeItWasRefused) {
  for (std::int32_t number : {0, 1}) EXPECT_TRUE(publish(number));
  EXPECT_EQ(publish(2).error().code, ErrorCode::kFull);
  take_all();
  EXPECT_FALSE(publish(3)) << "else 2 would be taken for kept when it comes again";
  EXPECT_TRUE(publish(3, 1));
  world_.restart();
  EXPECT_TRUE(publish(2));
  EXPECT_EQ(world_.ready(), 2u);
}

}  // namespace
}  // namespace wharf::queue
