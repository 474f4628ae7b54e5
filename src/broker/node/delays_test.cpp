// Delayed messages in a whole node: routed when they are due, through restarts with another number of shards, listed
// and cancelled.
#include "broker/node/delays.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "model/encoded_table.hpp"
#include "model/message.hpp"
#include "model/message_properties.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

constexpr std::int64_t kYear = 365LL * 24 * 3'600'000;

/// A message for the queue "jobs", by the default exchange.
Delayed later(std::int64_t delay_ms, const runtime::Shard& here, std::string_view body,
              std::optional<PropertyValue> header = std::nullopt) {
  Timestamp now = here.clock().wall_now();
  std::vector<std::byte> headers;
  WHARF_ASSERT(encode_properties(headers, {{"x-delay", header.value_or(delay_ms)}}) == TableFault::kNone);
  BatchBuilder builder(BatchOptions{});
  append_message(builder,
                 {.origin = Protocol::kAmqp091, .routing_key = "jobs", .properties = headers, .body = as_bytes(body)},
                 now);
  return {.envelope = {.due = Timestamp{now.ms + delay_ms}, .name_space = "/", .exchange = ""},
          .batch = *builder.finish()};
}

runtime::Task<void> declare_jobs(Node* node, runtime::Shard* here) {
  QueueDeclaration jobs;
  jobs.name = "jobs";
  jobs.durable = true;
  auto declared = co_await node->entities().declare_queue(*here, "/", std::move(jobs));
  EXPECT_TRUE(declared);
}

runtime::Task<void> schedule(Node* node, runtime::Shard* here, std::vector<Delayed> messages,
                             std::vector<ScheduledId>* ids) {
  auto kept = co_await node->delays().schedule(*here, std::move(messages));
  for (Result<ScheduledId>& one : kept) {
    EXPECT_TRUE(one) << one.error().message;
    if (one) ids->push_back(*one);
  }
}

/// Waits for the next one in "jobs".
runtime::Task<void> take(Node* node, runtime::Shard* here, std::string* body, std::int64_t* delay) {
  QueueRef jobs = node->entities().find(*here, "/")->queue("jobs")->ref;
  queue::ConsumerId holder = node->queues().new_consumer_id(*here);
  runtime::Signal pause(*here);
  while (true) {
    auto got = co_await node->queues().get(*here, jobs, holder, true);
    EXPECT_TRUE(got);
    if (!got) co_return;
    if (*got) {
      const Record& record = (*got)->delivery.record;
      *body = as_text(*record.value);
      PropertyTable headers = properties_of(record);
      const PropertyValue* value = find_property(headers, "x-delay");
      *delay = value == nullptr ? 0 : integer_of(*value).value_or(0);
      break;
    }
    [[maybe_unused]] bool notified = co_await pause.wait_until(here->now() + Milliseconds(5));
  }
  co_await node->queues().release(*here, jobs, holder);
}

runtime::Task<void> list_all(Node* node, runtime::Shard* here, std::optional<std::string> name_space,
                             std::vector<Scheduled>* into) {
  ScheduledQuery query{.limit = 2, .name_space = std::move(name_space)};
  do {
    auto page = co_await node->delays().list(*here, query);
    EXPECT_TRUE(page);
    if (!page) co_return;
    EXPECT_LE(page->messages.size(), 2u);
    for (Scheduled& one : page->messages) into->push_back(std::move(one));
    query.after = page->next;
  } while (query.after);
}

runtime::Task<void> cancel(Node* node, runtime::Shard* here, ScheduledId id, Result<void>* outcome) {
  *outcome = co_await node->delays().cancel(*here, id);
}

TEST(NodeDelays, AMessageReachesItsQueueWhenItIsDueWithTheSignOfItsDelayTurned) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  Node* node = &running.node();
  runtime::Shard* here = &running.shard(1);
  running.on(1, declare_jobs(node, here));
  std::vector<ScheduledId> ids;
  Timestamp begun = here->clock().wall_now();  // by the clock that delays go by, to the millisecond
  std::vector<Delayed> messages;
  messages.push_back(later(120, *here, "second"));
  messages.push_back(later(60, *here, "first"));
  running.on(1, schedule(node, here, std::move(messages), &ids));
  for (const auto& [expected, expected_delay] : {std::pair("first", -60), std::pair("second", -120)}) {
    std::string body;
    std::int64_t delay = 0;
    running.on(1, take(node, here, &body, &delay));
    EXPECT_EQ(body, expected);
    EXPECT_EQ(delay, expected_delay);
    EXPECT_GE(here->clock().wall_now().ms - begun.ms, -expected_delay);
  }
}

TEST(NodeDelays, ADelayThatWasATextOrAFractionIsANegativeIntegerAfterwards) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 1);
  Node* node = &running.node();
  runtime::Shard* here = &running.shard(0);
  running.on(0, declare_jobs(node, here));
  std::vector<ScheduledId> ids;
  std::vector<Delayed> messages;
  messages.push_back(later(10, *here, "text", PropertyValue("10")));
  messages.push_back(later(20, *here, "fraction", PropertyValue(20.9)));
  running.on(0, schedule(node, here, std::move(messages), &ids));
  for (std::int64_t expected : {-10, -20}) {
    std::string body;
    std::int64_t delay = 0;
    running.on(0, take(node, here, &body, &delay));
    EXPECT_EQ(delay, expected) << body;
  }
}

runtime::Task<void> create_log(Node* node, runtime::Shard* here, PartitionId* partition) {
  auto made = co_await node->catalogue().create_topic(*here, {.name = "jobs", .partitions = 1, .overrides = {}});
  EXPECT_TRUE(made);
  if (made) *partition = (*made)->partition(0);
}

runtime::Task<void> wait_until_empty(Node* node, runtime::Shard* here) {
  runtime::Signal pause(*here);
  while (true) {
    std::uint64_t waiting = co_await node->delays().pending(*here);
    if (waiting == 0) co_return;
    [[maybe_unused]] bool notified = co_await pause.wait_until(here->now() + Milliseconds(5));
  }
}

runtime::Task<void> count_log(Node* node, runtime::Shard* here, PartitionId partition, std::int64_t* count) {
  auto marks = co_await node->read().marks(*here, partition);
  EXPECT_TRUE(marks);
  if (marks) *count = marks->high_watermark.value;
}

TEST(NodeDelays, WhatIsDueTogetherGoesIntoALogAlthoughItIsTooMuchForOneOfItsBatches) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  Node* node = &running.node();
  runtime::Shard* here = &running.shard(1);
  PartitionId partition;
  running.on(1, create_log(node, here, &partition));
  std::vector<ScheduledId> ids;
  std::vector<Delayed> messages;
  for (int i = 0; i < 8; ++i) messages.push_back(later(10, *here, std::string(300'000, 'x')));
  running.on(1, schedule(node, here, std::move(messages), &ids));
  running.on(1, wait_until_empty(node, here));
  std::int64_t count = 0;
  running.on(1, count_log(node, here, partition, &count));
  EXPECT_EQ(count, 8);
}

TEST(NodeDelays, WhatWaitsIsListedAndCancelledAfterARestartWithAnotherNumberOfShards) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  std::vector<ScheduledId> ids;
  {
    NodeThreads running(files, 3);
    running.on(0, declare_jobs(&running.node(), &running.shard(0)));
    for (std::size_t shard = 0; shard < 3; ++shard) {
      std::vector<Delayed> messages;
      for (int years : {1, 3}) messages.push_back(later(years * kYear, running.shard(shard), "far"));
      messages.push_back(later(1, running.shard(shard), fmt::format("soon-{}", shard)));
      running.on(shard, schedule(&running.node(), &running.shard(shard), std::move(messages), &ids));
    }
  }
  NodeThreads running(files, 2);
  Node* node = &running.node();
  std::set<std::string> came;
  for (int i = 0; i < 3; ++i) {
    std::string body;
    std::int64_t delay = 0;
    running.on(0, take(node, &running.shard(0), &body, &delay));
    came.insert(body);
  }
  EXPECT_EQ(came, (std::set<std::string>{"soon-0", "soon-1", "soon-2"}));
  std::vector<Scheduled> all, elsewhere;
  running.on(1, list_all(node, &running.shard(1), std::nullopt, &all));
  running.on(1, list_all(node, &running.shard(1), "other", &elsewhere));
  EXPECT_TRUE(elsewhere.empty());
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0].routing_key, "jobs");
  EXPECT_EQ(all[0].name_space, "/");
  EXPECT_EQ(all[0].body_bytes, 3u);
  EXPECT_GT(all[0].due, running.shard(0).clock().wall_now());
  Result<void> cancelled, again;
  running.on(1, cancel(node, &running.shard(1), all[0].id, &cancelled));
  running.on(0, cancel(node, &running.shard(0), all[0].id, &again));
  EXPECT_TRUE(cancelled);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
  ScheduledId nowhere = all[0].id;
  nowhere.bucket.generation ^= 1;
  running.on(0, cancel(node, &running.shard(0), nowhere, &again));
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
  std::vector<Scheduled> left;
  running.on(0, list_all(node, &running.shard(0), "/", &left));
  EXPECT_EQ(left.size(), 5u);
}

TEST(NodeDelays, WhatWaitsInADeletedNamespaceIsNotSentInTheNextOneOfItsName) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  Node* node = &running.node();
  running.on(0, create_namespace(node, &running.shard(0), "v"));
  std::vector<ScheduledId> ids;
  for (std::size_t shard = 0; shard < 2; ++shard) {
    std::vector<Delayed> messages;
    for (int i = 0; i < 2'000; ++i) messages.push_back(later(kYear + i, running.shard(shard), "far"));
    for (std::size_t i = 1; i < messages.size(); ++i) messages[i].envelope.name_space = "v";
    running.on(shard, schedule(node, &running.shard(shard), std::move(messages), &ids));
  }
  running.on(1, delete_namespace(node, &running.shard(1), "v"));
  running.on(1, create_namespace(node, &running.shard(1), "v"));
  std::vector<Scheduled> theirs, others;
  running.on(0, list_all(node, &running.shard(0), "v", &theirs));
  running.on(0, list_all(node, &running.shard(0), "/", &others));
  EXPECT_TRUE(theirs.empty());
  EXPECT_EQ(others.size(), 2u);
}

/// As a kill leaves them that comes when the namespace has gone, and they have not.
TEST(NodeDelays, WhatAnEarlierNamespaceLeftIsGoneWhenTheNextOneOfItsNameIsMade) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  Node* node = &running.node();
  std::vector<ScheduledId> ids;
  std::vector<Delayed> messages;
  messages.push_back(later(kYear, running.shard(1), "far"));
  messages.back().envelope.name_space = "v";
  running.on(1, schedule(node, &running.shard(1), std::move(messages), &ids));
  running.on(0, create_namespace(node, &running.shard(0), "v"));
  std::vector<Scheduled> theirs;
  running.on(0, list_all(node, &running.shard(0), "v", &theirs));
  EXPECT_TRUE(theirs.empty());
}

runtime::Task<void> follow_deletion(Node* node, runtime::Shard* here, std::vector<ScheduledId>* ids) {
  runtime::Signal pause(*here);
  while (node->entities().find(*here, "v")) {
    [[maybe_unused]] bool notified = co_await pause.wait_until(here->now() + Milliseconds(1));
  }
  co_await create_namespace(node, here, "v");
  std::vector<Delayed> messages;
  messages.push_back(later(2 * kYear, *here, "of the next one"));
  messages.back().envelope.name_space = "v";
  co_await schedule(node, here, std::move(messages), ids);
}

TEST(NodeDelays, ANamespaceThatIsMadeWhileTheLastOfItsNameStillEndsKeepsItsOwn) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  Node* node = &running.node();
  running.on(0, create_namespace(node, &running.shard(0), "v"));
  std::vector<ScheduledId> ids, next;
  for (int i = 0; i < 40; ++i) {
    std::vector<Delayed> messages;
    for (int j = 0; j < 100; ++j) messages.push_back(later(kYear + 100 * i + j, running.shard(1), "far"));
    for (Delayed& one : messages) one.envelope.name_space = "v";
    running.on(1, schedule(node, &running.shard(1), std::move(messages), &ids));
  }
  std::future<void> made = running.start(1, follow_deletion(node, &running.shard(1), &next));
  running.on(1, delete_namespace(node, &running.shard(1), "v"));
  made.wait();
  std::vector<Scheduled> theirs;
  running.on(0, list_all(node, &running.shard(0), "v", &theirs));
  EXPECT_EQ(theirs.size(), 1u);
}

runtime::Task<void> hasten(Node* node, runtime::Shard* here, ScheduledId id, Result<void>* outcome) {
  *outcome = co_await node->delays().hasten(*here, id);
}

TEST(NodeDelays, WhatIsHastenedComesAtOnceAndOnceAfterARestartToo) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  std::vector<ScheduledId> ids;
  {
    NodeThreads running(files, 2);
    running.on(0, declare_jobs(&running.node(), &running.shard(0)));
    std::vector<Delayed> messages;
    messages.push_back(later(kYear, running.shard(1), "next year's"));
    running.on(1, schedule(&running.node(), &running.shard(1), std::move(messages), &ids));
  }
  {
    NodeThreads running(files, 1);
    Result<void> hastened, again;
    running.on(0, hasten(&running.node(), &running.shard(0), ids[0], &hastened));
    EXPECT_TRUE(hastened);
    running.on(0, hasten(&running.node(), &running.shard(0), ids[0], &again));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
    std::string body;
    std::int64_t delay = 0;
    running.on(0, take(&running.node(), &running.shard(0), &body, &delay));
    EXPECT_EQ(body, "next year's");
  }
  NodeThreads running(files, 2);
  std::vector<Scheduled> left;
  running.on(0, list_all(&running.node(), &running.shard(0), std::nullopt, &left));
  EXPECT_TRUE(left.empty());
}

}  // namespace
}  // namespace wharf::broker
