#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using testing::ElementsAre;
using Response = DescribeTopicPartitionsResponse;
using Cursor = std::optional<DescribeTopicPartitionsRequest::Cursor>;

Cursor at(std::string topic, std::int32_t partition) {
  return {{std::move(topic), PartitionIndex(partition)}};
}

struct Pages : testing::Test {
  Pages() {
    door.create("b", 3);
    door.create("a", 3);
  }
  Response page(std::vector<std::string> names, std::int32_t limit, Cursor cursor = std::nullopt) {
    DescribeTopicPartitionsRequest request{.response_partition_limit = limit, .cursor = std::move(cursor)};
    for (std::string& name : names) request.topics.push_back({std::move(name)});
    return door.ask(std::move(request), 0);
  }
  /// "a0 a1 b! | b 0": partitions, topics with an error, and where the next page begins.
  static std::string told(const Response& response) {
    std::vector<std::string> words;
    for (const Response::Topic& topic : response.topics) {
      if (topic.error_code != KafkaError::kNone) words.push_back(*topic.name + "!");
      for (const auto& partition : topic.partitions)
        words.push_back(*topic.name + std::to_string(partition.partition_index.value));
    }
    if (response.next_cursor) {
      words.push_back("| " + response.next_cursor->topic_name + " " +
                      std::to_string(response.next_cursor->partition_index.value));
    }
    return fmt::format("{}", fmt::join(words, " "));
  }
  DoorUnderTest door;
};

TEST_F(Pages, AreInTheOrderOfNamesAndEndWhereTheyAreFull) {
  EXPECT_EQ(told(page({"b", "a"}, 2000)), "a0 a1 a2 b0 b1 b2");
  EXPECT_EQ(told(page({"b", "a"}, 3)), "a0 a1 a2 | b 0");
  EXPECT_EQ(told(page({"b", "a"}, 4)), "a0 a1 a2 b0 | b 1");
  EXPECT_EQ(told(page({"b", "a"}, 6)), "a0 a1 a2 b0 b1 b2");
  EXPECT_EQ(told(page({}, 4)), "a0 a1 a2 b0 | b 1");
  EXPECT_EQ(told(page({"a", "a"}, 2000)), "a0 a1 a2");
}

TEST_F(Pages, BeginAtTheCursor) {
  EXPECT_EQ(told(page({"b", "a"}, 2, at("a", 2))), "a2 b0 | b 1");
  EXPECT_EQ(told(page({"b", "a"}, 2, at("b", 2))), "b2");
  EXPECT_EQ(told(page({"b", "a"}, 2, at("a", 3))), "b0 b1 | b 2");
  EXPECT_EQ(told(page({"b", "a"}, 2, at("a", std::numeric_limits<std::int32_t>::max()))), "b0 b1 | b 2");
  EXPECT_EQ(told(page({}, 2, at("aa", 0))), "b0 b1 | b 2");
  EXPECT_EQ(told(page({"a", "aa"}, 2, at("aa", 1))), "aa!");
}

TEST_F(Pages, HoldAtLeastOnePartition) {
  EXPECT_EQ(told(page({"a"}, 0)), "a0 | a 1");
  EXPECT_EQ(told(page({"a"}, -1)), "a0 | a 1");
}

TEST_F(Pages, HoldAtMostTwoThousandPartitions) {
  door.create("large", 2001);
  EXPECT_EQ(page({"large"}, 1'000'000).next_cursor, (Response::Cursor{"large", PartitionIndex(2000)}));
}

TEST_F(Pages, TellOfTopicsThatAreNotHere) {
  Response response = page({"a", "nobody", "a/b"}, 2000);
  EXPECT_EQ(told(response), "a0 a1 a2 a/b! nobody!");
  EXPECT_EQ(response.topics[1].error_code, KafkaError::kInvalidTopicException);
  EXPECT_EQ(response.topics[2].error_code, KafkaError::kUnknownTopicOrPartition);
}

TEST_F(Pages, ACursorOutsideOfTheRequestIsRefused) {
  for (const Cursor& cursor : {at("b", 0), at("a", -1)}) {
    Response response = page({"a"}, 2, cursor);
    ASSERT_EQ(response.topics.size(), 1u);
    EXPECT_EQ(response.topics[0].error_code, KafkaError::kInvalidRequest);
    EXPECT_EQ(response.topics[0].name, "a");
  }
}

TEST_F(Pages, DescribeEachPartitionAsThisNodes) {
  Response::Topic topic = page({"a"}, 1).topics.at(0);
  EXPECT_EQ(topic.topic_id, door.topic("a")->id);
  EXPECT_EQ(topic.topic_authorized_operations, 3576);  // Kafka's number for all of them
  const Response::Partition& partition = topic.partitions.at(0);
  EXPECT_EQ(partition.leader_id, DoorUnderTest::kNode);
  EXPECT_THAT(partition.replica_nodes, ElementsAre(DoorUnderTest::kNode));
  EXPECT_THAT(partition.isr_nodes, ElementsAre(DoorUnderTest::kNode));
  EXPECT_TRUE(partition.eligible_leader_replicas && partition.eligible_leader_replicas->empty());
}

}  // namespace
}  // namespace wharf::kafka
