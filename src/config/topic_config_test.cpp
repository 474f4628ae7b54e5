#include "config/topic_config.hpp"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/alter.hpp"
#include "config/topic_keys.hpp"
#include "config/value.hpp"

namespace wharf::config {
namespace {

using testing::HasSubstr;

std::shared_ptr<const TopicConfig> make(Overrides overrides, const ServerConfig& server = {}) {
  auto config = TopicConfig::make(server, std::move(overrides));
  EXPECT_TRUE(config.has_value()) << config.error().message;
  return config ? *config : nullptr;
}

std::string refusal(Overrides overrides) {
  const auto config = TopicConfig::make(ServerConfig(), std::move(overrides));
  return config ? "" : config.error().message;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::vector<std::string>> rows_of(const char* file) {
  std::ifstream lines(file);
  EXPECT_TRUE(lines.is_open()) << file;
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(split(line, '\t'));
  return rows;
}

std::string_view name_of(KafkaType type) {
  switch (type) {
    case KafkaType::kBoolean:
      return "BOOLEAN";
    case KafkaType::kInt:
      return "INT";
    case KafkaType::kLong:
      return "LONG";
    case KafkaType::kDouble:
      return "DOUBLE";
    case KafkaType::kList:
      return "LIST";
    default:
      return "STRING";
  }
}

// testdata/topic_settings.txt: name, type, default and broker-wide synonym of every topic setting, printed by
// Kafka 4.3.1's own LogConfig and ServerTopicConfigSynonyms.
TEST(TopicKeys, NamesTypesDefaultsAndSynonymsAreKafkas) {
  const ServerConfig server;
  std::set<std::string> names;
  for (const std::vector<std::string>& row : rows_of("testdata/topic_settings.txt")) {
    ASSERT_EQ(row.size(), 4u);
    names.insert(row[0]);
    const TopicKey* key = find_topic_key(row[0]);
    ASSERT_NE(key, nullptr) << row[0];
    EXPECT_EQ(name_of(key->type), row[1]) << row[0];
    EXPECT_EQ(default_value(*key, server), row[2]) << row[0];
    EXPECT_EQ(key->synonym, row[3]) << row[0];
  }
  for (const TopicKey& key : topic_keys())
    EXPECT_TRUE(names.contains(std::string(key.name)) || key.name == "wharf.flush") << key.name;
  EXPECT_EQ(names.size() + 1, topic_keys().size());
}

// testdata/topic_verdicts.txt: for each setting the values that Kafka 4.3.1's own validators took and those they
// refused.
TEST(TopicKeys, ValuesAreTakenAndRefusedAsKafkaDoes) {
  for (const std::vector<std::string>& row : rows_of("testdata/topic_verdicts.txt")) {
    ASSERT_EQ(row.size(), 3u);
    const TopicKey* key = find_topic_key(row[0]);
    ASSERT_NE(key, nullptr) << row[0];
    for (const std::string& value : split(row[1], '|'))
      EXPECT_TRUE(canonical_value(*key, value).has_value()) << row[0] << "=" << value;
    for (const std::string& value : split(row[2], '|'))
      EXPECT_FALSE(canonical_value(*key, value).has_value()) << row[0] << "=" << value;
  }
}

TEST(TopicKeys, AreFoundByNameBecauseTheyStandInItsOrder) {
  EXPECT_TRUE(std::ranges::is_sorted(topic_keys(), {}, &TopicKey::name));
  EXPECT_EQ(find_topic_key("message.format.version"), nullptr);  // gone with Kafka 4.0
  EXPECT_EQ(find_topic_key(""), nullptr);
}

TEST(TopicConfig, StartsFromTheServersSettings) {
  const auto config = make({}, ServerConfig::with({{"log.retention.ms", "1h"},
                                                   {"log.cleanup.policy", "compact,delete"},
                                                   {"compression.type", "zstd"},
                                                   {"message.max.bytes", "2MiB"}}));
  EXPECT_EQ(config->retention_ms, 3'600'000);
  EXPECT_TRUE(config->cleanup_compact && config->cleanup_delete);
  EXPECT_EQ(config->compression_type, Compression::kZstd);
  EXPECT_EQ(config->max_message_bytes, 2 << 20);
  EXPECT_EQ(config->segment_bytes, 1 << 30);
  EXPECT_EQ(config->message_timestamp_before_max_ms, std::numeric_limits<std::int64_t>::max());
}

TEST(TopicConfig, OverridesWinAndStayKnown) {
  const Overrides overrides{{"retention.ms", " 7 "},
                            {"cleanup.policy", "compact"},
                            {"min.cleanable.dirty.ratio", "0.25"},
                            {"message.timestamp.type", "LogAppendTime"}};
  const auto config = make(overrides, ServerConfig::with({{"log.retention.ms", "1h"}}));
  EXPECT_EQ(config->retention_ms, 7);
  EXPECT_TRUE(config->cleanup_compact);
  EXPECT_FALSE(config->cleanup_delete);
  EXPECT_EQ(config->min_cleanable_dirty_ratio, 0.25);
  EXPECT_EQ(config->message_timestamp_type, TimestampType::kLogAppendTime);
  EXPECT_EQ(config->overrides, overrides);
}

TEST(TopicConfig, AnEmptyCleanupPolicyKeepsEverything) {
  const auto config = make({{"cleanup.policy", ""}});
  EXPECT_FALSE(config->cleanup_delete || config->cleanup_compact);
}

TEST(TopicConfig, FlushFollowsTheTopicThenFlushMessagesThenTheServer) {
  const ServerConfig async = ServerConfig::with({{"log.flush", "async"}});
  EXPECT_EQ(make({})->flush, Flush::kSync);
  EXPECT_EQ(make({}, async)->flush, Flush::kAsync);
  EXPECT_EQ(make({{"flush.messages", "1"}}, async)->flush, Flush::kSync);
  EXPECT_EQ(make({{"flush.messages", "2"}}, async)->flush, Flush::kAsync);
  EXPECT_EQ(make({{"wharf.flush", "sync"}}, async)->flush, Flush::kSync);
  EXPECT_EQ(make({{"wharf.flush", "async"}})->flush, Flush::kAsync);
  EXPECT_EQ(make({{"wharf.flush", "async"}, {"flush.messages", "1"}})->flush, Flush::kAsync);
  EXPECT_EQ(make({{"wharf.flush", "default"}, {"flush.messages", "1"}}, async)->flush, Flush::kSync);
}

TEST(TopicConfig, RefusesWhatKafkaRefusesWithASentence) {
  EXPECT_EQ(refusal({{"retention.hours", "1"}}), "unknown topic setting 'retention.hours'");
  EXPECT_EQ(refusal({{"segment.bytes", "100"}}), "invalid value '100' for segment.bytes: it must be at least 1048576");
  EXPECT_EQ(refusal({{"cleanup.policy", "archive"}}),
            "invalid value 'archive' for cleanup.policy: each must be one of compact, delete");
  EXPECT_THAT(refusal({{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "5"}}), HasSubstr("is above"));
  EXPECT_THAT(refusal({{"remote.storage.enable", "true"}}), HasSubstr("no tiered storage"));
  EXPECT_EQ(refusal({{"remote.storage.enable", "false"}, {"preallocate", "true"}, {"local.retention.ms", "5"}}), "");
}

Result<Overrides> alter_one(Overrides before, std::string name, AlterOperation operation,
                            std::optional<std::string> value) {
  return alter(ServerConfig(), std::move(before), {{std::move(name), operation, std::move(value)}});
}

TEST(Alter, SetsDeletesAppendsAndSubtractsAsKafkaDoes) {
  using enum AlterOperation;
  EXPECT_EQ(alter_one({}, "retention.ms", kSet, "5"), (Overrides{{"retention.ms", "5"}}));
  EXPECT_EQ(alter_one({{"retention.ms", "5"}}, "retention.ms", kDelete, "7"), Overrides());
  EXPECT_EQ(alter_one({}, "no.such", kDelete, ""), Overrides());
  EXPECT_EQ(alter_one({}, "cleanup.policy", kAppend, "compact"), (Overrides{{"cleanup.policy", "delete,compact"}}));
  EXPECT_EQ(alter_one({{"cleanup.policy", "compact"}}, "cleanup.policy", kAppend, "compact,delete"),
            (Overrides{{"cleanup.policy", "compact,delete"}}));
  EXPECT_EQ(alter_one({{"cleanup.policy", "delete,compact"}}, "cleanup.policy", kSubtract, "delete"),
            (Overrides{{"cleanup.policy", "compact"}}));
  EXPECT_EQ(alter_one({{"cleanup.policy", "compact"}}, "cleanup.policy", kSubtract, "archive"),
            (Overrides{{"cleanup.policy", "compact"}}));
}

TEST(Alter, RefusesAsKafkaDoes) {
  using enum AlterOperation;
  EXPECT_EQ(alter_one({}, "retention.ms", kAppend, "1").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(alter_one({}, "no.such", kAppend, "1").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(alter_one({}, "no.such", kSet, "1").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(alter_one({}, "cleanup.policy", kAppend, "archive").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(alter_one({}, "retention.ms", kSet, std::nullopt).error().code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(alter(ServerConfig(), {}, {{"retention.ms", kSet, "1"}, {"retention.ms", kDelete, ""}}).error().code,
            ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace wharf::config
