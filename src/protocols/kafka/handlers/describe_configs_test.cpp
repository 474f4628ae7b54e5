#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"
#include "protocols/kafka/handlers/resource_type.hpp"

namespace wharf::kafka {
namespace {

using testing::ElementsAre;
using Resource = DescribeConfigsResponse::Resource;
using Config = DescribeConfigsResponse::Config;
using Synonym = DescribeConfigsResponse::Synonym;
using Keys = std::optional<std::vector<std::string>>;

Resource describe(DoorUnderTest& door, ResourceType type, std::string name, Keys keys = std::nullopt,
                  std::int16_t version = 4, bool synonyms = false, bool documentation = false) {
  DescribeConfigsRequest request{.include_synonyms = synonyms, .include_documentation = documentation};
  request.resources.push_back({static_cast<std::int8_t>(type), std::move(name), std::move(keys)});
  return door.ask(std::move(request), version).results[0];
}

TEST(DescribeConfigs, TellsATopicsOwnValueAndWhatItHides) {
  DoorUnderTest door;
  door.create("a", 1, {{"retention.ms", "777"}});
  Resource answer = describe(door, ResourceType::kTopic, "a", Keys{{"retention.ms", "no.such"}}, 4, true, true);
  EXPECT_EQ(answer.error_code, KafkaError::kNone);
  EXPECT_EQ(answer.resource_type, 2);
  EXPECT_EQ(answer.resource_name, "a");
  ASSERT_EQ(answer.configs.size(), 1u);
  const Config& retention = answer.configs[0];
  EXPECT_EQ(retention.name, "retention.ms");
  EXPECT_EQ(retention.value, "777");
  EXPECT_EQ(retention.config_source, 1);
  EXPECT_EQ(retention.config_type, 5);
  EXPECT_FALSE(retention.is_default);
  EXPECT_FALSE(retention.read_only);
  EXPECT_TRUE(retention.documentation.has_value());
  EXPECT_THAT(retention.synonyms,
              ElementsAre(Synonym{"retention.ms", "777", 1}, Synonym{"log.retention.ms", "604800000", 5}));
}

TEST(DescribeConfigs, LeavesOutWhatWasNotAskedFor) {
  DoorUnderTest door;
  door.create("a");
  Config policy = describe(door, ResourceType::kTopic, "a", Keys{{"cleanup.policy"}}).configs.at(0);
  EXPECT_FALSE(policy.is_default);  // version 0 alone has it
  EXPECT_EQ(policy.config_source, 5);
  EXPECT_TRUE(policy.synonyms.empty());
  EXPECT_EQ(policy.documentation, std::nullopt);
}

TEST(DescribeConfigs, NoKeysMeanAllInEveryVersion) {
  DoorUnderTest door;
  door.create("a");
  for (std::int16_t version = 0; version <= 4; ++version) {
    EXPECT_GT(describe(door, ResourceType::kTopic, "a", std::nullopt, version).configs.size(), 30u);
    EXPECT_GT(describe(door, ResourceType::kTopic, "a", Keys{std::in_place}, version).configs.size(), 30u);
  }
}

TEST(DescribeConfigs, Version0SaysDefaultWhereLaterOnesSayTheSource) {
  DoorUnderTest door;
  door.create("a", 1, {{"retention.ms", "777"}});
  EXPECT_TRUE(describe(door, ResourceType::kTopic, "a", Keys{{"cleanup.policy"}}, 0).configs.at(0).is_default);
  EXPECT_FALSE(describe(door, ResourceType::kTopic, "a", Keys{{"retention.ms"}}, 0).configs.at(0).is_default);
}

TEST(DescribeConfigs, ABrokerIsNamedByItsIdAndIsReadOnly) {
  DoorUnderTest door;
  Resource answer = describe(door, ResourceType::kBroker, "1");
  EXPECT_GT(answer.configs.size(), 50u);
  EXPECT_TRUE(std::ranges::all_of(answer.configs, &Config::read_only));
  Resource listeners = describe(door, ResourceType::kBroker, "1", Keys{{"advertised.listeners"}});
  EXPECT_EQ(listeners.configs.at(0).value, "PLAINTEXT://127.0.0.1:9092");
}

TEST(DescribeConfigs, ThereAreNoSettingsOfAllBrokersClientsOrGroups) {
  DoorUnderTest door;
  for (auto [type, name] : {std::pair(ResourceType::kBroker, ""), std::pair(ResourceType::kBrokerLogger, "1"),
                            std::pair(ResourceType::kClientMetrics, "m"), std::pair(ResourceType::kGroup, "g")}) {
    Resource answer = describe(door, type, name);
    EXPECT_EQ(answer.error_code, KafkaError::kNone);
    EXPECT_TRUE(answer.configs.empty());
  }
}

TEST(DescribeConfigs, RefusesEachFaultWithKafkasCodeAndSentence) {
  DoorUnderTest door;
  struct Case {
    ResourceType type;
    std::string name;
    KafkaError error;
    std::string sentence;
  };
  using enum KafkaError;
  for (const Case& each : std::vector<Case>{
           {ResourceType::kTopic, "nobody", kUnknownTopicOrPartition,
            "This server does not host this topic-partition."},
           {ResourceType::kTopic, "", kInvalidTopicException, "Topic name is invalid: the empty string is not allowed"},
           {ResourceType::kBroker, "x", kInvalidRequest, "Broker id must be an integer, but it is: x"},
           {ResourceType::kBroker, "77", kInvalidRequest,
            "Unexpected broker id, expected 1 or empty string, but received 77"},
           {ResourceType::kBrokerLogger, "", kInvalidRequest, "Broker id must not be empty"},
           {ResourceType::kBrokerLogger, "77", kInvalidRequest, "Unexpected broker id, expected 1 but received 77"},
           {ResourceType::kClientMetrics, "", kInvalidRequest, "Client metrics subscription name must not be empty"},
           {ResourceType::kGroup, "", kInvalidRequest, "Group name must not be empty"},
           {static_cast<ResourceType>(99), "x", kInvalidRequest, "Unexpected resource type 99"},
       }) {
    Resource answer = describe(door, each.type, each.name);
    EXPECT_EQ(answer.error_code, each.error) << each.sentence;
    EXPECT_EQ(answer.error_message, each.sentence);
    EXPECT_TRUE(answer.configs.empty());
  }
}

}  // namespace
}  // namespace wharf::kafka
