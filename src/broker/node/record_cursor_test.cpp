// A log read record by record in a whole node: on real shards, the reader on another one than the log.
#include "broker/record_cursor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using testing::ElementsAre;

constexpr std::size_t kShards = 3;

/// Runs with a topic's only partition, from a shard that does not own it.
struct Reader {
  Node* node;
  runtime::Shard* here;
  PartitionId partition;
};

runtime::Task<void> make_topic(Node* node, runtime::Shard* here, PartitionId* into) {
  auto made = co_await node->catalogue().create_topic(*here, {.name = "s", .partitions = 1, .overrides = {}});
  EXPECT_TRUE(made);
  if (made) *into = (*made)->partition(0);
}

runtime::Task<void> append(Reader to, Compression compression, std::vector<std::string> values) {
  BatchBuilder builder({.compression = compression});
  for (const std::string& value : values) {
    builder.append(
        {.timestamp = Timestamp{1'767'225'600'000}, .key = std::nullopt, .value = as_bytes(value), .headers = {}});
  }
  std::vector<PublishPart> parts;
  parts.push_back({to.partition, log::own(*builder.finish())});
  auto published = co_await to.node->publish().publish(*to.here, std::move(parts), Acknowledge::kCommitted,
                                                       to.here->now() + std::chrono::seconds(30));
  EXPECT_TRUE(published.front());
}

/// "offset value" of each, until there are so many.
runtime::Task<void> read(Reader from, Offset offset, std::size_t count, std::vector<std::string>* into) {
  RecordCursor cursor(from.node->read(), *from.here, from.partition, offset, 256);
  while (into->size() < count) {
    Result<std::vector<CursorRecord>> some = co_await cursor.next({});
    EXPECT_TRUE(some);
    if (!some) co_return;
    for (const CursorRecord& one : *some) {
      into->push_back(fmt::format("{} {}", one.record.offset.value, as_text(*one.record.value)));
    }
  }
}

runtime::Task<void> until_gone(Reader reader) {
  co_await reader.node->read().until_gone(*reader.here, reader.partition, {});
}

runtime::Task<void> remove_topic(Node* node, runtime::Shard* here, TopicId topic) {
  Result<void> removed = co_await node->catalogue().remove_topic(*here, topic);
  EXPECT_TRUE(removed);
}

runtime::Task<void> read_gone(Reader from) {
  RecordCursor cursor(from.node->read(), *from.here, from.partition, Offset(0), 256);
  Result<std::vector<CursorRecord>> some = co_await cursor.next({});
  EXPECT_EQ(some ? ErrorCode::kInternal : some.error().code, ErrorCode::kNotFound);
}

runtime::Task<void> stopped(Reader from, std::stop_token stop) {
  RecordCursor cursor(from.node->read(), *from.here, from.partition, Offset(0), 256);
  Result<std::vector<CursorRecord>> some = co_await cursor.next(stop);
  EXPECT_TRUE(some && some->empty());
}

class RecordCursors : public testing::Test {
 protected:
  Reader reader(NodeThreads& running) {
    std::size_t owner = NodeShards::owner_index(partition_, kShards);
    return {&running.node(), &running.shard((owner + 1) % kShards), partition_};
  }
  void on_reader(NodeThreads& running, runtime::Task<void> task) {
    running.on(reader(running).here->index().value, std::move(task));
  }

  runtime::MemoryFileSystem files_{std::uint64_t{1} << 30};
  PartitionId partition_;
};

TEST_F(RecordCursors, GiveRecordsOfEveryBatchAlsoAfterARestart) {
  std::vector<std::string> seen;
  {
    NodeThreads running(files_, kShards);
    running.on(0, make_topic(&running.node(), &running.shard(0), &partition_));
    on_reader(running, append(reader(running), Compression::kNone, {"a", "b"}));
    on_reader(running, append(reader(running), Compression::kZstd, {"c", "d"}));
    on_reader(running, append(reader(running), Compression::kGzip, {"e"}));
    on_reader(running, read(reader(running), Offset(0), 5, &seen));
    EXPECT_THAT(seen, ElementsAre("0 a", "1 b", "2 c", "3 d", "4 e"));
  }
  NodeThreads running(files_, kShards);
  seen.clear();
  on_reader(running, read(reader(running), Offset(3), 2, &seen));  // from files, from within a batch
  EXPECT_THAT(seen, ElementsAre("3 d", "4 e"));
  seen.clear();
  on_reader(running, read(reader(running), Offset(0), 5, &seen));
  EXPECT_EQ(seen.size(), 5u);
}

TEST_F(RecordCursors, AreWokenByTheAppendAndByTheEnd) {
  NodeThreads running(files_, kShards);
  running.on(0, make_topic(&running.node(), &running.shard(0), &partition_));
  Reader from = reader(running);
  std::size_t here = from.here->index().value;
  std::vector<std::string> seen;
  std::future<void> reading = running.start(here, read(from, Offset(0), 1, &seen));
  std::future<void> ending = running.start(here, until_gone(from));
  on_reader(running, append(from, Compression::kNone, {"late"}));
  reading.wait();
  EXPECT_THAT(seen, ElementsAre("0 late"));
  EXPECT_EQ(ending.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  running.on(0, remove_topic(&running.node(), &running.shard(0), partition_.topic));
  ending.wait();
  on_reader(running, read_gone(from));
}

TEST_F(RecordCursors, EndWhenNobodyWantsTheAnswerAnyMore) {
  NodeThreads running(files_, kShards);
  running.on(0, make_topic(&running.node(), &running.shard(0), &partition_));
  Reader from = reader(running);
  std::stop_source stop;
  std::future<void> reading = running.start(from.here->index().value, stopped(from, stop.get_token()));
  from.here->post([stop]() mutable { stop.request_stop(); });
  reading.wait();
}

}  // namespace
}  // namespace wharf::broker
