#include "cli/record_format.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "cli/record_json.hpp"
#include "model/record_batch_builder.hpp"

namespace wharf::cli {
namespace {

/// What `format` makes of one record of topic "t", partition 3.
std::string formatted(const RecordFormat& format, std::optional<std::string_view> key,
                      std::optional<std::string_view> value, std::vector<RecordHeader> headers = {}) {
  BatchBuilder builder({.base_offset = Offset(7)});
  const auto bytes = [](std::optional<std::string_view> text) {
    return text ? std::optional(as_bytes(*text)) : std::nullopt;
  };
  builder.append({.timestamp = Timestamp{1234}, .key = bytes(key), .value = bytes(value), .headers = headers});
  const std::vector<std::byte> batch = *builder.finish();
  Result<OpenedBatch> opened = OpenedBatch::open(*read_batch(batch), 1 << 20);
  RecordReader reader = opened->reader();
  Record record;
  EXPECT_TRUE(*reader.next(record));
  std::string out;
  format.append({"t", PartitionIndex(3), &record}, &out);
  return out;
}

TEST(RecordFormat, PlaceholdersAreKcats) {
  const std::vector<RecordHeader> headers{{"a", as_bytes("1")}, {"b", std::nullopt}};
  EXPECT_EQ(formatted(*RecordFormat::parse("%t %p %o %T %k/%K %s/%S [%h] 100%%\\n"), "key", "value", headers),
            "t 3 7 1234 key/3 value/5 [a=1,b=NULL] 100%\n");
  EXPECT_EQ(formatted(*RecordFormat::parse("%k%K %s%S"), {}, {}), "-1 -1");
  EXPECT_EQ(formatted(*RecordFormat::parse("%R%s"), {}, "ab"), std::string("\0\0\0\2ab", 6));
  EXPECT_EQ(formatted(*RecordFormat::parse(""), "k", "v"), "");
}

TEST(RecordFormat, AnUnknownPlaceholderIsRefused) {
  for (const char* text : {"%", "%z", "x%", "%s %", "\\q", "%s\\"}) EXPECT_FALSE(RecordFormat::parse(text)) << text;
}

TEST(RecordFormat, PlainIsTheValueAndItsDelimiterWithTheKeyWhereAsked) {
  EXPECT_EQ(formatted(RecordFormat::plain("", "\n"), "k", "v"), "v\n");
  EXPECT_EQ(formatted(RecordFormat::plain(":", "\n"), "k", "v"), "k:v\n");
  EXPECT_EQ(formatted(RecordFormat::plain(":", ";"), {}, {}), ":;");
}

TEST(RecordFormat, JsonIsAnObjectThatAParserReads) {
  const std::string line =
      formatted(RecordFormat::json(), "k", "a\"b\\c\n\x01\xc3\xa9", {{"h", as_bytes("x")}, {"h", std::nullopt}});
  EXPECT_TRUE(line.ends_with("}\n"));
  const boost::json::object object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.at("topic").as_string(), "t");
  EXPECT_EQ(object.at("offset").as_int64(), 7);
  EXPECT_EQ(object.at("timestamp_type").as_string(), "create");
  EXPECT_EQ(object.at("key").as_string(), "k");
  EXPECT_EQ(object.at("value").as_string(), "a\"b\\c\n\x01\xc3\xa9");
  EXPECT_EQ(object.at("headers").as_array().at(0).as_object().at("value").as_string(), "x");
  EXPECT_TRUE(object.at("headers").as_array().at(1).as_object().at("value").is_null());
}

TEST(RecordFormat, JsonShowsBytesThatAreNoTextInBase64) {
  EXPECT_TRUE(formatted(RecordFormat::json(), {}, "\xff\xfe").find("\"key\":null,\"value_base64\":\"//4=\"") !=
              std::string::npos);
}

}  // namespace
}  // namespace wharf::cli
