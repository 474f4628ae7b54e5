// Dead letters of a whole node's queues that go on to log topics.
#include "broker/node/dead_letter_router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/node/forwarding_testing.hpp"
#include "broker/node/node_testing.hpp"
#include "broker/record_cursor.hpp"
#include "broker/routed_message.hpp"
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using routing::DestinationKind;
using testing::ElementsAre;

/// A node with the log topic "graveyard", to which amq.fanout sends what it gets.
class DeadLetters : public testing::Test {
 protected:
  void with_graveyard(std::map<std::string, std::string> overrides = {}) {
    running_.on(0, make_graveyard(node_, here_, std::move(overrides), &graveyard_));
  }
  static runtime::Task<void> make_graveyard(Node* node, runtime::Shard* here,
                                            std::map<std::string, std::string> overrides, PartitionId* into) {
    auto made = co_await node->catalogue().create_topic(
        *here, {.name = "graveyard", .partitions = 1, .overrides = std::move(overrides)});
    EXPECT_TRUE(made);
    if (made) *into = (*made)->partition(0);
    Result<void> bound =
        co_await node->entities().bind(*here, "/", {"amq.fanout", {DestinationKind::kLogTopic, "graveyard"}, "", {}});
    EXPECT_TRUE(bound);
  }
  /// A queue that has room for one message; two more come than it can keep.
  static runtime::Task<void> overflow(Node* node, runtime::Shard* here) {
    QueueDeclaration declaration{.name = "full", .durable = true};
    declaration.settings = {.max_length = 1, .dead_letter = queue::DeadLetterTarget{"amq.fanout", {}}};
    Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
    EXPECT_TRUE(declared);
    std::vector<EnqueuePart> parts;
    for (const char* body : {"one", "two", "three"}) {
      MessageView message{.origin = Protocol::kAmqp091, .body = as_bytes(std::string_view(body))};
      parts.push_back(part_for(*declared->queue, message, here->clock().wall_now()));
    }
    std::vector<Result<void>> kept = co_await node->queues().enqueue(*here, std::move(parts));
    for (const Result<void>& one : kept) EXPECT_TRUE(one);
  }
  /// "queue body", once there are so many.
  static runtime::Task<void> read(Node* node, runtime::Shard* here, PartitionId partition, std::size_t count,
                                  std::vector<std::string>* into) {
    RecordCursor cursor(node->read(), *here, partition, Offset(0), 4096);
    while (into->size() < count) {
      Result<std::vector<CursorRecord>> some = co_await cursor.next({});
      EXPECT_TRUE(some);
      if (!some) co_return;
      for (const CursorRecord& one : *some) {
        const PropertyTable headers = properties_of(one.record);
        const PropertyValue* queue = find_property(headers, "x-first-death-queue");
        EXPECT_TRUE(queue && queue->text());
        into->push_back(fmt::format("{} {}", queue && queue->text() ? *queue->text() : "", as_text(*one.record.value)));
      }
    }
  }
  using Left = std::optional<queue::Arrivals>;
  static runtime::Task<void> bury(DeadLetterRouter* router, runtime::Shard* here, std::string body, Left before,
                                  Left* left) {
    const std::int64_t at = here->clock().wall_now().ms + kInAnHourMs;
    std::vector<std::byte> headers;
    EXPECT_EQ(encode_properties(headers, {{"at", at}}), TableFault::kNone);
    queue::DeadLetter letter{.name_space = "/",
                             .queue = "q",
                             .reason = queue::DeathReason::kRejected,
                             .target = queue::DeadLetterTarget{.exchange = "amq.fanout", .routing_key = {}},
                             .died = here->clock().wall_now(),
                             .message = delivery_of({.origin = Protocol::kMqtt,
                                                     .routing_key = "state",
                                                     .mqtt_flags = kMqttRetain,
                                                     .properties = headers,
                                                     .body = as_bytes(body)},
                                                    here->clock().wall_now()),
                             .before = std::move(before)};
    router->bury(std::move(letter), [left](Left told) { *left = std::move(told); });
    co_await router->close();
  }
  static runtime::Task<void> with_queue(Node* node, runtime::Shard* here, std::string name) {
    auto declared = co_await node->entities().declare_queue(*here, "/", {.name = name, .durable = true});
    EXPECT_TRUE(declared);
    auto bound = co_await node->entities().bind(*here, "/", {"amq.fanout", {DestinationKind::kQueue, name}, "", {}});
    EXPECT_TRUE(bound);
  }
  static constexpr std::int64_t kInAnHourMs = 3'600'000;
  /// A queue that has each message at the time of its header "at".
  static runtime::Task<void> with_holding_queue(Node* node, runtime::Shard* here) {
    QueueDeclaration declaration{.name = "later", .durable = true};
    declaration.settings.hold_until = "at";
    auto declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
    EXPECT_TRUE(declared);
    auto bound = co_await node->entities().bind(*here, "/", {"amq.fanout", {DestinationKind::kQueue, "later"}, "", {}});
    EXPECT_TRUE(bound);
  }
  static runtime::Task<void> open_retained(Node* node, runtime::Shard* here) {
    Result<void> open = co_await node->retained().open(*here);
    EXPECT_TRUE(open);
  }
  static runtime::Task<void> count_retained(Node* node, runtime::Shard* here, std::size_t* count) {
    *count = 0;
    std::optional<RetainedPlace> place = RetainedPlace{};
    while (place) {
      RetainedQuery query{.name_space = "/", .matches = [](std::string_view) { return true; }, .from = *place};
      auto page = co_await node->retained().find(*here, query);
      EXPECT_TRUE(page);
      if (!page) co_return;
      *count += page->messages.size();
      place = page->next;
    }
  }
  static runtime::Task<void> pending(Node* node, runtime::Shard* here, std::uint64_t* waiting) {
    *waiting = co_await node->delays().pending(*here);
  }
  static runtime::Task<void> count(Node* node, runtime::Shard* here, std::string name, std::uint64_t* ready) {
    QueueRef queue = node->entities().find(*here, "/")->queue(name)->ref;
    Result<QueueCounts> counts = co_await node->queues().counts(*here, queue);
    EXPECT_TRUE(counts);
    if (counts) *ready = counts->ready;
  }

  runtime::MemoryFileSystem files_{std::uint64_t{1} << 30};
  NodeThreads running_{files_, 2};
  Node* node_ = &running_.node();
  runtime::Shard* here_ = &running_.shard(0);
  PartitionId graveyard_;
  runtime::SystemRandom random_;
  runtime::Logger logger_{here_->clock(), runtime::LogLevel::kError, runtime::LogFormat::kText};
};

TEST_F(DeadLetters, ReachALogTopicInTheirOrder) {
  with_graveyard();
  running_.on(0, overflow(node_, here_));
  std::vector<std::string> seen;
  running_.on(1, read(node_, &running_.shard(1), graveyard_, 2, &seen));
  EXPECT_THAT(seen, ElementsAre("full one", "full two"));
}

TEST_F(DeadLetters, AreNotTriedForEverWhereALogTopicRefusesThem) {
  with_graveyard({{"max.message.bytes", "1000"}});
  DeadLetterRouter router(forwarding_ports(*node_, *here_, node_->publish(), random_, logger_), false);
  Left left = queue::Arrivals();
  running_.on(0, bury(&router, here_, std::string(2'000, 'x'), {}, &left));
  EXPECT_FALSE(left);
}

TEST_F(DeadLetters, AreNotSentAgainToWhereTheyHaveArrived) {
  with_graveyard();
  running_.on(0, with_queue(node_, here_, "well"));
  NoLogs no_logs;
  Left left;
  for (int round = 0; round < 3; ++round) {
    DeadLetterRouter router(forwarding_ports(*node_, *here_, no_logs, random_, logger_), false);
    running_.on(0, bury(&router, here_, "x", left, &left));
    ASSERT_TRUE(left);
    EXPECT_EQ(left->size(), 1u);
  }
  DeadLetterRouter router(forwarding_ports(*node_, *here_, node_->publish(), random_, logger_), false);
  running_.on(0, bury(&router, here_, "x", left, &left));
  EXPECT_FALSE(left);
  std::uint64_t ready = 0;
  running_.on(0, count(node_, here_, "well", &ready));
  EXPECT_EQ(ready, 1u);
  std::vector<std::string> seen;
  running_.on(1, read(node_, &running_.shard(1), graveyard_, 1, &seen));
  EXPECT_THAT(seen, ElementsAre("q x"));
}

/// MQTT's last message of a topic is what was published last: what dies later, or comes later out of a delay, is not.
TEST_F(DeadLetters, OfRetainedMessagesAreNotRetainedAgain) {
  running_.on(0, with_queue(node_, here_, "well"));
  running_.on(0, open_retained(node_, here_));
  DeadLetterRouter router(forwarding_ports(*node_, *here_, node_->publish(), random_, logger_), false);
  Left left;
  running_.on(0, bury(&router, here_, "old", {}, &left));
  std::uint64_t ready = 0;
  running_.on(0, count(node_, here_, "well", &ready));
  EXPECT_EQ(ready, 1u);
  std::size_t retained = 1;
  running_.on(0, count_retained(node_, here_, &retained));
  EXPECT_EQ(retained, 0u);
}

TEST_F(DeadLetters, ThatAQueueHasOnlyLaterAreHeldForItOnceHoweverOftenTheyAreTried) {
  with_graveyard();
  running_.on(0, with_holding_queue(node_, here_));
  NoLogs no_logs;
  Left left;
  std::uint64_t waiting = 0;
  for (int round = 0; round < 3; ++round) {
    DeadLetterRouter router(forwarding_ports(*node_, *here_, no_logs, random_, logger_), false);
    running_.on(0, bury(&router, here_, "x", left, &left));
    ASSERT_TRUE(left);
    EXPECT_EQ(left->size(), 1u);
    running_.on(0, pending(node_, here_, &waiting));
    EXPECT_EQ(waiting, 1u);
  }
}

/// Takes the queue's only message and gives it back, so often.
runtime::Task<void> give_back(Node* node, runtime::Shard* here, QueueRef queue, int times) {
  queue::ConsumerId holder = node->queues().new_consumer_id(*here);
  for (int i = 0; i < times; ++i) {
    Result<std::optional<Got>> got = co_await node->queues().get(*here, queue, holder, false);
    EXPECT_TRUE(got && *got);
    if (!got || !*got) co_return;
    queue::MessageId id = (*got)->delivery.id;
    std::vector<queue::Settlement> back{{id, id.offset, queue::Verdict::kReturn}};
    std::ignore = co_await node->queues().settle_durably(*here, queue, holder, std::move(back));
  }
}

/// A queue with a limit of two, whose dead letters go to `exchange`, if to any; its message comes back three times.
runtime::Task<void> reach_limit(Node* node, runtime::Shard* here, std::string name,
                                std::optional<std::string> exchange) {
  QueueDeclaration declaration{.name = std::move(name), .durable = true};
  declaration.settings = {.delivery_limit = 2};
  if (exchange) declaration.settings.dead_letter = queue::DeadLetterTarget{*exchange, {}};
  Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
  EXPECT_TRUE(declared);
  MessageView message{.origin = Protocol::kAmqp091, .body = as_bytes(std::string_view("poison"))};
  std::vector<EnqueuePart> parts;
  parts.push_back(part_for(*declared->queue, message, here->clock().wall_now()));
  std::ignore = co_await node->queues().enqueue(*here, std::move(parts));
  co_await give_back(node, here, declared->queue->ref, 3);
}

/// What waits in the parked queue, once there are so many: "queue body".
runtime::Task<void> parked(Node* node, runtime::Shard* here, std::size_t count, std::vector<std::string>* into) {
  while (into->size() < count) {
    into->clear();
    co_await runtime::next_turn(*here);
    std::shared_ptr<const QueueInfo> queue = node->entities().find(*here, "/")->queue(queue::kParkedQueue);
    if (!queue) continue;
    Result<Browsed> browsed = co_await node->queues().browse(*here, queue->ref, {.messages = 10});
    EXPECT_TRUE(browsed);
    for (const auto& one : browsed->messages) {
      const PropertyTable headers = properties_of(one.message.record);
      const PropertyValue* from = find_property(headers, "x-first-death-queue");
      into->push_back(fmt::format("{} {}", from ? *from->text() : "?", as_text(*one.message.record.value)));
    }
  }
}

TEST_F(DeadLetters, ThatCameBackTooOftenAndGoNowhereAreParked) {
  for (const auto& [name, exchange] : std::vector<std::pair<std::string, std::optional<std::string>>>{
           {"without", std::nullopt}, {"gone", "no.such.exchange"}, {"unbound", "amq.direct"}}) {
    running_.on(0, reach_limit(node_, here_, name, exchange));
  }
  std::vector<std::string> kept;
  running_.on(1, parked(node_, &running_.shard(1), 3, &kept));
  EXPECT_THAT(kept, testing::UnorderedElementsAre("without poison", "gone poison", "unbound poison"));
  EXPECT_THAT(running_.log().with("is kept in wharf.parked"),
              testing::SizeIs(testing::AllOf(testing::Ge(1u), testing::Le(2u))));  // once a shard
}

/// From the parked queue itself.
runtime::Task<void> reach_limit_again(Node* node, runtime::Shard* here, std::uint64_t* left) {
  QueueDeclaration declaration{.name = std::string(queue::kParkedQueue), .durable = true};
  declaration.settings = {.delivery_limit = 1};
  Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
  MessageView message{.origin = Protocol::kAmqp091, .body = as_bytes(std::string_view("poison"))};
  std::vector<EnqueuePart> parts;
  parts.push_back(part_for(*declared->queue, message, here->clock().wall_now()));
  std::ignore = co_await node->queues().enqueue(*here, std::move(parts));
  co_await give_back(node, here, declared->queue->ref, 2);
  Result<QueueCounts> counts = co_await node->queues().counts(*here, declared->queue->ref);
  *left = counts->ready + counts->unsettled;
}

TEST_F(DeadLetters, AreNotParkedTwice) {
  std::uint64_t left = 1;
  running_.on(0, reach_limit_again(node_, here_, &left));
  EXPECT_EQ(left, 0u);
}

}  // namespace
}  // namespace wharf::broker
