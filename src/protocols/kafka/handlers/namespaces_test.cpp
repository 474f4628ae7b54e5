// Topics of other namespaces than Kafka's are neither seen nor reached.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"
#include "protocols/kafka/handlers/topic_lookup.hpp"

namespace wharf::kafka {
namespace {

using testing::ElementsAre;

/// "a" in the default namespace; "a" and "secret" in another one.
struct TopicsOfOthers : testing::Test {
  DoorUnderTest door;
  std::shared_ptr<const cluster::Topic> ours = door.create("a");
  std::shared_ptr<const cluster::Topic> theirs = door.create({.name = "a", .partitions = 1, .name_space = "shop"});
  std::shared_ptr<const cluster::Topic> secret = door.create({.name = "secret", .partitions = 1, .name_space = "shop"});

  std::vector<MetadataResponse::Topic> metadata(std::optional<std::vector<MetadataRequest::Topic>> topics) {
    MetadataRequest request;
    request.topics = std::move(topics);
    request.allow_auto_topic_creation = false;
    return door.ask(request, 12).topics;
  }
};

TEST_F(TopicsOfOthers, AreNotInMetadata) {
  std::vector<MetadataResponse::Topic> all = metadata(std::nullopt);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].topic_id, ours->id);
  std::vector<MetadataResponse::Topic> asked = metadata({{{.topic_id = {}, .name = "a"},
                                                          {.topic_id = {}, .name = "secret"},
                                                          {.topic_id = theirs->id, .name = std::nullopt},
                                                          {.topic_id = ours->id, .name = std::nullopt}}});
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(asked[0].topic_id, ours->id);
  EXPECT_EQ(asked[1].error_code, KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(asked[2].error_code, KafkaError::kUnknownTopicId);
  EXPECT_EQ(asked[3].error_code, KafkaError::kNone);
}

TEST_F(TopicsOfOthers, AreNotFoundByTheirIds) {
  const cluster::TopicTable& topics = *door.catalogue.topics(door.shard());
  EXPECT_EQ(find_topic(topics, "", theirs->id, true).error, KafkaError::kUnknownTopicId);
  EXPECT_EQ(find_topic(topics, theirs->id), nullptr);
  EXPECT_EQ(find_topic(topics, ours->id), ours);
}

TEST_F(TopicsOfOthers, AreNotDeleted) {
  DeleteTopicsRequest request{.topics = {{std::nullopt, theirs->id}, {"secret", TopicId{}}}};
  std::vector<DeleteTopicsResponse::Topic> answers = door.ask(request, 6).responses;
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].error_code, KafkaError::kUnknownTopicId);
  EXPECT_EQ(answers[0].name, std::nullopt);
  EXPECT_EQ(answers[1].error_code, KafkaError::kUnknownTopicOrPartition);
  EXPECT_TRUE(door.catalogue.topics(door.shard())->find(theirs->id));
}

TEST_F(TopicsOfOthers, TakeNoNameAway) {
  CreateTopicsRequest request{.topics = {{.name = "secret", .num_partitions = 1, .replication_factor = 1}}};
  EXPECT_EQ(door.ask(request, 5).topics.at(0).error_code, KafkaError::kNone);
  EXPECT_NE(door.topic("secret"), secret);
}

TEST_F(TopicsOfOthers, AreNotInTheDescriptionOfLogDirs) {
  door.operate.use = {
      "/data", 1000, 600, {{theirs->partition(0), 30}, {ours->partition(0), 20}, {secret->partition(0), 10}}};
  std::vector<DescribeLogDirsResponse::Topic> described =
      door.ask(DescribeLogDirsRequest{std::nullopt}, 4).results.at(0).topics;
  ASSERT_EQ(described.size(), 1u);
  EXPECT_THAT(described[0].partitions, ElementsAre(DescribeLogDirsResponse::Partition{
                                           .partition_index = PartitionIndex(0), .partition_size = 20}));
}

}  // namespace
}  // namespace wharf::kafka
