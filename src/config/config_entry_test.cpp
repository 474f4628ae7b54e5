#include "config/config_entry.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "config/markdown.hpp"

namespace wharf::config {
namespace {

const ConfigEntry& find(const std::vector<ConfigEntry>& entries, std::string_view name) {
  const auto found = std::ranges::find(entries, name, &ConfigEntry::name);
  EXPECT_NE(found, entries.end()) << name;
  return *found;
}

TEST(DescribeTopic, AnOverrideComesFirstAndItsDefaultBehindIt) {
  const ServerConfig server;
  const auto topic = TopicConfig::make(server, {{"cleanup.policy", " delete , compact "}, {"retention.ms", " 7 "}});
  const std::vector<ConfigEntry> entries = describe_topic(**topic, server);
  const ConfigEntry& policy = find(entries, "cleanup.policy");
  EXPECT_EQ(policy.value, "delete,compact");
  EXPECT_EQ(policy.source, EntrySource::kDynamicTopic);
  EXPECT_EQ(policy.type, KafkaType::kList);
  EXPECT_FALSE(policy.read_only || policy.sensitive);
  ASSERT_EQ(policy.synonyms.size(), 2u);
  EXPECT_EQ(policy.synonyms[0].name, "cleanup.policy");
  EXPECT_EQ(policy.synonyms[1].name, "log.cleanup.policy");
  EXPECT_EQ(policy.synonyms[1].value, "delete");
  EXPECT_EQ(find(entries, "retention.ms").value, "7");
}

TEST(DescribeTopic, AValueOfTheServersFileIsStaticBrokerConfiguration) {
  const ServerConfig server = ServerConfig::with({{"log.retention.ms", "1h"}});
  const std::vector<ConfigEntry> entries = describe_topic(**TopicConfig::make(server, {}), server);
  EXPECT_EQ(find(entries, "retention.ms").value, "3600000");
  EXPECT_EQ(find(entries, "retention.ms").source, EntrySource::kStaticBroker);
  EXPECT_EQ(find(entries, "segment.bytes").source, EntrySource::kDefault);
  EXPECT_EQ(find(entries, "wharf.flush").value, "default");
}

TEST(DescribeBroker, AnswersTheNamesThatToolsAskFor) {
  const ServerConfig server = ServerConfig::with({{"num.partitions", "3"}, {"log.retention.ms", "2d"}});
  const std::vector<ConfigEntry> entries =
      describe_broker(server, {"PLAINTEXT://127.0.0.1:9092", "PLAINTEXT://broker:9092"});
  EXPECT_EQ(find(entries, "num.partitions").value, "3");
  EXPECT_EQ(find(entries, "num.partitions").source, EntrySource::kStaticBroker);
  EXPECT_EQ(find(entries, "default.replication.factor").value, "1");
  EXPECT_EQ(find(entries, "auto.create.topics.enable").value, "true");
  EXPECT_EQ(find(entries, "log.retention.hours").value, "48");
  EXPECT_EQ(find(entries, "offsets.retention.minutes").value, "10080");
  EXPECT_EQ(find(entries, "listeners").value, "PLAINTEXT://127.0.0.1:9092");
  EXPECT_EQ(find(entries, "advertised.listeners").value, "PLAINTEXT://broker:9092");
  EXPECT_EQ(find(entries, "log.flush").value, "sync");
  for (const ConfigEntry& entry : entries) EXPECT_TRUE(entry.read_only) << entry.name;
}

TEST(DescribeBroker, RetentionForEverHasNoUnit) {
  const auto entries = describe_broker(ServerConfig::with({{"log.retention.ms", "-1"}}), {});
  EXPECT_EQ(find(entries, "log.retention.hours").value, "-1");
}

TEST(DescribeBroker, NoNameStandsTwice) {
  std::set<std::string> names;
  for (const ConfigEntry& entry : describe_broker(ServerConfig(), {}))
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
}

TEST(ConfigurationPage, IsTheOneInTheDocuments) {
  std::ifstream committed("../../docs/configuration.md");
  ASSERT_TRUE(committed.is_open());
  std::ostringstream text;
  text << committed.rdbuf();
  EXPECT_EQ(text.str(), configuration_page()) << "docs/configuration.md: write it anew with `wharf config --markdown`";
}

}  // namespace
}  // namespace wharf::config
