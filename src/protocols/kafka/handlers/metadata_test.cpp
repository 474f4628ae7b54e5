#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

KafkaError asked_for(DoorUnderTest& door, const std::string& name) {
  MetadataRequest request;
  request.topics.emplace();
  request.topics->push_back({.topic_id = {}, .name = name});
  request.allow_auto_topic_creation = true;
  MetadataResponse response = door.ask(request, 9);
  WHARF_ASSERT(response.topics.size() == 1);
  return response.topics[0].error_code;
}

TEST(Metadata, ATopicIsMadeByItselfUnderTheNamesThatCreateTopicsTakes) {
  DoorUnderTest door;
  EXPECT_EQ(asked_for(door, "a.b"), KafkaError::kNone);
  EXPECT_NE(door.topic("a.b"), nullptr);
  EXPECT_EQ(asked_for(door, "a_b"), KafkaError::kInvalidTopicException) << "collides";
  EXPECT_EQ(door.topic("a_b"), nullptr);
  EXPECT_EQ(asked_for(door, "a/b"), KafkaError::kInvalidTopicException);
  EXPECT_EQ(asked_for(door, "__cluster_metadata"), KafkaError::kUnknownTopicOrPartition);
  EXPECT_EQ(door.topic("__cluster_metadata"), nullptr);
}

}  // namespace
}  // namespace wharf::kafka
