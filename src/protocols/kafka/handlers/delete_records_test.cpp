#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using Answer = DeleteRecordsResponse::Partition;

Answer remove(DoorUnderTest& door, std::string topic, std::int32_t partition, std::int64_t offset,
              std::int16_t version = 2) {
  DeleteRecordsRequest request{.topics = {{std::move(topic), {{PartitionIndex(partition), Offset(offset)}}}}};
  return door.ask(std::move(request), version).topics[0].partitions[0];
}

TEST(DeleteRecords, AnswersTheLowWatermarkInEveryVersion) {
  DoorUnderTest door;
  PartitionId partition = door.create("a", 2)->partition(1);
  door.operate.low_watermark = Offset(7);
  for (std::int16_t version = 0; version <= 2; ++version) {
    door.operate.deleted.clear();
    EXPECT_EQ(remove(door, "a", 1, 5, version), (Answer{PartitionIndex(1), Offset(7), KafkaError::kNone}));
    EXPECT_EQ(remove(door, "a", 1, -1, version).error_code, KafkaError::kNone);
    EXPECT_EQ(door.operate.deleted, (std::vector{std::pair(partition, Offset(5)), std::pair(partition, Offset(-1))}));
  }
}

TEST(DeleteRecords, RefusesWithoutTouchingTheLog) {
  DoorUnderTest door;
  door.create("a");
  door.create("compacted", 1, {{"cleanup.policy", "compact"}});
  door.create("__consumer_offsets", 1, {}, true);
  struct Case {
    std::string topic;
    std::int32_t partition;
    std::int64_t offset;
    KafkaError error;
  };
  using enum KafkaError;
  for (const Case& each : std::vector<Case>{{"nobody", 0, 0, kUnknownTopicOrPartition},
                                            {"a", 9, 0, kUnknownTopicOrPartition},
                                            {"a", -1, 0, kUnknownTopicOrPartition},
                                            {"a", 0, -2, kOffsetOutOfRange},
                                            {"compacted", 0, 0, kPolicyViolation},
                                            {"compacted", 0, -2, kPolicyViolation},
                                            {"__consumer_offsets", 0, 0, kInvalidTopicException}}) {
    EXPECT_EQ(remove(door, each.topic, each.partition, each.offset),
              (Answer{PartitionIndex(each.partition), Offset(-1), each.error}));
  }
  EXPECT_TRUE(door.operate.deleted.empty());
}

TEST(DeleteRecords, ATopicThatDeletesAsWellAsCompactsMayLoseRecords) {
  DoorUnderTest door;
  for (const char* policy : {"compact,delete", "delete", ""}) {
    std::string name = "policy-" + std::to_string(door.operate.deleted.size());
    door.create(name, 1, {{"cleanup.policy", policy}});
    EXPECT_EQ(remove(door, name, 0, 0).error_code, KafkaError::kNone) << policy;
  }
}

TEST(DeleteRecords, WhatTheLogRefusesIsTheAnswer) {
  DoorUnderTest door;
  door.create("a");
  door.operate.failure = Error{ErrorCode::kOffsetOutOfRange, "beyond the high watermark"};
  EXPECT_EQ(remove(door, "a", 0, 99), (Answer{PartitionIndex(0), Offset(-1), KafkaError::kOffsetOutOfRange}));
}

}  // namespace
}  // namespace wharf::kafka
