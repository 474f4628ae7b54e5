#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using Answer = DescribeProducersResponse::Partition;

Answer describe(DoorUnderTest& door, std::string topic, std::int32_t partition) {
  DescribeProducersRequest request{{{std::move(topic), {PartitionIndex(partition)}}}};
  return door.ask(std::move(request), 0).topics.at(0).partitions.at(0);
}

TEST(DescribeProducers, TellsWhatThePartitionRemembers) {
  DoorUnderTest door;
  door.create("a");
  door.operate.known_producers = {{ProducerId(5), ProducerEpoch(2), 17, Timestamp{1000}}};
  Answer answer = describe(door, "a", 0);
  EXPECT_EQ(answer.error_code, KafkaError::kNone);
  EXPECT_EQ(answer.error_message, std::nullopt);
  ASSERT_EQ(answer.active_producers.size(), 1u);
  DescribeProducersResponse::Producer expected{.producer_id = ProducerId(5),
                                               .producer_epoch = 2,
                                               .last_sequence = 17,
                                               .last_timestamp = 1000,
                                               .coordinator_epoch = -1,
                                               .current_txn_start_offset = Offset(-1)};
  EXPECT_EQ(answer.active_producers[0], expected);
}

TEST(DescribeProducers, RefusesWhatIsNotHere) {
  DoorUnderTest door;
  door.create("a");
  for (auto [topic, partition] : {std::pair("nobody", 0), std::pair("a", 1), std::pair("a", -1)}) {
    EXPECT_EQ(describe(door, topic, partition).error_code, KafkaError::kUnknownTopicOrPartition);
  }
  Answer unnamed = describe(door, "", 0);
  EXPECT_EQ(unnamed.error_code, KafkaError::kInvalidTopicException);
  EXPECT_EQ(unnamed.error_message, "Topic name is invalid: the empty string is not allowed");
  door.operate.failure = Error{ErrorCode::kStorage, "gone"};
  EXPECT_EQ(describe(door, "a", 0).error_code, KafkaError::kKafkaStorageError);
}

}  // namespace
}  // namespace wharf::kafka
