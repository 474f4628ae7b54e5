// AlterConfigs and IncrementalAlterConfigs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"
#include "protocols/kafka/handlers/resource_type.hpp"

namespace wharf::kafka {
namespace {

using testing::HasSubstr;

enum : std::int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };
constexpr std::int8_t kTopic = static_cast<std::int8_t>(ResourceType::kTopic);

using Change = IncrementalAlterConfigsRequest::Config;
using Resource = IncrementalAlterConfigsRequest::Resource;
using Answer = IncrementalAlterConfigsResponse::Resource;

std::vector<Answer> alter(DoorUnderTest& door, std::vector<Resource> resources, bool validate_only = false) {
  return door.ask(IncrementalAlterConfigsRequest{std::move(resources), validate_only}, 1).responses;
}
Answer alter_topic(DoorUnderTest& door, std::vector<Change> changes, bool validate_only = false) {
  return alter(door, {{kTopic, "a", std::move(changes)}}, validate_only).at(0);
}
std::vector<AlterConfigsResponse::Resource> replace(DoorUnderTest& door,
                                                    std::vector<AlterConfigsRequest::Resource> resources,
                                                    bool validate_only = false) {
  return door.ask(AlterConfigsRequest{std::move(resources), validate_only}, 2).responses;
}

TEST(IncrementalAlterConfigs, ChangesOnlyWhatIsNamed) {
  DoorUnderTest door;
  door.create("a", 1, {{"retention.ms", "1"}, {"segment.ms", "2"}});
  for (std::int16_t version = 0; version <= 1; ++version) {
    Change set{"retention.ms", kSet, std::to_string(100 + version)};
    EXPECT_EQ(door.ask(IncrementalAlterConfigsRequest{{{kTopic, "a", {set}}}}, version).responses.at(0),
              (Answer{KafkaError::kNone, std::nullopt, kTopic, "a"}));
    EXPECT_EQ(door.topic("a")->overrides,
              (config::Overrides{{"retention.ms", std::to_string(100 + version)}, {"segment.ms", "2"}}));
  }
  EXPECT_EQ(alter_topic(door, {{"retention.ms", kDelete, std::nullopt}}).error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->overrides, (config::Overrides{{"segment.ms", "2"}}));
}

TEST(IncrementalAlterConfigs, AppendsToAndSubtractsFromLists) {
  DoorUnderTest door;
  door.create("a");
  EXPECT_EQ(alter_topic(door, {{"cleanup.policy", kAppend, "compact"}}).error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->overrides.at("cleanup.policy"), "delete,compact");
  EXPECT_EQ(alter_topic(door, {{"cleanup.policy", kAppend, "compact"}}).error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->overrides.at("cleanup.policy"), "delete,compact");
  EXPECT_EQ(alter_topic(door, {{"cleanup.policy", kSubtract, "delete"}}).error_code, KafkaError::kNone);
  EXPECT_EQ(door.topic("a")->overrides.at("cleanup.policy"), "compact");
}

// Others keep what they need there: with another policy it would be gone by the next start.
TEST(IncrementalAlterConfigs, SettingsOfInternalTopicsAreNotForClientsButThoseOfTheOffsetsAre) {
  DoorUnderTest door;
  door.create("a", 1, {}, true);
  door.create("__consumer_offsets", 1, {}, true);
  EXPECT_EQ(alter_topic(door, {{"cleanup.policy", kSet, "delete"}}).error_code, KafkaError::kInvalidTopicException);
  EXPECT_TRUE(door.topic("a")->overrides.empty());
  Resource offsets{kTopic, "__consumer_offsets", {{"max.message.bytes", kSet, "2000000"}}};
  EXPECT_EQ(alter(door, {offsets}).at(0).error_code, KafkaError::kNone);
}

TEST(IncrementalAlterConfigs, DeletingWhatIsNotThereIsNoError) {
  DoorUnderTest door;
  door.create("a");
  EXPECT_EQ(alter_topic(door, {{"segment.ms", kDelete, std::nullopt}, {"no.such", kDelete, std::nullopt}}).error_code,
            KafkaError::kNone);
}

TEST(IncrementalAlterConfigs, RefusesEachFaultOfATopicsChangesAndChangesNothing) {
  DoorUnderTest door;
  door.create("a", 1, {{"segment.ms", "2"}});
  struct Case {
    std::vector<Change> changes;
    KafkaError error;
    std::string sentence;
  };
  using enum KafkaError;
  for (const Case& each : std::vector<Case>{
           {{{"retention.ms", kSet, "x"}}, kInvalidConfig, "retention.ms"},
           {{{"no.such", kSet, "1"}}, kInvalidConfig, "no.such"},
           {{{"cleanup.policy", kAppend, "shred"}}, kInvalidConfig, "shred"},
           {{{"retention.ms", kAppend, "1"}},
            kInvalidConfig,
            "Can't APPEND to key retention.ms because its type is not LIST."},
           {{{"no.such", kSubtract, "1"}},
            kInvalidConfig,
            "Can't SUBTRACT to key no.such because its type is not LIST."},
           {{{"retention.ms", kSet, std::nullopt}, {"cleanup.policy", kAppend, std::nullopt}},
            kInvalidRequest,
            "Null value not supported for : retention.ms, cleanup.policy"},
           {{{"retention.ms", kSet, "1"}, {"retention.ms", kDelete, std::nullopt}},
            kInvalidRequest,
            "Error due to duplicate config keys"},
           {{{"retention.ms", 9, "1"}}, kInvalidRequest, "Unknown operation 9 for config retention.ms"},
           {{{"retention.ms", kSet, "5"}, {"segment.ms", kSet, "x"}}, kInvalidConfig, "segment.ms"},
       }) {
    for (bool validate_only : {true, false}) {
      Answer answer = alter_topic(door, each.changes, validate_only);
      EXPECT_EQ(answer.error_code, each.error) << each.sentence;
      EXPECT_THAT(answer.error_message.value_or(""), HasSubstr(each.sentence));
    }
  }
  EXPECT_EQ(door.topic("a")->overrides, (config::Overrides{{"segment.ms", "2"}}));
}

TEST(IncrementalAlterConfigs, OnlyTopicsCanBeAltered) {
  DoorUnderTest door;
  struct Case {
    std::int8_t type;
    std::string name;
    KafkaError error;
    std::string sentence;
  };
  using enum KafkaError;
  for (const Case& each : std::vector<Case>{
           {2, "nobody", kUnknownTopicOrPartition, "The topic 'nobody' does not exist."},
           {2, "a/b", kInvalidTopicException, "Topic name is invalid: 'a/b'"},
           {2, "", kInvalidRequest, "Default topic resources are not allowed."},
           {4, "x", kInvalidRequest, "Node id must be an integer, but it is: x"},
           {4, "77", kInvalidRequest, "Unexpected broker id, expected 1, but received 77"},
           {4, "1", kInvalidRequest, "cannot be altered while it runs"},
           {4, "", kInvalidRequest, "cannot be altered while it runs"},
           {8, "77", kInvalidRequest, "Unexpected node id. Expected 1, but received 77"},
           {8, "1", kInvalidRequest, "log levels cannot be altered"},
           {16, "m", kInvalidRequest, "no client metrics"},
           {32, "g", kInvalidRequest, "no settings of their own"},
           {0, "x", kInvalidRequest, "Unknown resource type 0"},
           {99, "x", kInvalidRequest, "Unknown resource type 99"},
       }) {
    Answer answer = alter(door, {{each.type, each.name, {{"retention.ms", kSet, "1"}}}}).at(0);
    EXPECT_EQ(answer.error_code, each.error) << each.sentence;
    EXPECT_THAT(answer.error_message.value_or(""), HasSubstr(each.sentence));
    EXPECT_EQ(replace(door, {{each.type, each.name, {{"retention.ms", "1"}}}}).at(0).error_code, each.error)
        << each.sentence;
  }
}

TEST(IncrementalAlterConfigs, AResourceNamedTwiceIsRefusedAsOftenAndTheOthersAreAltered) {
  DoorUnderTest door;
  door.create("a");
  door.create("b");
  Change set{"retention.ms", kSet, "1"};
  std::vector<Answer> answers = alter(door, {{kTopic, "a", {set}}, {kTopic, "b", {set}}, {kTopic, "a", {}}});
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0], (Answer{KafkaError::kInvalidRequest, "Each resource must appear at most once.", kTopic, "a"}));
  EXPECT_EQ(answers[1].error_code, KafkaError::kNone);
  EXPECT_EQ(answers[2], answers[0]);
  EXPECT_TRUE(door.topic("a")->overrides.empty());
}

TEST(IncrementalAlterConfigs, ValidateOnlyChangesNothing) {
  DoorUnderTest door;
  door.create("a");
  EXPECT_EQ(alter_topic(door, {{"retention.ms", kSet, "1"}}, true).error_code, KafkaError::kNone);
  EXPECT_TRUE(door.topic("a")->overrides.empty());
}

TEST(IncrementalAlterConfigs, ATopicThatIsDeletedMeanwhileDoesNotExist) {
  DoorUnderTest door;
  door.create("a");
  door.catalogue.next_failure = Error{ErrorCode::kUnknownTopicId, "gone"};
  EXPECT_EQ(alter_topic(door, {{"retention.ms", kSet, "1"}}),
            (Answer{KafkaError::kUnknownTopicOrPartition, "The topic 'a' does not exist.", kTopic, "a"}));
}

TEST(AlterConfigs, WhatIsNotNamedGoesBackToItsDefault) {
  DoorUnderTest door;
  door.create("a", 1, {{"retention.ms", "1"}});
  for (std::int16_t version = 0; version <= 2; ++version) {
    AlterConfigsRequest request{{{kTopic, "a", {{"segment.ms", std::to_string(10 + version)}}}}};
    EXPECT_EQ(door.ask(request, version).responses.at(0).error_code, KafkaError::kNone);
    EXPECT_EQ(door.topic("a")->overrides, (config::Overrides{{"segment.ms", std::to_string(10 + version)}}));
  }
  EXPECT_EQ(replace(door, {{kTopic, "a", {}}}, true).at(0).error_code, KafkaError::kNone);
  EXPECT_FALSE(door.topic("a")->overrides.empty());
  EXPECT_EQ(replace(door, {{kTopic, "a", {}}}).at(0).error_code, KafkaError::kNone);
  EXPECT_TRUE(door.topic("a")->overrides.empty());
}

TEST(AlterConfigs, RefusesEachFaultAndChangesNothing) {
  DoorUnderTest door;
  door.create("a", 1, {{"retention.ms", "1"}});
  using Configs = std::vector<AlterConfigsRequest::Config>;
  struct Case {
    Configs configs;
    KafkaError error;
    std::string sentence;
  };
  using enum KafkaError;
  for (const Case& each : std::vector<Case>{
           {{{"retention.ms", std::nullopt}}, kInvalidRequest, "Null value not supported for : retention.ms"},
           {{{"retention.ms", "1"}, {"retention.ms", "2"}}, kInvalidRequest, "Error due to duplicate config keys"},
           {{{"retention.ms", "x"}}, kInvalidConfig, "retention.ms"},
           {{{"no.such", "1"}}, kInvalidConfig, "no.such"},
       }) {
    auto answer = replace(door, {{kTopic, "a", each.configs}}).at(0);
    EXPECT_EQ(answer.error_code, each.error) << each.sentence;
    EXPECT_THAT(answer.error_message.value_or(""), HasSubstr(each.sentence));
  }
  std::vector<AlterConfigsResponse::Resource> twice = replace(door, {{kTopic, "a", {}}, {kTopic, "a", {}}});
  EXPECT_EQ(twice.at(0).error_message, "Each resource must appear at most once.");
  EXPECT_EQ(twice.at(1).error_code, kInvalidRequest);
  EXPECT_EQ(door.topic("a")->overrides, (config::Overrides{{"retention.ms", "1"}}));
}

}  // namespace
}  // namespace wharf::kafka
