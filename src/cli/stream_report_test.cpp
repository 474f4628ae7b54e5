#include "cli/stream_report.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace wharf::cli {
namespace {

TEST(StreamReport, AStreamIsShownByItsQueueItsTopicAndItsPartition) {
  const boost::json::value queue = boost::json::parse(R"({"name":"s","messages":5,"consumers":1})");
  const boost::json::value topic =
      boost::json::parse(R"({"size_bytes":700,"retention_ms":3600000,"retention_bytes":-1})");
  const boost::json::value partition = boost::json::parse(
      R"({"start_offset":2,"high_watermark":7,"oldest_ms":1700000000000,"newest_ms":1700000001000})");
  EXPECT_EQ(stream_report(queue, topic, partition),
            "stream        s\n"
            "messages      5\n"
            "offsets       from 2, the next one is 7\n"
            "consumers     1\n"
            "bytes on disk 700\n"
            "oldest        2023-11-14 22:13:20\n"
            "newest        2023-11-14 22:13:21\n"
            "retention     3600000 ms\n");
}

TEST(StreamReport, OutsideOfTheDefaultVirtualHostAStreamIsShownByItsQueue) {
  const boost::json::value queue = boost::json::parse(
      R"({"name":"s","vhost":"shop","messages":5,"consumers":1,"arguments":{"x-queue-type":"stream"}})");
  EXPECT_EQ(stream_report(queue),
            "stream        s\n"
            "vhost         shop\n"
            "messages      5\n"
            "consumers     1\n"
            "arguments     {\"x-queue-type\":\"stream\"}\n");
}

TEST(StreamReport, ARetentionIsByAgeAndBySizeOrUnlimited) {
  const auto retention = [](std::string_view topic) {
    const std::string text = stream_report(boost::json::object(), boost::json::parse(topic), boost::json::object());
    return text.substr(text.find("retention"));
  };
  EXPECT_EQ(retention(R"({"retention_ms":5,"retention_bytes":1024})"), "retention     5 ms, 1024 bytes\n");
  EXPECT_EQ(retention(R"({"retention_ms":-1,"retention_bytes":-1})"), "retention     unlimited\n");
}

TEST(StreamReport, AnEmptyStreamHasNoTimes) {
  const boost::json::value queue = boost::json::parse(R"({"name":"s","messages":0,"consumers":0})");
  const boost::json::value topic = boost::json::parse(R"({"size_bytes":0,"retention_ms":-1,"retention_bytes":1024})");
  const boost::json::value partition =
      boost::json::parse(R"({"start_offset":0,"high_watermark":0,"oldest_ms":null,"newest_ms":null})");
  const std::string text = stream_report(queue, topic, partition);
  EXPECT_TRUE(text.contains("oldest        -\nnewest        -\nretention     1024 bytes\n")) << text;
}

}  // namespace
}  // namespace wharf::cli
