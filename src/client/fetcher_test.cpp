#include "client/fetcher.hpp"

#include <gtest/gtest.h>

#include "client/client_testing.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::client::testing {
namespace {

using kafka::ApiKey;
using kafka::RequestHeaderStart;

/// A batch of one record.
std::vector<std::byte> batch_at(Offset offset) {
  BatchBuilder builder(BatchOptions{.base_offset = offset});
  builder.append({.timestamp = Timestamp{1}, .value = as_bytes(std::string_view("v"))});
  return *builder.finish();
}

/// A broker with one partition of topic "t", without an end: at every offset asked for there is a record.
class EndlessBroker {
 public:
  EndlessBroker()
      : broker([this](const RequestHeaderStart& header, ByteView frame) { return answer(header, frame); }),
        cluster(&broker.client->shard(), &broker.simulation.network(), {ScriptedBroker::kEndpoint},
                {.request_timeout = Milliseconds(3000)}),
        topic(*broker.run(cluster.topic("t", {}))),
        fetcher(&cluster, topic, {{PartitionIndex(0), Offset(0), std::nullopt}}) {}

  /// Reads on until there is something.
  Result<Offset> next_offset() {
    while (true) {
      auto fetched = broker.run(fetcher.next());
      if (!fetched) return fail(fetched.error());
      if (!fetched->batches.empty()) return fetched->batches.front().batch.header.base_offset;
    }
  }

 private:
  Reply answer(const RequestHeaderStart& header, ByteView frame) const {
    if (header.api_key == static_cast<std::int16_t>(ApiKey::kApiVersions))
      return reply_with(all_versions(), header, header.api_version);
    if (header.api_key == static_cast<std::int16_t>(ApiKey::kMetadata)) {
      kafka::MetadataResponse response;
      response.brokers.push_back({NodeId(1), "broker", 9092, {}});
      auto& found = response.topics.emplace_back();
      found.name = "t";
      found.partitions.push_back({.partition_index = PartitionIndex(0), .leader_id = NodeId(1)});
      return reply_with(response, header, header.api_version);
    }
    kafka::Reader reader(frame);
    WHARF_ASSERT(kafka::read_request_header(reader, kafka::request_header_version(ApiKey::kFetch, header.api_version))
                     .has_value());
    auto request = kafka::decode<kafka::FetchRequest>(reader, header.api_version);
    WHARF_ASSERT(request.has_value());
    const std::vector<std::byte> batch = batch_at(request->topics[0].partitions[0].fetch_offset);
    kafka::FetchResponse response;
    auto& found = response.responses.emplace_back();
    found.topic = "t";
    found.partitions.push_back({.partition_index = PartitionIndex(0), .records = kafka::Records(batch)});
    return reply_with(response, header, header.api_version);
  }

 public:
  ScriptedBroker broker;
  Cluster cluster;
  Topic topic;
  Fetcher fetcher;
};

TEST(Fetcher, GoesOnWhereItWasOnceTheBrokerIsBack) {
  EndlessBroker broker;
  int notices = 0;
  broker.cluster.when_waiting([&](const Endpoint&) { ++notices; });
  EXPECT_EQ(broker.next_offset(), Offset(0));
  broker.broker.go_away(Milliseconds(2000));
  EXPECT_EQ(broker.next_offset(), Offset(1));
  EXPECT_EQ(broker.next_offset(), Offset(2));
  EXPECT_EQ(notices, 1);
}

TEST(Fetcher, ABrokerThatStaysAwayIsGivenUpAfterTheRequestTimeout) {
  EndlessBroker broker;
  EXPECT_EQ(broker.next_offset(), Offset(0));
  const MonotonicTime begun = broker.broker.simulation.now();
  broker.broker.go_away(std::nullopt);
  const Result<Offset> next = broker.next_offset();
  ASSERT_FALSE(next);
  EXPECT_TRUE(is_away(next.error())) << next.error().message;
  EXPECT_GE(broker.broker.simulation.now() - begun, Milliseconds(3000));
  EXPECT_LT(broker.broker.simulation.now() - begun, Milliseconds(4000));
}

}  // namespace
}  // namespace wharf::client::testing
