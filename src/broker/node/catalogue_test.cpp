// The catalogue of a whole node: what goes with a topic.
#include "broker/node/catalogue.hpp"

#include <gtest/gtest.h>

#include "broker/node/node_testing.hpp"
#include "runtime/memory_files.hpp"

namespace wharf::broker {
namespace {

using groups::CommitOffsets;
using groups::CommitOffsetsResponse;

runtime::Task<void> commit(Node* node, runtime::Shard* here, TopicId topic) {
  CommitOffsets request{.group_id = "g", .topics = {{"orders", topic, {{0, Offset(5), kNoLeaderEpoch, ""}}}}};
  CommitOffsetsResponse answer = co_await node->groups().ask<CommitOffsetsResponse>(*here, std::move(request));
  EXPECT_EQ(answer.topics.size(), 1u);
}

/// Whoever removes it: no protocol has to think of them.
runtime::Task<void> remove(Node* node, runtime::Shard* here) {
  auto made = co_await node->catalogue().create_topic(*here, {.name = "orders", .partitions = 1, .overrides = {}});
  EXPECT_TRUE(made);
  co_await commit(node, here, (*made)->id);
  std::vector<groups::FetchedTopic> offsets = co_await node->groups().fetch_all_offsets(*here, "g");
  EXPECT_EQ(offsets.size(), 1u);
  Result<void> removed = co_await node->catalogue().remove_topic(*here, (*made)->id);
  EXPECT_TRUE(removed);
  runtime::Signal pause(*here);
  while (!offsets.empty()) {
    [[maybe_unused]] bool notified = co_await pause.wait_until(here->now() + Milliseconds(1));
    offsets = co_await node->groups().fetch_all_offsets(*here, "g");
  }
}

TEST(NodeCatalogue, ATopicTakesAlongWhatGroupsHaveCommittedOnIt) {
  runtime::MemoryFileSystem files(std::uint64_t{1} << 30);
  NodeThreads running(files, 2);
  running.on(1, remove(&running.node(), &running.shard(1)));
}

}  // namespace
}  // namespace wharf::broker
