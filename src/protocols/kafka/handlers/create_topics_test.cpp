#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using testing::HasSubstr;
using Topic = CreateTopicsRequest::Topic;
using Answer = CreateTopicsResponse::Topic;

Topic named(std::string name) {
  return {.name = std::move(name), .num_partitions = 1, .replication_factor = 1};
}
Topic with_config(std::string key, std::optional<std::string> value) {
  Topic topic = named("a");
  topic.configs.push_back({std::move(key), std::move(value)});
  return topic;
}
Topic assigned(std::vector<std::pair<int, std::vector<NodeId>>> rows) {
  Topic topic{.name = "a", .num_partitions = -1, .replication_factor = -1};
  for (auto& [partition, nodes] : rows) topic.assignments.push_back({PartitionIndex(partition), std::move(nodes)});
  return topic;
}

std::vector<Answer> create(DoorUnderTest& door, std::vector<Topic> topics, std::int16_t version = 7,
                           bool validate_only = false) {
  return door.ask(CreateTopicsRequest{.topics = std::move(topics), .validate_only = validate_only}, version).topics;
}
Answer create_one(DoorUnderTest& door, Topic topic, std::int16_t version = 7, bool validate_only = false) {
  std::vector<Answer> answers = create(door, {std::move(topic)}, version, validate_only);
  WHARF_ASSERT(answers.size() == 1);
  return answers[0];
}

constexpr NodeId kNode = DoorUnderTest::kNode;

struct Refusal {
  Topic topic;
  KafkaError error;
  std::string sentence;  // as Kafka 4.3.1 says it, where ours is a copy
};

std::vector<Refusal> refusals() {
  using enum KafkaError;
  Topic no_partitions = named("a"), less_than_default = named("a"), no_replicas = named("a"),
        three_replicas = named("a");
  no_partitions.num_partitions = 0;
  less_than_default.num_partitions = -2;
  no_replicas.replication_factor = 0;
  three_replicas.replication_factor = 3;
  Topic counted = assigned({{0, {kNode}}}), replicated = assigned({{0, {kNode}}});
  counted.num_partitions = 1;
  replicated.replication_factor = 1;
  return {
      {named(""), kInvalidTopicException, "Topic name is invalid: the empty string is not allowed"},
      {named("a/b"), kInvalidTopicException, "Topic name is invalid: 'a/b' contains one or more characters other than"},
      {named("__cluster_metadata"), kInvalidRequest, "Creation of internal topic __cluster_metadata is prohibited."},
      {no_partitions, kInvalidPartitions, "Number of partitions was set to an invalid non-positive value."},
      {less_than_default, kInvalidPartitions, "Number of partitions was set to an invalid non-positive value."},
      {no_replicas, kInvalidReplicationFactor,
       "Replication factor must be larger than 0, or -1 to use the default value."},
      {three_replicas, kInvalidReplicationFactor,
       "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only "
       "1 "
       "broker(s) are registered."},
      {with_config("no.such", "1"), kInvalidConfig, "no.such"},
      {with_config("retention.ms", "x"), kInvalidConfig, "retention.ms"},
      {with_config("retention.ms", std::nullopt), kInvalidConfig,
       "Null value not supported for topic configs: retention.ms"},
      {counted, kInvalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1."},
      {replicated, kInvalidRequest,
       "A manual partition assignment was specified, but replication factor was not set to -1."},
      {assigned({{0, {NodeId(77)}}}), kInvalidReplicaAssignment,
       "The manual partition assignment includes broker 77, but no such broker is registered."},
      {assigned({{0, {kNode, kNode}}}), kInvalidReplicaAssignment,
       "The manual partition assignment includes the broker 1 more than once."},
      {assigned({{0, {}}}), kInvalidReplicaAssignment,
       "The manual partition assignment includes an empty replica list."},
      {assigned({{0, {kNode}}, {0, {kNode}}}), kInvalidReplicaAssignment,
       "Found multiple manual partition assignments for partition 0"},
      {assigned({{1, {kNode}}}), kInvalidReplicaAssignment,
       "partitions should be a consecutive 0-based integer sequence"},
      {assigned({{0, {kNode}}, {2, {kNode}}}), kInvalidReplicaAssignment,
       "partitions should be a consecutive 0-based integer sequence"},
      {assigned({{-1, {kNode}}}), kInvalidReplicaAssignment,
       "partitions should be a consecutive 0-based integer sequence"},
  };
}

TEST(CreateTopics, RefusesEachFaultWithKafkasCodeAndSentenceInEveryVersion) {
  DoorUnderTest door;
  for (const Refusal& refusal : refusals()) {
    for (std::int16_t version = 0; version <= 7; ++version) {
      SCOPED_TRACE(refusal.sentence);
      Answer answer = create_one(door, refusal.topic, version);
      EXPECT_EQ(answer.error_code, refusal.error);
      EXPECT_THAT(answer.error_message.value_or(""), HasSubstr(refusal.sentence));
      EXPECT_EQ(answer.num_partitions, -1);
      EXPECT_TRUE(answer.topic_id.is_zero());
      EXPECT_EQ(door.topic(refusal.topic.name), nullptr);
    }
  }
}

TEST(CreateTopics, AnswersWithTheIdTheCountsAndEverySetting) {
  DoorUnderTest door;
  Topic topic = with_config("retention.ms", " 12345 ");
  topic.num_partitions = 3;
  Answer answer = create_one(door, topic);
  EXPECT_EQ(answer.error_code, KafkaError::kNone);
  EXPECT_EQ(answer.error_message, std::nullopt);
  EXPECT_EQ(answer.topic_id, door.topic("a")->id);
  EXPECT_EQ(answer.num_partitions, 3);
  EXPECT_EQ(answer.replication_factor, 1);
  ASSERT_TRUE(answer.configs);
  EXPECT_GT(answer.configs->size(), 30u);
  auto retention = std::ranges::find(*answer.configs, "retention.ms", &CreateTopicsResponse::Config::name);
  EXPECT_EQ(retention->value, "12345");
  EXPECT_EQ(retention->config_source, 1);
  auto policy = std::ranges::find(*answer.configs, "cleanup.policy", &CreateTopicsResponse::Config::name);
  EXPECT_EQ(policy->value, "delete");
  EXPECT_EQ(policy->config_source, 5);
}

TEST(CreateTopics, TakesTheServersDefaultsForMinusOne) {
  DoorUnderTest door({{"num.partitions", "4"}});
  EXPECT_EQ(create_one(door, {.name = "a", .num_partitions = -1, .replication_factor = -1}, 4).error_code,
            KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->partitions, 4);
}

TEST(CreateTopics, CountsThePartitionsOfAnAssignment) {
  DoorUnderTest door;
  EXPECT_EQ(create_one(door, assigned({{1, {kNode}}, {0, {kNode}}})).num_partitions, 2);
  EXPECT_EQ(door.topic("a")->partitions, 2);
}

TEST(CreateTopics, OneRefusedTopicDoesNotStopTheOthers) {
  DoorUnderTest door;
  std::vector<Answer> answers = create(door, {named("a"), named("b/c"), named("d")});
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].error_code, KafkaError::kNone);
  EXPECT_EQ(answers[1].error_code, KafkaError::kInvalidTopicException);
  EXPECT_EQ(answers[2].error_code, KafkaError::kNone);
  EXPECT_NE(door.topic("d"), nullptr);
}

TEST(CreateTopics, ANameTwiceInOneRequestIsRefusedOnceAndNotMade) {
  DoorUnderTest door;
  std::vector<Answer> answers = create(door, {named("a"), named("b"), named("a")});
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].name, "a");
  EXPECT_EQ(answers[0].error_code, KafkaError::kInvalidRequest);
  EXPECT_EQ(answers[0].error_message, "Duplicate topic name.");
  EXPECT_EQ(answers[1].error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a"), nullptr);
}

TEST(CreateTopics, AnExistingNameIsToldSoWhateverElseIsWrong) {
  DoorUnderTest door;
  door.create("a");
  for (const Topic& topic : {named("a"), with_config("retention.ms", std::nullopt), with_config("retention.ms", "x")}) {
    for (bool validate_only : {false, true}) {
      Answer answer = create_one(door, topic, 7, validate_only);
      EXPECT_EQ(answer.error_code, KafkaError::kTopicAlreadyExists);
      EXPECT_EQ(answer.error_message, "Topic 'a' already exists.");
    }
  }
}

TEST(CreateTopics, NamesThatDifferOnlyInDotsAndUnderscoresCollide) {
  DoorUnderTest door;
  door.create("a.b_c");
  Answer answer = create_one(door, named("a_b.c"));
  EXPECT_EQ(answer.error_code, KafkaError::kInvalidTopicException);
  EXPECT_EQ(answer.error_message, "Topic 'a_b.c' collides with existing topic: a.b_c");
  EXPECT_EQ(create_one(door, named("a-b-c")).error_code, KafkaError::kNone);
  EXPECT_EQ(create_one(door, named("a.b_d")).error_code, KafkaError::kNone);
}

TEST(CreateTopics, ValidateOnlyAnswersAlikeAndMakesNothing) {
  DoorUnderTest door;
  Topic topic = named("a");
  topic.num_partitions = 5;
  Answer answer = create_one(door, topic, 7, true);
  EXPECT_EQ(answer.error_code, KafkaError::kNone);
  EXPECT_EQ(answer.num_partitions, 5);
  EXPECT_GT(answer.configs->size(), 30u);
  EXPECT_EQ(door.topic("a"), nullptr);
}

TEST(CreateTopics, MoreThanTenThousandPartitionsAreTooManyForOneRequest) {
  DoorUnderTest door;
  Topic large = named("large");
  large.num_partitions = 10'000;
  std::vector<Answer> answers = create(door, {large, named("b")});
  ASSERT_EQ(answers.size(), 2u);
  for (const Answer& answer : answers) {
    EXPECT_EQ(answer.error_code, KafkaError::kPolicyViolation);
    EXPECT_EQ(answer.error_message, "Excessively large number of partitions per request.");
  }
  large.num_partitions = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(create(door, {large, large})[0].error_code, KafkaError::kPolicyViolation);
}

TEST(CreateTopics, WhatTheCatalogueCannotDoIsTheAnswer) {
  DoorUnderTest door;
  door.catalogue.next_failure = Error{ErrorCode::kDiskFull, "the disk is full"};
  Answer answer = create_one(door, named("a"));
  EXPECT_EQ(answer.error_code, KafkaError::kKafkaStorageError);
  EXPECT_EQ(answer.error_message, "the disk is full");
}

}  // namespace
}  // namespace wharf::kafka
