#include "selector/message_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/message_testing.hpp"

namespace wharf::selector {
namespace {

bool matches(std::string_view text, const Record& record, Dialect dialect = Dialect::kJms) {
  Result<MessageFilter> filter = MessageFilter::compile(text, dialect);
  if (!filter) {
    ADD_FAILURE() << filter.error().message;
    return false;
  }
  bool once = filter->matches(record);
  EXPECT_EQ(filter->matches(record), once) << "what was asked before changes nothing";
  return once;
}

TEST(MessageFilter, AsksForUserPropertiesOfEveryType) {
  const Bytes properties = encoded({{"t", true},
                                    {"b", std::int8_t{-2}},
                                    {"B", std::uint8_t{200}},
                                    {"s", std::int16_t{-300}},
                                    {"u", std::uint16_t{65'535}},
                                    {"I", std::int32_t{-70'000}},
                                    {"i", std::uint32_t{4'000'000'000}},
                                    {"l", std::int64_t{1} << 40},
                                    {"L", static_cast<std::uint64_t>(-2)},
                                    {"f", 0.5f},
                                    {"d", 1e300},
                                    {"D", Decimal{2, 314}},
                                    {"D0", Decimal{0, 7}},
                                    {"T", EpochSeconds{1'700'000'000}},
                                    {"T64", EpochSeconds{~std::uint64_t{0}}},
                                    {"S", std::string("text")},
                                    {"x", Binary{std::byte{1}}},
                                    {"A", PropertyList{std::int32_t{1}}},
                                    {"V", Null{}},
                                    {"twice", std::string("first")},
                                    {"twice", std::string("second")}});
  StoredRecord stored(batch_with({.properties = properties}));
  for (std::string_view text : {"t",
                                "b = -2",
                                "B = 200",
                                "s = -300",
                                "u = 65535",
                                "I = -70000",
                                "i = 4000000000",
                                "l = 1099511627776",
                                "L = -2",
                                "f = 0.5",
                                "d = 1e300",
                                "D = 3.14",
                                "D0 = 7",
                                "T = 1700000000",
                                "T64 > 9223372036854775807",
                                "S = 'text'",
                                "x IS NOT NULL",
                                "A IS NOT NULL",
                                "V IS NULL",
                                "nothing IS NULL",
                                "twice = 'first'"}) {
    EXPECT_TRUE(matches(text, stored.record)) << text;
  }
  EXPECT_FALSE(matches("A = 1 OR x = 'x'", stored.record));
}

TEST(MessageFilter, JmsNamesAreTheStandardProperties) {
  const Bytes properties = encoded({{"JMSType", std::string("a user's")}, {"JMSXGroupID", std::string("g")}});
  StoredRecord stored(batch_with({.correlation_id = "c-1",
                                  .message_id = "m-1",
                                  .type = "order",
                                  .delivery_mode = 2,
                                  .priority = 7,
                                  .timestamp_seconds = 1'700'000'000,
                                  .properties = properties}));
  EXPECT_TRUE(matches("JMSMessageID = 'm-1' AND JMSCorrelationID LIKE 'c-%' AND JMSType = 'order'", stored.record));
  EXPECT_TRUE(matches("JMSPriority > 6 AND JMSDeliveryMode = 'PERSISTENT'", stored.record));
  EXPECT_TRUE(matches("JMSTimestamp = 1700000000000 AND JMSXGroupID = 'g'", stored.record));
}

TEST(MessageFilter, WhatAMessageDoesNotSayHasJmssMeaning) {
  StoredRecord stored(batch_with({}, Timestamp{1'234}));
  EXPECT_TRUE(matches("JMSPriority = 0 AND JMSDeliveryMode = 'NON_PERSISTENT' AND JMSTimestamp = 1234", stored.record));
  EXPECT_TRUE(matches("JMSMessageID IS NULL AND JMSCorrelationID IS NULL AND JMSType IS NULL", stored.record));
}

TEST(MessageFilter, APlainRecordsHeadersAreTexts) {
  BatchBuilder builder({});
  const RecordHeader headers[] = {
      {"tries", as_bytes("3")}, {"bytes", as_bytes("\xFF")}, {"none", std::nullopt}, {"message-id", as_bytes("m-1")}};
  builder.append({.timestamp = Timestamp{5'678}, .value = as_bytes("body"), .headers = headers});
  StoredRecord stored(std::move(builder));
  EXPECT_TRUE(matches("tries = '3' AND bytes IS NOT NULL AND none IS NULL", stored.record));
  EXPECT_FALSE(matches("tries = 3", stored.record));
  EXPECT_TRUE(matches("tries = 3", stored.record, Dialect::kRocketMq));
  EXPECT_TRUE(matches("JMSMessageID = 'm-1' AND JMSTimestamp = 5678", stored.record));
}

TEST(MessageFilter, AHeaderThatLiesHasNoProperties) {
  StoredRecord stored(batch_with_header(as_bytes("lies")));
  EXPECT_TRUE(matches("wharf IS NULL AND after = 'it'", stored.record));
}

TEST(MessageFilter, RefusesWhatJmsLetsNobodyAskFor) {
  for (std::string_view name : {"JMSDestination", "JMSReplyTo", "JMSExpiration", "JMSRedelivered", "JMSDeliveryTime"}) {
    Result<MessageFilter> filter = MessageFilter::compile(std::string(name) + " IS NULL");
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(filter.error().message, ::testing::HasSubstr(name));
  }
  EXPECT_FALSE(MessageFilter::compile("a ="));
}

}  // namespace
}  // namespace wharf::selector
