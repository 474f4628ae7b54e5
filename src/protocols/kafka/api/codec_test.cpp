// What the codec promises beyond bytes that come back: fields a version lacks, nulls, tags, limits, records outside the
// buffer.
#include "protocols/kafka/wire/codec.hpp"

#include <gtest/gtest.h>

#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/api/consumer_protocol.hpp"

namespace wharf::kafka {
namespace {

template <class Message>
std::vector<std::byte> bytes_of(const Message& message, std::int16_t version) {
  Writer writer;
  Result<void> written = encode(message, version, writer);
  EXPECT_TRUE(written) << (written ? "" : written.error().message);
  return {writer.bytes().begin(), writer.bytes().end()};
}

FetchResponse fetch_response(std::optional<Records> records) {
  FetchResponse response;
  FetchResponse::Topic& topic = response.responses.emplace_back();
  topic.topic = "orders";
  topic.partitions.emplace_back().records = records;
  return response;
}

TEST(Codec, RecordsOfARequestAreAViewIntoTheFrame) {
  std::string batch = "not looked at by the codec";
  ProduceRequest request;
  request.topic_data.emplace_back().partition_data.emplace_back().records = Records(as_bytes(batch));
  std::vector<std::byte> frame = bytes_of(request, 9);
  ProduceRequest back = decode<ProduceRequest>(frame, 9).value();
  ByteView view = back.topic_data[0].partition_data[0].records->view();
  EXPECT_EQ(as_text(view), batch);
  EXPECT_GE(view.data(), frame.data());
  EXPECT_LE(view.data() + view.size(), frame.data() + frame.size());
}

TEST(Codec, ExternalRecordsGiveTheSameFrameOnceTheShellFillsTheGap) {
  std::string batch(300, 'r');
  for (std::int16_t version : std::array<std::int16_t, 4>{4, 11, 12, 18}) {
    Writer inside, outside;
    ASSERT_TRUE(encode(fetch_response(Records(as_bytes(batch))), version, inside));
    ASSERT_TRUE(encode(fetch_response(Records::external(batch.size(), 9)), version, outside));
    ASSERT_EQ(outside.splices().size(), 1u);
    const Splice& gap = outside.splices()[0];
    EXPECT_EQ(gap.token, 9u);
    EXPECT_EQ(outside.total_size(), inside.size());
    std::string filled(as_text(outside.bytes()));
    filled.insert(gap.position, batch);
    EXPECT_EQ(filled, as_text(inside.bytes()));
  }
}

TEST(Codec, AFieldTheVersionLacksIsDroppedWhereIgnorable) {
  ProduceResponse response;
  ProduceResponse::Partition& partition = response.responses.emplace_back().partition_responses.emplace_back();
  partition.log_start_offset = Offset(5);
  partition.error_message = "too large";
  Result<ProduceResponse> back = decode<ProduceResponse>(bytes_of(response, 3), 3);
  EXPECT_EQ(back->responses[0].partition_responses[0].log_start_offset, Offset(-1));
  EXPECT_EQ(back->responses[0].partition_responses[0].error_message, std::nullopt);
}

TEST(Codec, AFieldTheVersionLacksAndNeedsMakesTheMessageUnsayable) {
  HeartbeatRequest request;
  request.group_instance_id = "static-1";
  Writer writer;
  writer.integer<std::int8_t>(1);
  Result<void> written = encode(request, 2, writer);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(written.error().message, "group_instance_id is set, but this version has no such field");
  EXPECT_EQ(writer.size(), 1u) << "the writer stands where it stood";
  EXPECT_TRUE(writer.ok());
}

TEST(Codec, ANullInAVersionWithoutNullIsRefusedBothWays) {
  MetadataRequest all;
  all.topics = std::nullopt;
  Writer writer;
  EXPECT_EQ(encode(all, 0, writer).error().message, "topics is null where this version has no null");
  EXPECT_EQ(decode<MetadataRequest>(bytes_of(all, 1), 1)->topics, std::nullopt);
  std::vector<std::byte> null_array(4, std::byte{0xFF});
  Result<MetadataRequest> read = decode<MetadataRequest>(null_array, 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kMalformed);
  EXPECT_EQ(read.error().message, "topics is null where this version has no null");
}

TEST(Codec, AnErrorInsideNamesThePathOfTheField) {
  OffsetCommitRequest request;
  request.topics.resize(2);
  request.topics[1].partitions.resize(3);
  request.topics[1].partitions[0].committed_metadata = std::string(100, 'm');
  std::vector<std::byte> bytes = bytes_of(request, 2);
  bytes.resize(bytes.size() - 2 - 8 - 3);  // the metadata, the offset and a part of the index of the last partition
  EXPECT_EQ(decode<OffsetCommitRequest>(bytes, 2).error().message,
            "topics[1].partitions[2].partition_index reaches past the end of the message");
  request.topics[1].partitions[0].committed_metadata = std::string(40'000, 'm');
  Writer writer;
  EXPECT_EQ(encode(request, 2, writer).error().message,
            "topics[1].partitions[0].committed_metadata has 40000 bytes, a string here has at most 32767");
}

TEST(Codec, ATaggedFieldAtItsDefaultTakesNoByte) {
  ApiVersionsResponse response;
  std::size_t bare = bytes_of(response, 3).size();
  response.finalized_features_epoch = 0;
  EXPECT_EQ(bytes_of(response, 3).size(), bare + 1 + 1 + 8);
}

TEST(Codec, UnknownTagsAndTagsOfLaterVersionsAreSkipped) {
  Writer writer;
  writer.use_version(12, true);
  FetchRequest request;
  request.cluster_id = "c";
  ASSERT_TRUE(encode(request, 12, writer));
  // The tagged section of the request is its last four bytes: one field, tag 0, two bytes, "c".
  std::vector<std::byte> bytes(writer.bytes().begin(), writer.bytes().end() - 5);
  for (int byte : {3, /*tag*/ 0, 2, 2, 0x63, /*since 15*/ 1, 1, 0xAA, /*unknown*/ 77, 3, 1, 2, 3}) {
    bytes.push_back(static_cast<std::byte>(byte));
  }
  Reader reader(bytes);
  Result<FetchRequest> back = decode<FetchRequest>(reader, 12);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, request);
  EXPECT_EQ(reader.bytes_left(), 0u);
}

TEST(Codec, ATaggedFieldThatIsNotAsLongAsItsLengthSaysIsMalformed) {
  std::vector<std::byte> bytes = bytes_of(ApiVersionsResponse{}, 3);
  bytes.pop_back();
  for (int byte : {1, /*finalized_features_epoch*/ 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0}) {
    bytes.push_back(static_cast<std::byte>(byte));
  }
  Result<ApiVersionsResponse> back = decode<ApiVersionsResponse>(bytes, 3);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().message, "finalized_features_epoch has more bytes than its type");
}

TEST(Codec, AFrameOfEmptyStringsCannotTakeManyTimesItsSizeInMemory) {
  DeleteGroupsRequest request;
  request.groups_names.resize(3'000'000);
  std::vector<std::byte> bytes = bytes_of(request, 2);
  EXPECT_LT(bytes.size(), 3'100'000u);
  EXPECT_EQ(decode<DeleteGroupsRequest>(bytes, 2).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(decode<DeleteGroupsRequest>(bytes, 2, ReadLimits{.elements_bytes = std::size_t{1} << 30}));
}

TEST(Codec, BytesBehindAMessageAreLeftAlone) {
  std::vector<std::byte> bytes = bytes_of(HeartbeatRequest{.group_id = "g"}, 0);
  bytes.resize(bytes.size() + 3);
  Reader reader(bytes);
  EXPECT_EQ(decode<HeartbeatRequest>(reader, 0)->group_id, "g");
  EXPECT_EQ(reader.bytes_left(), 3u);
}

TEST(Codec, PrintsJson) {
  HeartbeatRequest request{.group_id = "a \"b\"\n", .generation_id = 3};
  EXPECT_EQ(print(request),
            "{\"group_id\":\"a \\\"b\\\"\\u000a\",\"generation_id\":3,\"member_id\":\"\","
            "\"group_instance_id\":null}");
  ProduceRequest produce;
  produce.topic_data.emplace_back().partition_data.emplace_back().records = Records(as_bytes("12345"));
  EXPECT_NE(print(produce).find("\"records\":\"<5 bytes>\""), std::string::npos);
}

TEST(ConsumerProtocol, AVersionNewerThanOursReadsAsOurNewest) {
  ConsumerProtocolSubscription subscription{.topics = {"a", "b"}, .rack_id = "r1"};
  Writer writer;
  ASSERT_TRUE(encode_subscription(subscription, 3, writer));
  std::vector<std::byte> bytes(writer.bytes().begin(), writer.bytes().end());
  bytes[1] = std::byte{4};
  bytes.push_back(std::byte{1});  // a field that version 4 may have
  EXPECT_EQ(decode_subscription(bytes).value(), subscription);
}

TEST(ApiKeys, HeaderVersionsFollowTheBodysAndApiVersionsIsTheException) {
  EXPECT_EQ(request_header_version(ApiKey::kFetch, 11), 1);
  EXPECT_EQ(request_header_version(ApiKey::kFetch, 12), 2);
  EXPECT_EQ(response_header_version(ApiKey::kFetch, 11), 0);
  EXPECT_EQ(response_header_version(ApiKey::kFetch, 12), 1);
  EXPECT_EQ(request_header_version(ApiKey::kApiVersions, 3), 2);
  EXPECT_EQ(response_header_version(ApiKey::kApiVersions, 3), 0);
  EXPECT_EQ(request_header_version(ApiKey::kOffsetDelete, 0), 1);
  EXPECT_EQ(find_api(static_cast<ApiKey>(17)), nullptr);
  EXPECT_EQ(find_api(static_cast<ApiKey>(-1)), nullptr);
  EXPECT_EQ(find_api(static_cast<ApiKey>(32767)), nullptr);
}

TEST(ApiKeys, EveryRequestIsFoundByItsKey) {
  for (const Api& api : kApis) {
    ApiKey found{-1};
    EXPECT_TRUE(AllRequests::with(api.key, [&]<class Request> { found = Request::kKey; }));
    EXPECT_EQ(found, api.key);
  }
  EXPECT_FALSE(AllRequests::with(static_cast<ApiKey>(4), []<class Request> { FAIL(); }));
}

TEST(KafkaErrors, HaveNamesSentencesAndAnAnswerForNumbersFromTheFuture) {
  EXPECT_EQ(name_of(KafkaError::kUnknownServerError), "UNKNOWN_SERVER_ERROR");
  EXPECT_EQ(name_of(KafkaError::kNone), "NONE");
  EXPECT_EQ(name_of(KafkaError::kUnsupportedVersion), "UNSUPPORTED_VERSION");
  EXPECT_EQ(name_of(static_cast<KafkaError>(kHighestKafkaError)), "SHARE_SESSION_LIMIT_REACHED");
  EXPECT_EQ(name_of(static_cast<KafkaError>(kHighestKafkaError + 1)), "UNKNOWN");
  EXPECT_EQ(name_of(static_cast<KafkaError>(-2)), "UNKNOWN");
  EXPECT_TRUE(is_retriable(KafkaError::kNotLeaderOrFollower));
  for (std::int16_t number = -1; number <= kHighestKafkaError; ++number) {
    EXPECT_EQ(sentence_of(static_cast<KafkaError>(number)).back(), '.');
  }
}

}  // namespace
}  // namespace wharf::kafka
