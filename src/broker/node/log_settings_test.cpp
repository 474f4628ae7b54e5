// What a topic's configuration is for each of its logs.
#include "broker/node/log_settings.hpp"

#include <set>

#include <gtest/gtest.h>

namespace wharf::broker {
namespace {

LogSettings settings_with(config::Overrides overrides) {
  Result<std::shared_ptr<const config::TopicConfig>> topic =
      config::TopicConfig::make(config::ServerConfig(), std::move(overrides));
  EXPECT_TRUE(topic.has_value());
  return LogSettings(**topic);
}

PartitionId partition(std::int32_t index) {
  TopicId topic;
  topic.bytes[3] = 7;
  return {topic, PartitionIndex(index)};
}

TEST(LogSettings, PartitionsShareOneConfigurationWithoutJitter) {
  LogSettings settings = settings_with({{"segment.ms", "60000"}});
  EXPECT_EQ(settings.of(partition(0)), settings.of(partition(1)));
  EXPECT_EQ(settings.of(partition(0))->segment_ms, 60'000);
}

TEST(LogSettings, WithJitterEachPartitionClosesItsSegmentsAtATimeOfItsOwn) {
  LogSettings settings = settings_with({{"segment.ms", "60000"}, {"segment.jitter.ms", "10000"}});
  std::set<std::int64_t> times;
  for (std::int32_t i = 0; i < 100; ++i) {
    std::int64_t segment_ms = settings.of(partition(i))->segment_ms;
    EXPECT_GT(segment_ms, 50'000);
    EXPECT_LE(segment_ms, 60'000);
    EXPECT_EQ(segment_ms, settings.of(partition(i))->segment_ms);
    times.insert(segment_ms);
  }
  EXPECT_GT(times.size(), 90u);
}

TEST(LogSettings, JitterBeyondSegmentMsLeavesATimeNevertheless) {
  LogSettings settings = settings_with({{"segment.ms", "10"}, {"segment.jitter.ms", "9223372036854775807"}});
  for (std::int32_t i = 0; i < 100; ++i) EXPECT_GE(settings.of(partition(i))->segment_ms, 1);
}

}  // namespace
}  // namespace wharf::broker
