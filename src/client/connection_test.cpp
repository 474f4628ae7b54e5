#include "client/connection.hpp"

#include <gtest/gtest.h>

#include "client/client_testing.hpp"
#include "protocols/kafka/api/list_groups.hpp"

namespace wharf::client::testing {
namespace {

using kafka::ApiKey;
using kafka::KafkaError;
using kafka::RequestHeaderStart;

bool asks_versions(const RequestHeaderStart& header) {
  return header.api_key == static_cast<std::int16_t>(ApiKey::kApiVersions);
}

TEST(Connection, AgreesOnTheHighestVersionThatBothKnow) {
  ScriptedBroker broker([](const RequestHeaderStart& header, ByteView) {
    return reply_with(all_versions(5), header, header.api_version);
  });
  auto connection = broker.run(broker.connect());
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ((*connection)->version(ApiKey::kFetch), 5);
  EXPECT_EQ((*connection)->version(ApiKey::kListGroups), 5);
  EXPECT_EQ((*connection)->version(ApiKey::kDeleteGroups), 2);
  EXPECT_EQ((*connection)->version(ApiKey::kFetch, 3), 3);
}

TEST(Connection, ABrokerThatDoesNotKnowTheNewestQuestionIsUnderstood) {
  ScriptedBroker broker([](const RequestHeaderStart& header, ByteView) {
    kafka::ApiVersionsResponse old;
    old.error_code = KafkaError::kUnsupportedVersion;
    old.api_keys = {{ApiKey::kFetch, 0, 11}, {ApiKey::kApiVersions, 0, 2}};
    return reply_with(old, header, 0);
  });
  auto connection = broker.run(broker.connect());
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ((*connection)->version(ApiKey::kFetch), 11);
  EXPECT_EQ((*connection)->version(ApiKey::kListGroups).error().message,
            "broker:9092 does not serve ListGroups in a version that we know");
}

TEST(Connection, WhoAnswersInAnotherProtocolIsNoBroker) {
  ScriptedBroker broker([](const RequestHeaderStart&, ByteView) {
    const ByteView text = as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n");
    return Reply{{text.begin(), text.end()}, true};
  });
  auto connection = broker.run(broker.connect());
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().message, "broker:9092 answered in HTTP: is this the admin port?");
}

TEST(Connection, ASilentBrokerIsGivenUpAfterTheTimeout) {
  ScriptedBroker broker([](const RequestHeaderStart&, ByteView) { return Reply{}; });
  const MonotonicTime begun = broker.simulation.now();
  auto connection = broker.run(broker.connect({.request_timeout = Milliseconds(700)}));
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().message, "broker:9092 did not answer within 700 ms");
  EXPECT_GE(broker.simulation.now() - begun, Milliseconds(700));
  EXPECT_LT(broker.simulation.now() - begun, Milliseconds(900));
}

TEST(Connection, AnAnswerToAnotherRequestClosesIt) {
  ScriptedBroker broker([](const RequestHeaderStart& header, ByteView) {
    if (asks_versions(header)) return reply_with(all_versions(), header, header.api_version);
    return reply_with(kafka::ListGroupsResponse{}, {header.api_key, header.api_version, header.correlation_id + 1},
                      header.api_version);
  });
  auto connection = broker.run(broker.connect());
  ASSERT_TRUE(connection);
  auto answer = broker.run((*connection)->call(kafka::ListGroupsRequest{}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kMalformed);
  EXPECT_FALSE((*connection)->open());
}

TEST(Connection, AHangUpIsAnErrorWithTheBrokersAddress) {
  ScriptedBroker broker([](const RequestHeaderStart& header, ByteView) {
    if (asks_versions(header)) return reply_with(all_versions(), header, header.api_version);
    return Reply{{}, true};
  });
  auto connection = broker.run(broker.connect());
  auto answer = broker.run((*connection)->call(kafka::ListGroupsRequest{}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kClosed);
  EXPECT_TRUE(answer.error().message.starts_with("lost the connection to broker:9092")) << answer.error().message;
}

}  // namespace
}  // namespace wharf::client::testing
