// Which committed offsets a whole node forgets when their time is over: those with no data left, and no others.
#include "broker/node/offset_data.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "model/record_batch_builder.hpp"
#include "runtime/memory_files.hpp"
#include "runtime/signal.hpp"

namespace wharf::broker {
namespace {

using Topic = std::shared_ptr<const cluster::Topic>;

runtime::Task<Topic> topic_with_a_record(Node* node, runtime::Shard* here, std::string name) {
  auto made =
      co_await node->catalogue().create_topic(*here, {.name = std::move(name), .partitions = 1, .overrides = {}});
  EXPECT_TRUE(made);
  BatchBuilder builder(BatchOptions{});
  builder.append({.timestamp = Timestamp{1}, .key = {}, .value = as_bytes("v"), .headers = {}});
  std::vector<std::byte> batch = *builder.finish();
  auto owner = std::make_shared_for_overwrite<std::byte[]>(batch.size());
  std::ranges::copy(batch, owner.get());
  std::vector<PublishPart> parts;
  parts.push_back({(*made)->partition(0), {.owner = owner, .bytes = {owner.get(), batch.size()}}});
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

runtime::Task<void> until_forgotten(Node* node, runtime::Shard* here, std::string group) {
  runtime::Signal pause(*here);
  std::vector<groups::FetchedTopic> offsets = co_await node->groups().fetch_all_offsets(*here, group);
  while (!offsets.empty()) {
    [[maybe_unused]] bool notified = co_await pause.wait_until(here->now() + Milliseconds(1));
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
  EXPECT_FALSE(running.log().with("among_them=reads-emptied").empty());
  EXPECT_TRUE(running.log().with("among_them=reads-full").empty());
}

}  // namespace
}  // namespace wharf::broker
