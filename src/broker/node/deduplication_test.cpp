// Deduplicating exchanges over real shards.
#include "broker/node/deduplication.hpp"

#include <gmock/gmock.h>

#include "broker/node/node_testing.hpp"
#include "broker/routed_message.hpp"
#include "model/encoded_table.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using routing::DestinationKind;
using testing::ElementsAre;

class NodeDeduplicationTest : public testing::Test {
 protected:
  runtime::Shard* shard(std::size_t index) { return &running_.shard(index); }

  static runtime::Task<void> declare(Node* node, runtime::Shard* here, routing::Exchange exchange) {
    Result<bool> made = co_await node->entities().declare_exchange(*here, "/", std::move(exchange));
    EXPECT_TRUE(made && *made);
  }
  static runtime::Task<void> bind(Node* node, runtime::Shard* here, std::string source, std::string queue,
                                  queue::QueueSettings settings) {
    QueueDeclaration declaration{.name = queue, .durable = true};
    declaration.settings = settings;
    Result<DeclaredQueue> declared = co_await node->entities().declare_queue(*here, "/", std::move(declaration));
    EXPECT_TRUE(declared);
    Result<void> bound = co_await node->entities().bind(*here, "/", {source, {DestinationKind::kQueue, queue}, "", {}});
    EXPECT_TRUE(bound);
  }
  static ToDeduplicate message(std::string exchange, PropertyTable headers, std::string body) {
    std::vector<std::byte> encoded;
    EXPECT_EQ(encode_properties(encoded, headers), TableFault::kNone);
    return {.name_space = "/",
            .exchange = std::move(exchange),
            .extra_keys = {},
            .message = delivery_of({.origin = Protocol::kAmqp091, .properties = encoded, .body = as_bytes(body)},
                                   Timestamp{1'000})};
  }
  static runtime::Task<void> pass_on(Node* node, runtime::Shard* here, std::vector<ToDeduplicate> messages,
                                     std::vector<Result<PassedOn>>* outcomes) {
    *outcomes = co_await node->deduplication().pass_on(*here, std::move(messages));
  }
  static runtime::Task<void> drain(Node* node, runtime::Shard* here, std::string name, std::vector<std::string>* into) {
    std::shared_ptr<const QueueInfo> queue = node->entities().find(*here, "/")->queue(name);
    queue::ConsumerId getter = node->queues().new_consumer_id(*here);
    while (true) {
      Result<std::optional<Got>> got = co_await node->queues().get(*here, queue->ref, getter, true);
      if (!got || !*got) co_return;
      into->emplace_back(as_text(*(*got)->delivery.record.value));
    }
  }
  static runtime::Task<void> remove(Node* node, runtime::Shard* here, std::string exchange) {
    Result<void> gone = co_await node->entities().delete_exchange(*here, "/", std::move(exchange), false);
    EXPECT_TRUE(gone);
  }

  void declare(PropertyTable arguments) {
    routing::Exchange once{.name = "once", .type = "x-message-deduplication", .arguments = std::move(arguments)};
    running_.on(0, declare(node_, shard(0), std::move(once)));
  }
  void bound(std::string source, std::string queue, queue::QueueSettings settings = {}) {
    running_.on(0, bind(node_, shard(0), std::move(source), std::move(queue), settings));
  }
  /// "kept", "repeated", "nowhere" or what is wrong.
  static std::string word(const Result<PassedOn>& outcome) {
    if (!outcome) return outcome.error().message;
    constexpr const char* kWords[] = {"kept", "repeated", "nowhere"};
    return kWords[static_cast<std::size_t>(*outcome)];
  }
  std::vector<std::string> published(std::size_t index, std::vector<ToDeduplicate> messages) {
    std::vector<Result<PassedOn>> outcomes;
    running_.on(index, pass_on(node_, shard(index), std::move(messages), &outcomes));
    std::vector<std::string> words;
    for (const Result<PassedOn>& one : outcomes) words.push_back(word(one));
    return words;
  }
  std::string published(std::size_t index, std::string id, PropertyTable more = {}) {
    std::vector<ToDeduplicate> one;
    more.push_back({"x-deduplication-header", id});
    one.push_back(message("once", std::move(more), std::move(id)));
    return published(index, std::move(one)).at(0);
  }
  std::vector<std::string> bodies(std::string queue) {
    std::vector<std::string> bodies;
    running_.on(2, drain(node_, shard(2), std::move(queue), &bodies));
    return bodies;
  }

  runtime::MemoryFileSystem files_{std::uint64_t{1} << 30};
  NodeThreads running_{files_, 3};
  Node* node_ = &running_.node();
};

TEST_F(NodeDeduplicationTest, OfMessagesWithOneIdOneGoesOnWhereverTheyCameIn) {
  declare({{"x-cache-size", 100}});
  bound("once", "q");
  std::vector<std::vector<Result<PassedOn>>> outcomes(3);
  std::vector<std::future<void>> running;
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<ToDeduplicate> messages;
    for (int id = 0; id < 50; ++id) {
      messages.push_back(message("once", {{"x-deduplication-header", id}}, std::to_string(id)));
    }
    running.push_back(running_.start(i, pass_on(node_, shard(i), std::move(messages), &outcomes[i])));
  }
  for (std::future<void>& one : running) one.wait();
  int kept = 0;
  for (const auto& of_shard : outcomes) {
    for (const Result<PassedOn>& one : of_shard) {
      ASSERT_TRUE(one) << one.error().message;
      kept += *one == PassedOn::kKept ? 1 : 0;
    }
  }
  EXPECT_EQ(kept, 50);
  EXPECT_EQ(bodies("q").size(), 50u);
}

TEST_F(NodeDeduplicationTest, MessagesKeepTheirOrderAndThoseWithoutAnIdPass) {
  declare({{"x-cache-size", 100}});
  bound("once", "q");
  std::vector<ToDeduplicate> messages;
  for (const char* body : {"1", "2", "1", "3"}) {
    messages.push_back(message("once", {{"x-deduplication-header", std::string(body)}}, body));
    messages.push_back(message("once", {}, "none"));
  }
  EXPECT_THAT(published(1, std::move(messages)),
              ElementsAre("kept", "kept", "kept", "kept", "repeated", "kept", "kept", "kept"));
  EXPECT_THAT(bodies("q"), ElementsAre("1", "none", "2", "none", "none", "3", "none"));
}

TEST_F(NodeDeduplicationTest, AnIdIsForgottenWithItsTimeOrItsExchange) {
  declare({{"x-cache-size", 100}});
  bound("once", "q");
  EXPECT_EQ(published(0, "a"), "kept");
  EXPECT_EQ(published(1, "a"), "repeated");
  EXPECT_EQ(published(0, "short", {{"x-cache-ttl", 1}}), "kept");
  while (published(0, "short") != "kept") std::this_thread::yield();  // its millisecond
  running_.on(2, remove(node_, shard(2), "once"));
  declare({{"x-cache-size", 100}});
  bound("once", "q");
  EXPECT_EQ(published(1, "a"), "kept");
}

TEST_F(NodeDeduplicationTest, WhatWasRefusedMayComeAgain) {
  declare({{"x-cache-size", 100}});
  bound("once", "full", {.max_length = 1, .overflow = queue::Overflow::kReject});
  EXPECT_EQ(published(0, "a"), "kept");
  EXPECT_EQ(published(1, "b"), "the queue is full");
  EXPECT_EQ(published(2, "b"), "the queue is full");
  EXPECT_THAT(bodies("full"), ElementsAre("a"));
  EXPECT_EQ(published(1, "b"), "kept");
  EXPECT_EQ(published(1, "b"), "repeated");
}

TEST_F(NodeDeduplicationTest, WhatRepeatsARefusedMessageOfTheSameTurnIsRefusedToo) {
  declare({{"x-cache-size", 100}});
  bound("once", "full", {.max_length = 0, .overflow = queue::Overflow::kReject});
  std::vector<ToDeduplicate> messages;
  for (int i = 0; i < 2; ++i) messages.push_back(message("once", {{"x-deduplication-header", "a"}}, "a"));
  EXPECT_THAT(published(0, std::move(messages)),
              ElementsAre("the queue is full", "the message that it repeats could not be kept"));
}

TEST_F(NodeDeduplicationTest, WhatNobodyIsBoundForGoesNowhereAndADuplicateOfItCounts) {
  declare({{"x-cache-size", 100}});
  EXPECT_EQ(published(0, "a"), "nowhere");
  EXPECT_EQ(published(1, "a"), "repeated");
}

TEST_F(NodeDeduplicationTest, ADeadLetterGoesOnThroughItAndIsSeen) {
  declare({{"x-cache-size", 100}});
  bound("once", "q");
  bound("amq.fanout", "dying", {.message_ttl = Milliseconds(0), .dead_letter = queue::DeadLetterTarget{"once", {}}});
  std::vector<ToDeduplicate> one;
  one.push_back(message("amq.fanout", {{"x-deduplication-header", "a"}}, "dead"));
  EXPECT_THAT(published(0, std::move(one)), ElementsAre("kept"));
  std::vector<std::string> seen;
  while (seen.empty()) seen = bodies("q");
  EXPECT_THAT(seen, ElementsAre("dead"));
  EXPECT_EQ(published(1, "a"), "repeated");
}

}  // namespace
}  // namespace wharf::broker
