#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

TEST(DescribeCluster, IsOneBrokerAtTheAddressTheClientReached) {
  DoorUnderTest door;
  for (std::int16_t version = 0; version <= 2; ++version) {
    DescribeClusterResponse response = door.ask(DescribeClusterRequest{}, version);
    EXPECT_EQ(response.error_code, KafkaError::kNone);
    EXPECT_EQ(response.cluster_id, "a-cluster");
    EXPECT_EQ(response.controller_id, DoorUnderTest::kNode);
    ASSERT_EQ(response.brokers.size(), 1u);
    EXPECT_EQ(response.brokers[0].host, "127.0.0.1");
    EXPECT_EQ(response.brokers[0].port, 9092);
    EXPECT_EQ(response.cluster_authorized_operations, std::numeric_limits<std::int32_t>::min());
  }
}

TEST(DescribeCluster, TellsTheAddressThatIsConfigured) {
  DoorUnderTest door({{"kafka.advertised", "broker.example:1234"}});
  DescribeClusterResponse response = door.ask(DescribeClusterRequest{}, 2);
  EXPECT_EQ(response.brokers.at(0).host, "broker.example");
  EXPECT_EQ(response.brokers.at(0).port, 1234);
}

TEST(DescribeCluster, TellsWhatAClientMayDoWhenAsked) {
  DoorUnderTest door;
  EXPECT_EQ(
      door.ask(DescribeClusterRequest{.include_cluster_authorized_operations = true}, 0).cluster_authorized_operations,
      8096);  // Kafka's number for all of them
}

TEST(DescribeCluster, HasNoControllersToDescribe) {
  DoorUnderTest door;
  DescribeClusterResponse controllers = door.ask(DescribeClusterRequest{.endpoint_type = 2}, 1);
  EXPECT_EQ(controllers.error_code, KafkaError::kMismatchedEndpointType);
  EXPECT_EQ(controllers.error_message,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER");
  DescribeClusterResponse unknown = door.ask(DescribeClusterRequest{.endpoint_type = 3}, 1);
  EXPECT_EQ(unknown.error_code, KafkaError::kUnsupportedEndpointType);
  EXPECT_EQ(unknown.error_message, "Unsupported endpoint type 3");
  EXPECT_TRUE(unknown.brokers.empty());
}

}  // namespace
}  // namespace wharf::kafka
