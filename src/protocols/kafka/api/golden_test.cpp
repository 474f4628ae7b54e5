// Messages with known values, byte for byte as the classes of kafka-clients 4.3.1 write them.
#include <gtest/gtest.h>

#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/api/consumer_protocol.hpp"

namespace wharf::kafka {
namespace {

std::string hex_of(ByteView bytes) {
  std::string hex;
  for (std::byte byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return hex;
}

template <class Message>
void expect_bytes(const Message& message, std::int16_t version, const std::string& hex) {
  Writer writer;
  ASSERT_TRUE(encode(message, version, writer));
  EXPECT_EQ(hex_of(writer.bytes()), hex);
  Result<Message> back = decode<Message>(writer.bytes(), version);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, message);
}

TopicId topic_id() {
  TopicId id;
  id.bytes[7] = 1;
  id.bytes[15] = 2;
  return id;
}

TEST(Golden, ApiVersions) {
  expect_bytes(ApiVersionsRequest{.client_software_name = "apache-kafka-java", .client_software_version = "4.3.1"}, 3,
               "126170616368652d6b61666b612d6a61766106342e332e3100");
  ApiVersionsResponse response{.api_keys = {{.api_key = ApiKey::kProduce, .min_version = 0, .max_version = 13}}};
  expect_bytes(response, 0, "00000000000100000000000d");
  response.finalized_features_epoch = 7;
  expect_bytes(response, 3, "00000200000000000d00000000000101080000000000000007");
}

TEST(Golden, Metadata) {
  MetadataRequest all;
  all.topics = std::nullopt;
  expect_bytes(all, 12, "00010000");
  expect_bytes(MetadataRequest{.topics = {{{.name = "orders"}}}}, 4, "0000000100066f726465727301");

  MetadataResponse response{.brokers = {{.node_id = NodeId(1), .host = "127.0.0.1", .port = 9092}},
                            .cluster_id = "c",
                            .controller_id = NodeId(1),
                            .topics = {{.name = "orders",
                                        .partitions = {{.partition_index = PartitionIndex(2),
                                                        .leader_id = NodeId(1),
                                                        .leader_epoch = LeaderEpoch(5),
                                                        .replica_nodes = {NodeId(1)},
                                                        .isr_nodes = {NodeId(1)}}}}}};
  expect_bytes(response, 9,
               "0000000002000000010a3132372e302e302e31000023840000026300000001020000076f72646572730002000000000002"
               "000000010000000502000000010200000001010080000000008000000000");
}

TEST(Golden, Produce) {
  std::string batch = "batch";
  ProduceRequest request{
      .acks = -1,
      .timeout_ms = 30'000,
      .topic_data = {{.topic_id = topic_id(),
                      .partition_data = {{.index = PartitionIndex(3), .records = Records(as_bytes(batch))}}}}};
  expect_bytes(request, 13, "00ffff0000753002000000000000000100000000000000020200000003066261746368000000");
}

TEST(Golden, Fetch) {
  FetchRequest request{.max_wait_ms = 500,
                       .min_bytes = 1,
                       .max_bytes = 52'428'800,
                       .session_id = 9,
                       .session_epoch = 1,
                       .topics = {{.topic_id = topic_id(),
                                   .partitions = {{.partition = PartitionIndex(3),
                                                   .fetch_offset = Offset(100),
                                                   .partition_max_bytes = 1'048'576,
                                                   .high_watermark = Offset(99)}}}},
                       .rack_id = "r"};
  expect_bytes(request, 18,
               "000001f4000000010320000000000000090000000102000000000000000100000000000000020200000003ffffffff00000000"
               "00000064ffffffffffffffffffffffff0010000001010800000000000000630001027200");

  FetchResponse response{
      .responses = {{.topic = "orders",
                     .partitions = {{.partition_index = PartitionIndex(3),
                                     .error_code = KafkaError::kFencedLeaderEpoch,
                                     .high_watermark = Offset(7),
                                     .last_stable_offset = Offset(6),
                                     .current_leader = {.leader_id = NodeId(2), .leader_epoch = LeaderEpoch(4)},
                                     .aborted_transactions = std::nullopt}}}}};
  expect_bytes(response, 12,
               "0000000000000000000002076f72646572730200000003004a00000000000000070000000000000006ffffffffffffffff00"
               "ffffffff000101090000000200000004000000");
}

TEST(Golden, ListOffsets) {
  ListOffsetsRequest request{
      .replica_id = NodeId(-1),
      .topics = {{.name = "orders", .partitions = {{.partition_index = PartitionIndex(0), .timestamp = -2}}}}};
  expect_bytes(request, 1, "ffffffff0000000100066f72646572730000000100000000fffffffffffffffe");
}

TEST(Golden, Groups) {
  expect_bytes(FindCoordinatorRequest{.key_type = 0, .coordinator_keys = {"g1", "g2"}}, 4, "000303673103673200");
  JoinGroupRequest join{.group_id = "g",
                        .session_timeout_ms = 45'000,
                        .rebalance_timeout_ms = 300'000,
                        .group_instance_id = "i",
                        .protocol_type = "consumer",
                        .protocols = {{.name = "range", .metadata = {std::byte{1}, std::byte{2}}}}};
  expect_bytes(join, 5, "0001670000afc8000493e000000001690008636f6e73756d657200000001000572616e6765000000020102");
  OffsetFetchRequest fetch{.groups = {{.group_id = "g", .topics = std::nullopt}}, .require_stable = true};
  expect_bytes(fetch, 8, "02026700000100");
  ConsumerProtocolSubscription subscription{.topics = {"a"}, .generation_id = 3};
  expect_bytes(subscription, 2, "00000001000161ffffffff0000000000000003");
}

TEST(Golden, DescribeTopicPartitionsWithACursor) {
  DescribeTopicPartitionsRequest request{
      .topics = {{.name = "a"}},
      .cursor = DescribeTopicPartitionsRequest::Cursor{.topic_name = "a", .partition_index = PartitionIndex(7)}};
  expect_bytes(request, 0, "02026100000007d0010261000000070000");
}

}  // namespace
}  // namespace wharf::kafka
