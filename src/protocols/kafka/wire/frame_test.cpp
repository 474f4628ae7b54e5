#include "protocols/kafka/wire/frame.hpp"

#include <gtest/gtest.h>

#include "protocols/kafka/wire/header.hpp"

namespace wharf::kafka {
namespace {

TEST(Frame, TheLengthCountsSplicedBytesOfThisFrameOnly) {
  Writer writer;
  OpenFrame first = begin_frame(writer);
  writer.records(Records::external(1000, 1));
  ASSERT_TRUE(end_frame(first, writer));
  OpenFrame second = begin_frame(writer);
  writer.integer<std::int16_t>(5);
  ASSERT_TRUE(end_frame(second, writer));
  EXPECT_EQ(load_big_endian<std::int32_t>(writer.bytes().data()), 1004);
  EXPECT_EQ(load_big_endian<std::int32_t>(writer.bytes().data() + 8), 2);
}

TEST(Frame, AFrameAboveTwoGibibytesIsTakenBack) {
  Writer writer;
  OpenFrame frame = begin_frame(writer);
  writer.records(Records::external(0x7FFFFFF0, 1));
  writer.records(Records::external(0x7FFFFFF0, 2));
  EXPECT_EQ(end_frame(frame, writer).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(writer.total_size(), 0u);
}

TEST(Header, ARequestHeaderComesBackInEachVersion) {
  for (std::int16_t version = 1; version <= 2; ++version) {
    for (std::optional<std::string> client_id : {std::optional<std::string>("kcat"), std::optional<std::string>()}) {
      RequestHeader header{.api_key = 3, .api_version = 9, .correlation_id = 77, .client_id = client_id};
      Writer writer;
      ASSERT_TRUE(write_request_header(header, version, writer));
      Reader reader(writer.bytes());
      EXPECT_EQ(read_request_header(reader, version).value(), header);
      EXPECT_EQ(reader.bytes_left(), 0u);
      EXPECT_EQ(peek_request_header(writer.bytes())->correlation_id, 77);
    }
  }
}

TEST(Header, AVersionZeroRequestHeaderHasNoClientId) {
  Writer writer;
  ASSERT_TRUE(write_request_header({.api_key = 7, .correlation_id = 1}, 0, writer));
  EXPECT_EQ(writer.size(), 8u);
  Reader reader(writer.bytes());
  EXPECT_EQ(read_request_header(reader, 0)->api_key, 7);
}

TEST(Header, AResponseHeaderHasTaggedFieldsFromVersionOneOn) {
  Writer writer;
  write_response_header(5, 0, writer);
  EXPECT_EQ(writer.size(), 4u);
  write_response_header(6, 1, writer);
  EXPECT_EQ(writer.size(), 9u);
  Reader reader(writer.bytes());
  EXPECT_EQ(read_response_header(reader, 0).value(), 5);
  EXPECT_EQ(read_response_header(reader, 1).value(), 6);
}

TEST(Header, EveryPrefixOfARequestHeaderIsMalformed) {
  Writer writer;
  ASSERT_TRUE(write_request_header({.api_key = 3, .client_id = "client"}, 2, writer));
  for (std::size_t size = 0; size < writer.size(); ++size) {
    Reader reader(writer.bytes().first(size));
    EXPECT_FALSE(read_request_header(reader, 2)) << size;
  }
}

}  // namespace
}  // namespace wharf::kafka
