#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Resource = ListConfigResourcesResponse::ConfigResource;

ListConfigResourcesResponse list(DoorUnderTest& door, std::vector<std::int8_t> types) {
  return door.ask(ListConfigResourcesRequest{std::move(types)}, 1);
}

TEST(ListConfigResources, Version0HasNoClientMetricsToList) {
  DoorUnderTest door;
  door.create("a");
  EXPECT_THAT(door.ask(ListConfigResourcesRequest{}, 0).config_resources, IsEmpty());
}

TEST(ListConfigResources, ListsTheKindsAskedForOrAll) {
  DoorUnderTest door;
  door.create("b");
  door.create("a");
  EXPECT_THAT(list(door, {}).config_resources,
              ElementsAre(Resource{"1", 8}, Resource{"1", 4}, Resource{"a", 2}, Resource{"b", 2}));
  EXPECT_THAT(list(door, {2}).config_resources, ElementsAre(Resource{"a", 2}, Resource{"b", 2}));
  EXPECT_THAT(list(door, {4}).config_resources, ElementsAre(Resource{"1", 4}));
  EXPECT_THAT(list(door, {16, 32}).config_resources, IsEmpty());
}

TEST(ListConfigResources, AnUnknownKindIsAnUnsupportedVersion) {
  DoorUnderTest door;
  for (std::int8_t type : std::vector<std::int8_t>{0, 1, 99}) {
    ListConfigResourcesResponse response = list(door, {2, type});
    EXPECT_EQ(response.error_code, KafkaError::kUnsupportedVersion);
    EXPECT_THAT(response.config_resources, IsEmpty());
  }
}

}  // namespace
}  // namespace wharf::kafka
