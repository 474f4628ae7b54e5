#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using Wish = CreatePartitionsRequest::Topic;
using Answer = CreatePartitionsResponse::Topic;
using Assignments = std::vector<CreatePartitionsRequest::Assignment>;

constexpr NodeId kNode = DoorUnderTest::kNode;

std::vector<Answer> grow(DoorUnderTest& door, std::vector<Wish> topics, bool validate_only = false,
                         std::int16_t version = 3) {
  return door.ask(CreatePartitionsRequest{.topics = std::move(topics), .validate_only = validate_only}, version)
      .results;
}
Wish to(std::int32_t count, std::optional<Assignments> assignments = std::nullopt, std::string name = "a") {
  return {std::move(name), count, std::move(assignments)};
}

TEST(CreatePartitions, ATopicGrowsInEveryVersion) {
  DoorUnderTest door;
  door.create("a", 2);
  for (std::int16_t version = 0; version <= 3; ++version) {
    EXPECT_EQ(grow(door, {to(3 + version)}, false, version)[0], (Answer{"a", KafkaError::kNone, std::nullopt}));
    EXPECT_EQ(door.topic("a")->partitions, 3 + version);
  }
}

TEST(CreatePartitions, RefusesEachFaultWithKafkasCodeAndSentence) {
  DoorUnderTest door;
  door.create("a", 2);
  door.create("__consumer_offsets", 2, {}, true);
  struct Case {
    Wish wish;
    KafkaError error;
    std::string sentence;
  };
  using enum KafkaError;
  for (const Case& each : std::vector<Case>{
           {to(3, std::nullopt, "nobody"), kUnknownTopicOrPartition,
            std::string(sentence_of(kUnknownTopicOrPartition))},
           {to(2), kInvalidPartitions, "Topic already has 2 partition(s)."},
           {to(1), kInvalidPartitions, "The topic a currently has 2 partition(s); 1 would not be an increase."},
           {to(-1), kInvalidPartitions, "The topic a currently has 2 partition(s); -1 would not be an increase."},
           {to(4, Assignments{{{kNode}}}), kInvalidReplicaAssignment,
            "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified."},
           {to(4, Assignments{}), kInvalidReplicaAssignment,
            "Attempted to add 2 additional partition(s), but only 0 assignment(s) were specified."},
           {to(3, Assignments{{{NodeId(77)}}}), kInvalidReplicaAssignment,
            "The manual partition assignment includes broker 77, but no such broker is registered."},
           {to(3, Assignments{{{kNode, kNode}}}), kInvalidReplicaAssignment,
            "The manual partition assignment includes the broker 1 more than once."},
           {to(3, Assignments{{{}}}), kInvalidReplicaAssignment,
            "The manual partition assignment includes an empty replica list."},
           {to(10'003), kPolicyViolation, "Excessively large number of partitions per request."},
           {to(std::numeric_limits<std::int32_t>::max()), kPolicyViolation,
            "Excessively large number of partitions per request."},
           {to(3, std::nullopt, "__consumer_offsets"), kInvalidTopicException,
            "Topic '__consumer_offsets' is internal: its partitions cannot be added to."},
       }) {
    EXPECT_EQ(grow(door, {each.wish})[0], (Answer{each.wish.name, each.error, each.sentence}));
  }
  EXPECT_EQ(door.topic("a")->partitions, 2);
}

TEST(CreatePartitions, TheLimitIsOfTheRequest) {
  DoorUnderTest door;
  door.create("a");
  door.create("b");
  std::vector<Answer> answers = grow(door, {to(9'001), to(2'001, std::nullopt, "b")}, true);
  EXPECT_EQ(answers[0].error_code, KafkaError::kNone);
  EXPECT_EQ(answers[1].error_code, KafkaError::kPolicyViolation);
}

TEST(CreatePartitions, AnAssignmentToThisNodeIsFine) {
  DoorUnderTest door;
  door.create("a");
  EXPECT_EQ(grow(door, {to(3, Assignments{{{kNode}}, {{kNode}}})})[0].error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->partitions, 3);
}

TEST(CreatePartitions, ValidateOnlyChangesNothing) {
  DoorUnderTest door;
  door.create("a");
  EXPECT_EQ(grow(door, {to(3)}, true)[0].error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->partitions, 1);
}

TEST(CreatePartitions, ATopicNamedTwiceIsRefusedOnceAndTheOthersGrow) {
  DoorUnderTest door;
  door.create("a");
  door.create("b");
  std::vector<Answer> answers = grow(door, {to(2), to(3), to(2, std::nullopt, "b")});
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0], (Answer{"a", KafkaError::kInvalidRequest, "Duplicate topic name."}));
  EXPECT_EQ(answers[1].error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->partitions, 1);
  EXPECT_EQ(door.topic("b")->partitions, 2);
}

TEST(CreatePartitions, WhoComesSecondHearsWhatIsSoNow) {
  DoorUnderTest door;
  door.create("a");
  door.catalogue.next_failure = Error{ErrorCode::kInvalidArgument, "Topic already has 3 partition(s)."};
  EXPECT_EQ(grow(door, {to(3)})[0], (Answer{"a", KafkaError::kInvalidPartitions, "Topic already has 3 partition(s)."}));
  door.catalogue.next_failure = Error{ErrorCode::kUnknownTopicId, "gone"};
  EXPECT_EQ(grow(door, {to(3)})[0].error_code, KafkaError::kUnknownTopicOrPartition);
}

}  // namespace
}  // namespace wharf::kafka
