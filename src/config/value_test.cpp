#include "config/value.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace wharf::config {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(Value, BytesTakeBinarySuffixes) {
  EXPECT_EQ(parse_bytes("10"), 10);
  EXPECT_EQ(parse_bytes(" 64MiB "), 64 << 20);
  EXPECT_EQ(parse_bytes("1 GiB"), 1 << 30);
  EXPECT_EQ(parse_bytes("2TiB"), 2ll << 40);
  EXPECT_EQ(parse_bytes("-1"), -1);
}

TEST(Value, BytesRefuseWhatCouldBeReadTwoWays) {
  for (const char* text :
       {"", "MiB", "1MB", "1m", "1.5GiB", "1KiB1", "-1KiB", "0x10", "8388608TiB", "99999999999999999999"}) {
    EXPECT_FALSE(parse_bytes(text).has_value()) << text;
  }
}

TEST(Value, TimesTakeUnitsFromMillisecondsToDays) {
  EXPECT_EQ(parse_duration_ms("1500"), 1500);
  EXPECT_EQ(parse_duration_ms("1500ms"), 1500);
  EXPECT_EQ(parse_duration_ms("90s"), 90'000);
  EXPECT_EQ(parse_duration_ms("5m"), 300'000);
  EXPECT_EQ(parse_duration_ms("2h"), 7'200'000);
  EXPECT_EQ(parse_duration_ms("7d"), 604'800'000);
  for (const char* text : {"", "d", "7 days", "1w", "-7d", "106751991168d"})
    EXPECT_FALSE(parse_duration_ms(text).has_value()) << text;
}

TEST(Value, PrintedBytesAndTimesReadBackTheSame) {
  rc::check([] {
    const auto value = *rc::gen::inRange<std::int64_t>(-3, kMax);
    RC_ASSERT(*parse_bytes(print_bytes(value)) == value);
    RC_ASSERT(*parse_duration_ms(print_duration(value)) == value);
  });
  EXPECT_EQ(print_bytes(1 << 30), "1GiB");
  EXPECT_EQ(print_bytes(1536 << 10), "1536KiB");
  EXPECT_EQ(print_bytes(0), "0");
  EXPECT_EQ(print_duration(604'800'000), "7d");
  EXPECT_EQ(print_duration(90'000), "90s");
  EXPECT_EQ(print_duration(1), "1ms");
  EXPECT_EQ(print_duration(-1), "-1");
}

TEST(Value, RatiosAreFiniteAndPrintWithAPoint) {
  EXPECT_EQ(parse_ratio("0.5"), 0.5);
  EXPECT_EQ(parse_ratio("+1e-3"), 0.001);
  for (const char* text : {"", "nan", "inf", "1e999", "0.5x", "+-1"})
    EXPECT_FALSE(parse_ratio(text).has_value()) << text;
  EXPECT_EQ(print_ratio(1), "1.0");
  EXPECT_EQ(print_ratio(0.25), "0.25");
}

TEST(Value, EndpointsAreHostAndPort) {
  EXPECT_EQ(parse_endpoint("localhost:9092"), (Endpoint{"localhost", 9092}));
  EXPECT_EQ(parse_endpoint("[::1]:0"), (Endpoint{"::1", 0}));
  EXPECT_EQ(parse_endpoint(" 0.0.0.0:65535 "), (Endpoint{"0.0.0.0", 65535}));
  for (const char* text : {"", "localhost", ":9092", "localhost:", "localhost:65536", "::1:9092", "[::1]", "[::1]9092",
                           "[]:1", "[localhost]:1", "a b:1", "tcp://a:1", "a:+1", "a:1 2"}) {
    EXPECT_FALSE(parse_endpoint(text).has_value()) << text;
  }
}

TEST(Value, ListsDropBlanksAndKeepEmptyItemsVisible) {
  EXPECT_EQ(parse_list(""), std::vector<std::string>());
  EXPECT_EQ(parse_list(" a , b "), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parse_list("a,"), (std::vector<std::string>{"a", ""}));
}

TEST(Value, TheNearestNameIsTheOneThatWasMeant) {
  const std::vector<std::string_view> names{"kafka.listen", "log.flush", "log.format"};
  EXPECT_EQ(nearest_name("kafka.listn", names), "kafka.listen");
  EXPECT_EQ(nearest_name("Log.Flush", names), "log.flush");
  EXPECT_EQ(nearest_name("zookeeper.connect", names), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(10'000, 'a'), names), std::nullopt);
}

}  // namespace
}  // namespace wharf::config
