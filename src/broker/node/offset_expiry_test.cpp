// Which committed offsets a whole node forgets when their time is over: those with no data left, and no others.
#include "broker/node/offset_data.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "cluster/replication/keyed_records.hpp"
#include "runtime/memory_files.hpp"
#include "runtime/signal.hpp"

namespace wharf::broker {
namespace {

using Topic = std::shared_ptr<const cluster::Topic>;

runtime::Task<Topic> topic_with_a_record(Node* node, runtime::Shard* here, std::string name) {
  auto made =
      co_await node->catalogue().create_topic(*here, {.name = std::move(name), .partitions = 1, .overrides = {}});
  EXPECT_TRUE(made);
  std::vector<cluster::KeyedRecord> record{{"key", "value"}};
  std::vector<PublishPart> parts;
  parts.push_back({(*made)->partition(0), *cluster::batch_of(record, here->clock().wall_now())});
  std::vector<Result<Published>> published = co_await node->publish().publish(
      *here, std::move(parts), Acknowledge::kCommitted, here->now() + Milliseconds(30'000));
  EXPECT_TRUE(published.front());
  co_return *made;
}

runtime::Task<void> commit(Node* node, runtime::Shard* here, std::string group, Topic topic, TopicId topic_id) {
  groups::CommitOffsets request{.group_id = std::move(group),
                                .topics = {{topic->name, topic_id, {{0, Offset(1), kNoLeaderEpoch, ""}}}}};
  auto answer = co_await node->groups().ask<groups::CommitOffsetsResponse>(*here, std::move(request));
  EXPECT_EQ(answer.topics.size(), 1u);
}

runtime::Task<void> a_moment(runtime::Shard* here) {
  runtime::Signal pause(*here);
  [[maybe_unused]] bool notified = co_await pause.wait_until(here->now() + Milliseconds(1));
}

runtime::Task<void> until_forgotten(Node* node, runtime::Shard* here, std::string group) {
  std::vector<groups::FetchedTopic> offsets = co_await node->groups().fetch_all_offsets(*here, group);
  while (!offsets.empty()) {
    co_await a_moment(here);
    offsets = co_await node->groups().fetch_all_offsets(*here, group);
  }
}

runtime::Task<void> expect_kept(Node* node, runtime::Shard* here, std::string group) {
  std::vector<groups::FetchedTopic> offsets = co_await node->groups().fetch_all_offsets(*here, group);
  EXPECT_EQ(offsets.size(), 1u) << group;
}

/// Each group has read one topic to its end, and is over by time from its first moment on.
runtime::Task<void> expire(Node* node, runtime::Shard* here) {
  Topic full = co_await topic_with_a_record(node, here, "full");
  Topic emptied = co_await topic_with_a_record(node, here, "emptied");
  co_await commit(node, here, "reads-full", full, full->id);
  co_await commit(node, here, "reads-full-by-name", full, TopicId{});
  co_await commit(node, here, "reads-emptied", emptied, emptied->id);
  co_await commit(node, here, "reads-an-earlier-one", full, emptied->id);
  co_await until_forgotten(node, here, "reads-an-earlier-one");
  co_await expect_kept(node, here, "reads-emptied");

  Result<Offset> low = co_await node->operate().delete_records(*here, emptied->partition(0), Offset(1));
  EXPECT_TRUE(low);
  co_await until_forgotten(node, here, "reads-emptied");
  co_await expect_kept(node, here, "reads-full");
  co_await expect_kept(node, here, "reads-full-by-name");
}

TEST(OffsetExpiry, OffsetsStayWhileTheirPartitionHasAnyDataAndWhatIsForgottenIsTold) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2, {}, {{"offsets.retention.ms", "1"}, {"offsets.retention.check.interval.ms", "5"}});
  running.on(1, expire(&running.node(), &running.shard(1)));
  while (running.log().with("among_them=reads-emptied").empty()) running.on(1, a_moment(&running.shard(1)));
  EXPECT_TRUE(running.log().with("among_them=reads-full").empty());
}

}  // namespace
}  // namespace wharf::broker
