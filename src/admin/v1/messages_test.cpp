// Producing, reading and searching messages of a topic.
#include "admin/v1/api_testing.hpp"
#include "model/murmur2.hpp"

namespace wharf::v1 {
namespace {

using testing::ElementsAre;

std::vector<std::string> values(const boost::json::value& answer) {
  std::vector<std::string> all;
  for (const boost::json::value& message : answer.at("messages").as_array())
    all.emplace_back(message.at("value").at("data").as_string());
  return all;
}

std::string next_of(const boost::json::value& answer) {
  const boost::json::value& next = answer.at("next");
  return next.is_null() ? "" : std::string(next.as_string());
}

TEST_F(OwnApi, AMessageComesOutAsItWentIn) {
  create("orders");
  std::string body =
      R"({"key":"k","value":"/w==","value_encoding":"base64","timestamp_ms":5,)"
      R"("headers":[{"name":"a","value":"1"},{"name":"a","value":null},{"name":"b","value":"AA==","encoding":"base64"}]})";
  EXPECT_EQ(produce("orders", body), 0);
  Answered answered = ask("GET", "/topics/orders/partitions/0/messages/0");
  EXPECT_EQ(
      answered.text(),
      R"({"partition":0,"offset":0,"timestamp_ms":5,"key":{"bytes":1,"encoding":"text","data":"k"},)"
      R"("value":{"bytes":1,"encoding":"base64","data":"/w=="},"headers":[{"name":"a","value":{"bytes":1,"encoding":"text","data":"1"}},)"
      R"({"name":"a","value":null},{"name":"b","value":{"bytes":1,"encoding":"text","data":"\u0000"}}]})");
  EXPECT_EQ(produce("orders", R"({"value":null})"), 1);
  EXPECT_EQ(ask("GET", "/topics/orders/partitions/0/messages/1").body.at("value"), nullptr);
  EXPECT_EQ(status("GET", "/topics/orders/partitions/0/messages/2"), 404u);
  EXPECT_EQ(status("GET", "/topics/orders/partitions/7/messages/0"), 404u);
  EXPECT_EQ(status("GET", "/topics/orders/partitions/x/messages/0"), 400u);
  EXPECT_EQ(status("GET", "/topics/orders/partitions/0/messages/-1"), 400u);
}

TEST_F(OwnApi, ContentsAreCutAtACharacter) {
  create("orders");
  produce("orders", "{\"value\":\"a\xC3\xA9z\"}");
  boost::json::value cut = ask("GET", "/topics/orders/partitions/0/messages/0?truncate=2").body.at("value");
  EXPECT_EQ(cut.at("data"), "a");
  EXPECT_EQ(cut.at("bytes"), 4);
  EXPECT_EQ(ask("GET", "/topics/orders/partitions/0/messages/0?encoding=base64").body.at("value").at("data"),
            "YcOpeg==");
}

TEST_F(OwnApi, TheNewestComeFirstAndLeadBack) {
  create("orders");
  fill("orders", 7);
  boost::json::value first = ask("GET", "/topics/orders/messages?count=3").body;
  EXPECT_THAT(values(first), ElementsAre("6", "5", "4"));
  boost::json::value second = ask("GET", "/topics/orders/messages?count=3&after=" + next_of(first)).body;
  EXPECT_THAT(values(second), ElementsAre("3", "2", "1"));
  boost::json::value third = ask("GET", "/topics/orders/messages?count=3&after=" + next_of(second)).body;
  EXPECT_THAT(values(third), ElementsAre("0"));
  EXPECT_EQ(next_of(third), "");
}

TEST_F(OwnApi, TheNewestOfSeveralPartitionsAreMerged) {
  create("orders", 3);
  fill("orders", 3, 0);
  fill("orders", 5, 2);
  EXPECT_THAT(values(ask("GET", "/topics/orders/messages?count=4").body), ElementsAre("4", "3", "2", "2"));
}

TEST_F(OwnApi, ReadingForwardGoesThroughThePartitionsPieceByPiece) {
  create("orders", 3);
  fill("orders", 3, 0);
  fill("orders", 2, 2);
  std::vector<std::string> all;
  std::string after;
  int requests = 0;
  do {
    boost::json::value some =
        ask("GET", "/topics/orders/messages?from=oldest&count=2" + (after.empty() ? "" : "&after=" + after)).body;
    for (std::string& value : values(some)) all.push_back(std::move(value));
    after = next_of(some);
  } while (!after.empty() && ++requests < 10);
  EXPECT_THAT(all, ElementsAre("0", "1", "2", "0", "1"));
}

TEST_F(OwnApi, AnOffsetAndATimeAreWhereReadingBegins) {
  create("orders", 2);
  fill("orders", 5, 0);
  fill("orders", 5, 1);
  EXPECT_THAT(values(ask("GET", "/topics/orders/messages?partition=0&offset=3").body), ElementsAre("3", "4"));
  EXPECT_THAT(values(ask("GET", "/topics/orders/messages?partition=1&offset=100").body), ElementsAre());
  EXPECT_THAT(values(ask("GET", "/topics/orders/messages?time_ms=1700000000003").body),
              ElementsAre("3", "4", "3", "4"));
  EXPECT_THAT(values(ask("GET", "/topics/orders/messages?time_ms=1800000000000").body), ElementsAre());
  EXPECT_EQ(status("GET", "/topics/orders/messages?offset=3"), 400u);
  EXPECT_EQ(status("GET", "/topics/orders/messages?partition=0&offset=3&time_ms=5"), 400u);
  EXPECT_EQ(status("GET", "/topics/orders/messages?partition=9"), 404u);
  EXPECT_EQ(status("GET", "/topics/orders/messages?after=x"), 400u);
  EXPECT_EQ(status("GET", "/topics/orders/messages?after=f.9.0"), 400u);
}

TEST_F(OwnApi, ASearchGoesByKeyHeaderAndContent) {
  create("orders");
  produce("orders", R"({"key":"a","value":"make tea"})");
  produce("orders", R"({"key":"b","value":"make coffee","headers":[{"name":"shop","value":"north"}]})");
  produce("orders", R"({"key":"a","value":"drink","headers":[{"name":"shop","value":"south"}]})");
  auto found = [&](const std::string& query) {
    return values(ask("GET", "/topics/orders/messages?from=oldest&" + query).body);
  };
  EXPECT_THAT(found("key=a"), ElementsAre("make tea", "drink"));
  EXPECT_THAT(found("header=shop"), ElementsAre("make coffee", "drink"));
  EXPECT_THAT(found("header=shop&header_value=south"), ElementsAre("drink"));
  EXPECT_THAT(found("contains=make&key=b"), ElementsAre("make coffee"));
  EXPECT_THAT(values(ask("GET", "/topics/orders/messages?key=a").body), ElementsAre("drink", "make tea"));
}

TEST_F(OwnApi, ASearchThatFindsNothingSaysHowMuchItLookedAt) {
  create("orders");
  fill("orders", 50);
  boost::json::value nothing = ask("GET", "/topics/orders/messages?from=oldest&key=none").body;
  EXPECT_EQ(nothing.at("scanned_messages"), 50);
  EXPECT_EQ(next_of(nothing), "");
}

TEST_F(OwnApi, ASearchFromTheNewestOnLooksAtSoMuchAtATimeHoweverLargeTheMessagesAre) {
  constexpr std::int64_t kMessages = 200, kBytes = 300'000;
  constexpr std::int64_t kTooMany = 2 * (16 << 20) / kBytes + 10;  // a step that was too long, and one that was not
  create("orders");
  for (std::int64_t i = 0; i < kMessages; ++i)
    produce("orders", R"({"value":")" + std::string(static_cast<std::size_t>(kBytes), 'x') + "\"}");
  std::string after;
  int requests = 0;
  do {
    std::string query = "/topics/orders/messages?contains=nothing" + (after.empty() ? "" : "&after=" + after);
    boost::json::value some = ask("GET", query).body;
    EXPECT_LE(some.at("scanned_messages").as_int64(), kTooMany);
    after = next_of(some);
  } while (!after.empty() && ++requests < 20);
  EXPECT_LT(requests, 10);
}

TEST_F(OwnApi, AMessageIsLookedAtAsAClientsIs) {
  EXPECT_EQ(status("POST", "/topics",
                   R"({"name":"table","settings":{"cleanup.policy":"compact","max.message.bytes":"1000"}})"),
            201u);
  EXPECT_EQ(status("POST", "/topics/table/messages", R"({"value":"x"})"), 400u);
  EXPECT_EQ(status("POST", "/topics/table/messages", R"({"key":"k","value":"x"})"), 201u);
  EXPECT_EQ(status("POST", "/topics/table/messages", R"({"key":"k","value":"x","timestamp_ms":9000000000000})"), 400u);
  EXPECT_EQ(status("POST", "/topics/table/messages", R"({"key":"k","value":")" + std::string(2000, 'x') + "\"}"), 400u);
}

TEST_F(OwnApi, AKeyLeadsWhereKafkasClientsPutIt) {
  create("orders", 10);
  Answered produced = ask("POST", "/topics/orders/messages", R"({"key":"foobar","value":"x"})");
  EXPECT_EQ(produced.body.at("partition"), static_cast<std::int64_t>(murmur2_partition(as_bytes("foobar"), 10)));
  EXPECT_EQ(status("POST", "/topics/orders/messages", R"({"partition":10,"value":"x"})"), 404u);
  EXPECT_EQ(status("POST", "/topics/orders/messages", R"({"value":"*","value_encoding":"base64"})"), 400u);
  EXPECT_EQ(status("POST", "/topics/none/messages", R"({"value":"x"})"), 404u);
}

}  // namespace
}  // namespace wharf::v1
