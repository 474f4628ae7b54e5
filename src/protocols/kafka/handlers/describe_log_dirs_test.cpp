#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Dir = DescribeLogDirsResponse::LogDir;
using Topic = DescribeLogDirsResponse::Topic;
using Partition = DescribeLogDirsResponse::Partition;
using Asked = std::optional<std::vector<DescribeLogDirsRequest::Topic>>;

Partition of_size(std::int32_t index, std::int64_t bytes) {
  return {.partition_index = PartitionIndex(index), .partition_size = bytes};
}

struct TwoTopics : testing::Test {
  TwoTopics() {
    auto a = door.create("a", 2), b = door.create("b");
    door.operate.use = {"/data", 1000, 600, {{b->partition(0), 30}, {a->partition(1), 20}, {a->partition(0), 10}}};
  }
  Dir describe(Asked topics, std::int16_t version = 5) {
    return door.ask(DescribeLogDirsRequest{std::move(topics)}, version).results.at(0);
  }
  DoorUnderTest door;
};

TEST_F(TwoTopics, AreAllDescribedForNull) {
  for (std::int16_t version = 0; version <= 5; ++version) {
    Dir dir = describe(std::nullopt, version);
    EXPECT_EQ(dir.error_code, KafkaError::kNone);
    EXPECT_EQ(dir.log_dir, "/data");
    EXPECT_EQ(dir.total_bytes, 1000);
    EXPECT_EQ(dir.usable_bytes, 600);
    EXPECT_THAT(dir.topics, ElementsAre(Topic{"a", {of_size(0, 10), of_size(1, 20)}}, Topic{"b", {of_size(0, 30)}}));
  }
}

TEST_F(TwoTopics, AreDescribedAsAskedAndWhatIsNotHereIsPassedOver) {
  Asked some{{{"a", {PartitionIndex(1), PartitionIndex(9)}}, {"nobody", {PartitionIndex(0)}}}};
  EXPECT_THAT(describe(some).topics, ElementsAre(Topic{"a", {of_size(1, 20)}}));
  EXPECT_THAT(describe(Asked{std::in_place}).topics, IsEmpty());
}

TEST_F(TwoTopics, AFolderThatCannotBeReadIsAStorageErrorWithItsName) {
  door.operate.failure = Error{ErrorCode::kStorage, "gone"};
  Dir dir = describe(std::nullopt);
  EXPECT_EQ(dir.error_code, KafkaError::kKafkaStorageError);
  EXPECT_EQ(dir.log_dir, door.config().get<"data.dir">());
  EXPECT_THAT(dir.topics, IsEmpty());
}

}  // namespace
}  // namespace wharf::kafka
