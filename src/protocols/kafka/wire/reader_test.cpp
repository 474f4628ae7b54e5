#include "protocols/kafka/wire/reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/kafka/wire/writer.hpp"

namespace wharf::kafka {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

RC_GTEST_PROP(Reader, ReadsBackEveryNumberThatTheWriterWrote,
              (std::int16_t a, std::int32_t b, std::int64_t c, std::uint32_t d, bool e)) {
  Writer writer;
  writer.integer(a);
  writer.uvarint(d);
  writer.varint(b);
  writer.varlong(c);
  writer.integer(c);
  writer.boolean(e);
  writer.float64(static_cast<double>(c));
  Reader reader(writer.bytes());
  RC_ASSERT(reader.integer<std::int16_t>() == a);
  RC_ASSERT(reader.uvarint() == d);
  RC_ASSERT(reader.varint() == b);
  RC_ASSERT(reader.varlong() == c);
  RC_ASSERT(reader.integer<std::int64_t>() == c);
  RC_ASSERT(reader.boolean() == e);
  RC_ASSERT(reader.float64() == static_cast<double>(c));
  RC_ASSERT(reader.ok());
  RC_ASSERT(reader.bytes_left() == 0u);
}

RC_GTEST_PROP(Reader, ReadsBackEveryStringInBothEncodings,
              (std::string text, std::vector<std::uint8_t> raw, bool flexible)) {
  Writer writer;
  writer.use_version(0, flexible);
  ByteView content = std::as_bytes(std::span(raw));
  writer.string(text);
  writer.null_string();
  writer.bytes(content);
  writer.null_bytes();
  writer.records(Records(content));
  Reader reader(writer.bytes());
  reader.use_version(0, flexible);
  RC_ASSERT(reader.string() == text);
  RC_ASSERT(reader.nullable_string() == std::nullopt);
  RC_ASSERT(std::ranges::equal(reader.bytes(), content));
  RC_ASSERT(reader.nullable_bytes() == std::nullopt);
  RC_ASSERT(reader.nullable_records() == Records(content));
  RC_ASSERT(reader.ok());
  RC_ASSERT(reader.bytes_left() == 0u);
}

TEST(Reader, AVarintOfMoreThan32BitsIsMalformed) {
  Bytes longest = bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0x0F});
  EXPECT_EQ(Reader(longest).uvarint(), 0xFFFFFFFFu);
  for (auto bytes : {bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0x1F}), bytes_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x00})}) {
    Reader reader(bytes);
    EXPECT_EQ(reader.uvarint(), 0u);
    ASSERT_FALSE(reader.ok());
    EXPECT_EQ(reader.error().code, ErrorCode::kMalformed);
  }
  Bytes longer = bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02});
  Reader long_reader(longer);
  EXPECT_EQ(long_reader.varlong(), 0);
  EXPECT_FALSE(long_reader.ok());
}

TEST(Reader, ALengthThatReachesPastTheEndIsMalformed) {
  Bytes bytes = bytes_of({0x00, 0x05, 'a', 'b'});
  Reader reader(bytes);
  EXPECT_EQ(reader.string(), "");
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().message, "the message reaches past the end of the message");
}

TEST(Reader, ANegativeLengthOtherThanNullIsMalformed) {
  Bytes bytes = bytes_of({0xFF, 0xFE});
  Reader reader(bytes);
  EXPECT_EQ(reader.nullable_string(), std::nullopt);
  EXPECT_FALSE(reader.ok());
}

TEST(Reader, AnArrayCannotClaimMoreElementsThanTheBytesLeftCanHold) {
  Bytes bytes = bytes_of({0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0});
  Reader reader(bytes);
  EXPECT_EQ(reader.array_count(1, 1), -1);
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code, ErrorCode::kMalformed);

  Bytes exact = bytes_of({0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8});
  Reader fits(exact);
  EXPECT_EQ(fits.array_count(4, 4), 2);
  Reader too_many(exact);
  EXPECT_EQ(too_many.array_count(5, 4), -1);
}

TEST(Reader, AllArraysOfAMessageTogetherHaveALimitOfMemory) {
  Bytes bytes = bytes_of({0, 0, 0, 2, 0, 0, 0, 2});
  bytes.resize(100);
  Reader reader(bytes, ReadLimits{.elements_bytes = 199});
  EXPECT_EQ(reader.array_count(1, 50), 2);
  EXPECT_EQ(reader.array_count(1, 50), -1);
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code, ErrorCode::kTooLarge);
}

TEST(Reader, TheFirstFailureSticksAndNamesItsPath) {
  Reader reader(ByteView{});
  reader.integer<std::int32_t>();
  reader.in_field("partition");
  reader.in_element(2);
  reader.in_field("partitions");
  reader.in_element(0);
  reader.in_field("topics");
  reader.fail_here(ErrorCode::kTooLarge, "came later");
  EXPECT_EQ(reader.error().message, "topics[0].partitions[2].partition reaches past the end of the message");
  EXPECT_EQ(reader.integer<std::int8_t>(), 0);
}

TEST(Reader, SkippingTaggedFieldsEndsWithTheBytesWhateverCountTheyClaim) {
  Bytes bytes = bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0});
  Reader reader(bytes);
  reader.skip_tagged_fields();
  EXPECT_FALSE(reader.ok());
  Bytes fine = bytes_of({2, 0, 1, 'x', 9, 0, 7});
  Reader good(fine);
  good.skip_tagged_fields();
  EXPECT_EQ(good.integer<std::int8_t>(), 7);
}

}  // namespace
}  // namespace wharf::kafka
