#include "model/message_properties.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/message_testing.hpp"

namespace wharf {
namespace {

using corpus::OwnedRecord;
using corpus::Text;

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

/// The text that a Kafka consumer sees of a property.
Text copy_of(PropertyValue value) {
  const Bytes table = encoded({{"name", std::move(value)}});
  StoredRecord stored(batch_with({.properties = table}));
  auto headers = headers_of(stored.record);
  EXPECT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.back().first, "name");
  return headers.back().second;
}

Binary binary(std::string_view text) {
  return bytes_of(as_bytes(text));
}

TEST(ReadableCopy, IsTheTextThatAKafkaConsumerExpects) {
  EXPECT_EQ(copy_of(Null{}), std::nullopt);
  EXPECT_EQ(copy_of(true), "true");
  EXPECT_EQ(copy_of(false), "false");
  EXPECT_EQ(copy_of(std::int8_t{-2}), "-2");
  EXPECT_EQ(copy_of(std::uint8_t{200}), "200");
  EXPECT_EQ(copy_of(std::int16_t{-300}), "-300");
  EXPECT_EQ(copy_of(std::uint16_t{65'535}), "65535");
  EXPECT_EQ(copy_of(std::int32_t{-70'000}), "-70000");
  EXPECT_EQ(copy_of(std::uint32_t{4'000'000'000}), "4000000000");
  EXPECT_EQ(copy_of(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(copy_of(static_cast<std::uint64_t>(-2)), "-2");  // 'L', as RabbitMQ reads it
  EXPECT_EQ(copy_of(0.5f), "0.5");
  EXPECT_EQ(copy_of(1e300), "1e+300");
  EXPECT_EQ(copy_of(EpochSeconds{1'700'000'000}), "1700000000");
  EXPECT_EQ(copy_of(std::string("text")), "text");
  EXPECT_EQ(copy_of(std::string()), "");
  EXPECT_EQ(copy_of(binary("\x01\xFF")), "\x01\xFF");
}

TEST(ReadableCopy, OfADecimalHasItsPoint) {
  EXPECT_EQ(copy_of(Decimal{0, 314}), "314");
  EXPECT_EQ(copy_of(Decimal{2, 314}), "3.14");
  EXPECT_EQ(copy_of(Decimal{3, 314}), "0.314");
  EXPECT_EQ(copy_of(Decimal{5, -314}), "-0.00314");
  EXPECT_EQ(copy_of(Decimal{1, 0}), "0.0");
  EXPECT_EQ(copy_of(Decimal{0, std::numeric_limits<std::int32_t>::min()}), "-2147483648");
  EXPECT_EQ(copy_of(Decimal{255, 1})->size(), 257u);
}

TEST(ReadableCopy, OfListsAndTablesIsJson) {
  EXPECT_EQ(copy_of(PropertyList{}), "[]");
  EXPECT_EQ(copy_of(PropertyTable{}), "{}");
  EXPECT_EQ(copy_of(PropertyList{PropertyValue(std::string("a")), PropertyValue(), PropertyValue(true),
                                 PropertyValue(Decimal{1, 15})}),
            R"(["a",null,true,1.5])");
  PropertyTable death{{"count", std::int64_t{1}},
                      {"reason", std::string("expired")},
                      {"time", EpochSeconds{1'700'000'000}},
                      {"routing-keys", PropertyList{PropertyValue(std::string("jobs"))}}};
  EXPECT_EQ(copy_of(PropertyList{PropertyValue(death)}),
            R"([{"count":1,"reason":"expired","time":1700000000,"routing-keys":["jobs"]}])");
  EXPECT_EQ(copy_of(PropertyTable{{"\"q\\", std::string("line\nend\x1f \xC3\xA9")}}),
            "{\"\\\"q\\\\\":\"line\\u000aend\\u001f \xC3\xA9\"}");
}

TEST(ReadableCopy, InJsonOfWhatJsonLacksIsBase64OrNull) {
  EXPECT_EQ(copy_of(PropertyList{PropertyValue(binary("")), PropertyValue(binary("f")), PropertyValue(binary("fo")),
                                 PropertyValue(binary("foo")), PropertyValue(std::string("\xFF\xFE\xFD\xFC"))}),
            R"(["","Zg==","Zm8=","Zm9v","//79/A=="])");
  EXPECT_EQ(copy_of(PropertyList{PropertyValue(std::numeric_limits<double>::infinity()),
                                 PropertyValue(std::numeric_limits<float>::quiet_NaN())}),
            "[null,null]");
}

RC_GTEST_PROP(Properties, OfAMessageAreItsTypedTableByteForByte, ()) {
  PropertyTable table = any_table();
  const Bytes bytes = encoded(table);
  StoredRecord stored(batch_with({.properties = bytes}));
  RC_ASSERT(properties_of(stored.record) == table);
  Bytes appended;
  RC_ASSERT(append_properties(appended, stored.record, kNoLimit) == 0u);
  RC_ASSERT(appended == bytes);
}

RC_GTEST_PROP(Properties, OfAKafkaRecordComeBackAsTheSameHeaders, ()) {
  OwnedRecord record{5, maybe<std::string>(), any<std::string>(), {}};
  for (int left = *rc::gen::inRange(0, 6); left > 0; --left)
    record.headers.emplace_back(any<std::string>().substr(0, kMaxPropertyNameBytes), maybe<std::string>());
  StoredRecord stored(batch_with(record));

  PropertyTable properties = properties_of(stored.record);
  Bytes table;
  RC_ASSERT(append_properties(table, stored.record, kNoLimit) == 0u);
  RC_ASSERT(table == encoded(properties));

  MessageView shown = message_of(stored.record).value();
  shown.properties = table;
  StoredRecord back(batch_with(shown));
  auto headers = headers_of(back.record);
  RC_ASSERT(headers.front().first == kMessageHeader);
  headers.erase(headers.begin());
  RC_ASSERT(headers == record.headers);
  RC_ASSERT(corpus::own(back.record.key) == record.key);
  RC_ASSERT(corpus::own(back.record.value) == record.value);
  RC_ASSERT(properties_of(back.record) == properties);
}

TEST(Properties, OfAKafkaRecordAreTextBytesOrNothing) {
  StoredRecord stored(batch_with(
      OwnedRecord{0, std::nullopt, "v", {{"t", "\xC3\xA9"}, {"b", "\xC3"}, {"n", std::nullopt}, {"t", ""}}}));
  EXPECT_EQ(
      properties_of(stored.record),
      (PropertyTable{{"t", std::string("\xC3\xA9")}, {"b", binary("\xC3")}, {"n", Null{}}, {"t", std::string()}}));
}

TEST(Properties, OfARecordWhoseHeaderLiesAreTheOthers) {
  StoredRecord stored(batch_with_header(as_bytes("lie")));
  EXPECT_EQ(properties_of(stored.record), (PropertyTable{{"after", std::string("it")}}));
  Bytes table;
  EXPECT_EQ(append_properties(table, stored.record, kNoLimit), 0u);
  EXPECT_EQ(table, encoded({{"after", std::string("it")}}));
}

TEST(Properties, ThatHaveNoRoomAreLeftOut) {
  std::string long_name(256, 'n');
  OwnedRecord record{0, std::nullopt, "v", {{"a", "1"}, {long_name, "2"}, {"big", std::string(100, 'x')}, {"z", "3"}}};
  StoredRecord plain(batch_with(record));
  Bytes table;
  EXPECT_EQ(append_properties(table, plain.record, 20), 2u);
  EXPECT_EQ(table, encoded({{"a", std::string("1")}, {"z", std::string("3")}}));

  const Bytes typed = encoded({{"a", std::int32_t{1}}, {"big", std::string(100, 'x')}, {"z", true}});
  StoredRecord stored(batch_with({.properties = typed}));
  Bytes kept{std::byte{9}};  // what stood there stays
  EXPECT_EQ(append_properties(kept, stored.record, 20), 1u);
  kept.erase(kept.begin());
  EXPECT_EQ(kept, encoded({{"a", std::int32_t{1}}, {"z", true}}));
}

TEST(Properties, OfAnyRecordCanBeStoredAgain) {
  OwnedRecord record{0, std::nullopt, "v", {{std::string(256, 'n'), "long"}}};
  record.headers.resize(kMaxTableValues + 10, {"k", std::nullopt});
  StoredRecord stored(batch_with(record));
  PropertyTable properties = properties_of(stored.record);
  EXPECT_EQ(properties.size(), kMaxTableValues);
  Bytes table;
  EXPECT_EQ(append_properties(table, stored.record, kNoLimit), 10u);
  EXPECT_EQ(table, encoded(properties));
  StoredRecord again(batch_with({.properties = table}));
  EXPECT_EQ(again.record.headers.size(), kMaxTableValues + 1);
  EXPECT_TRUE(message_of(again.record));
}

TEST(Properties, OfAMessageWithoutAnyAreNone) {
  StoredRecord stored(batch_with({.body = as_bytes("b")}));
  EXPECT_TRUE(properties_of(stored.record).empty());
}

}  // namespace
}  // namespace wharf
