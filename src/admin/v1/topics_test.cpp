// Topics, partitions and settings; who may ask; what is refused.
#include "admin/v1/api_testing.hpp"

namespace wharf::v1 {
namespace {

using testing::HasSubstr;

TEST_F(OwnApi, ATopicIsMadeSeenAndDeleted) {
  Answered made = ask("POST", "/topics", R"({"name":"orders","partitions":3,"settings":{"retention.ms":"1000"}})");
  EXPECT_EQ(made.status, 201u) << made.text();
  EXPECT_EQ(made.body.at("retention_ms"), 1000);
  Answered seen = ask("GET", "/topics/orders");
  EXPECT_EQ(seen.body.at("partitions"), 3);
  EXPECT_EQ(seen.body.at("messages"), 0);
  EXPECT_EQ(ask("POST", "/topics", R"({"name":"orders"})").status, 409u);
  EXPECT_EQ(status("DELETE", "/topics/orders"), 204u);
  EXPECT_EQ(status("GET", "/topics/orders"), 404u);
  EXPECT_EQ(status("DELETE", "/topics/orders"), 404u);
}

TEST_F(OwnApi, WhatIsOnlyValidatedIsNotMade) {
  Answered valid = ask("POST", "/topics", R"({"name":"orders","validate_only":true})");
  EXPECT_EQ(valid.status, 200u) << valid.text();
  EXPECT_EQ(status("GET", "/topics/orders"), 404u);
}

TEST_F(OwnApi, ATopicThatCannotBeIsRefusedWithASentence) {
  create("a.b");
  auto refused = [&](std::string body) { return ask("POST", "/topics", std::move(body)); };
  EXPECT_EQ(refused(R"({"name":"a_b"})").status, 409u);
  EXPECT_THAT(refused(R"({"name":"a b"})").reason(), HasSubstr("letters, digits"));
  EXPECT_THAT(refused(R"({"name":".."})").reason(), HasSubstr("letters, digits"));
  EXPECT_EQ(refused(R"({})").reason(), "name: is missing");
  EXPECT_EQ(refused(R"({"name":5})").reason(), "name: a text");
  EXPECT_EQ(refused(R"({"name":""})").reason(), "name: a text, 1 to 249 characters");
  EXPECT_EQ(refused(R"({"name":"x","partitions":0})").reason(), "partitions: a whole number, 1 to 10000");
  EXPECT_EQ(refused(R"({"name":"x","partitions":1.5})").status, 400u);
  EXPECT_EQ(refused(R"({"name":"x","colour":"blue"})").reason(), "colour: there is no such field");
  EXPECT_EQ(refused(R"({"name":"x","settings":{"a":1}})").reason(), "settings: a: a text");
  EXPECT_THAT(refused(R"({"name":"x","settings":{"no.such":"1"}})").reason(), HasSubstr("no.such"));
  EXPECT_EQ(refused("[1]").reason(), "the body is no JSON object");
  EXPECT_EQ(refused("{").reason(), "the body is no JSON");
  EXPECT_EQ(refused(std::string(10'000, '[')).status, 400u);
  EXPECT_EQ(refused("").status, 415u);
  content_type_ = "text/plain";
  EXPECT_EQ(refused(R"({"name":"x"})").status, 415u);
}

TEST_F(OwnApi, TopicsComeInPagesSortedAndByName) {
  for (const char* name : {"b", "a", "c"}) create(name, name[0] - 'a' + 1);
  Answered all = ask("GET", "/topics?internal=false");
  EXPECT_EQ(all.body.at("total_count"), 3);
  EXPECT_EQ(all.items().front().at("name"), "a");
  EXPECT_EQ(ask("GET", "/topics").body.at("total_count"), 4);
  Answered largest = ask("GET", "/topics?sort=partitions&sort_reverse=true&page_size=1&page=1");
  EXPECT_EQ(largest.items().front().at("name"), "c");
  EXPECT_EQ(ask("GET", "/topics?name=b&internal=false").body.at("filtered_count"), 1);
  EXPECT_EQ(ask("GET", "/topics?page=9").body.at("error"), "page_out_of_range");
  EXPECT_EQ(ask("GET", "/topics?page=x").status, 400u);
  EXPECT_EQ(ask("GET", "/topics?nmae=b").reason(), "there is no parameter nmae");
  EXPECT_EQ(ask("GET", "/topics?use_regex=true&name=(").status, 400u);
}

TEST_F(OwnApi, RatesAreToldOnceTimeHasPassed) {
  create("orders");
  EXPECT_EQ(ask("GET", "/topics/orders").body.at("rates"), nullptr);
  fill("orders", 10);
  shard().set_timer(shard().now() + std::chrono::seconds(5), [] {});
  simulation_.run_for(std::chrono::seconds(5));
  boost::json::value rates = ask("GET", "/topics/orders").body.at("rates");
  ASSERT_TRUE(rates.is_object());
  EXPECT_NEAR(rates.at("records_in").to_number<double>(), 2.0, 0.5);
}

TEST_F(OwnApi, PartitionsTellTheirOffsetsSizesAndTimes) {
  create("orders", 2);
  fill("orders", 3, 1);
  Answered partitions = ask("GET", "/topics/orders/partitions");
  ASSERT_EQ(partitions.items().size(), 2u);
  const boost::json::value& empty = partitions.items()[0];
  const boost::json::value& full = partitions.items()[1];
  EXPECT_EQ(empty.at("newest_ms"), nullptr);
  EXPECT_EQ(full.at("high_watermark"), 3);
  EXPECT_EQ(full.at("oldest_ms"), 1'700'000'000'000);
  EXPECT_EQ(full.at("newest_ms"), 1'700'000'000'002);
  EXPECT_GT(full.at("size_bytes").as_int64(), 0);
  Answered sorted = ask("GET", "/topics/orders/partitions?sort=messages&sort_reverse=true&page_size=1");
  EXPECT_EQ(sorted.items()[0].at("partition"), 1);
  EXPECT_EQ(status("GET", "/topics/none/partitions"), 404u);
}

TEST_F(OwnApi, PartitionsAreAddedAndNotTakenAway) {
  create("orders", 2);
  EXPECT_EQ(ask("POST", "/topics/orders/partitions", R"({"total":4})").body.at("partitions"), 4);
  EXPECT_THAT(ask("POST", "/topics/orders/partitions", R"({"total":3})").reason(), HasSubstr("more than the 4"));
  EXPECT_EQ(status("POST", "/topics/orders/partitions", R"({"total":100000})"), 400u);
}

TEST_F(OwnApi, TheOldestRecordsAreRemovedOrAll) {
  create("orders", 2);
  fill("orders", 5, 0);
  fill("orders", 5, 1);
  EXPECT_EQ(ask("POST", "/topics/orders/trim", R"({"partition":1,"before":2})").text(),
            R"({"trimmed":[{"partition":1,"start_offset":2}]})");
  EXPECT_EQ(ask("GET", "/topics/orders").body.at("messages"), 8);
  EXPECT_EQ(status("POST", "/topics/orders/trim", R"({"partition":1,"before":6})"), 400u);
  EXPECT_EQ(status("POST", "/topics/orders/trim", R"({"before":2})"), 400u);
  EXPECT_EQ(status("POST", "/topics/orders/trim", R"({"partition":2})"), 404u);
  EXPECT_EQ(status("POST", "/topics/orders/trim", "{}"), 200u);
  EXPECT_EQ(ask("GET", "/topics/orders").body.at("messages"), 0);
  EXPECT_EQ(status("POST", "/topics", R"({"name":"table","settings":{"cleanup.policy":"compact"}})"), 201u);
  EXPECT_EQ(status("POST", "/topics/table/trim", "{}"), 409u);
}

boost::json::object setting(const boost::json::array& items, std::string_view name) {
  for (const boost::json::value& item : items) {
    if (item.at("name") == boost::json::value(name)) return item.as_object();
  }
  return {};
}

TEST_F(OwnApi, SettingsHaveASourceAndADefaultAndComeBack) {
  create("orders");
  Answered changed = ask("PATCH", "/topics/orders/settings", R"({"set":{"retention.ms":"5000"}})");
  EXPECT_EQ(changed.text(), R"({"applied":true,"before":{},"after":{"retention.ms":"5000"}})");
  boost::json::object retention = setting(ask("GET", "/topics/orders/settings?page_size=500").items(), "retention.ms");
  EXPECT_EQ(retention["value"], "5000");
  EXPECT_EQ(retention["source"], "topic");
  EXPECT_EQ(retention["default"], "604800000");
  Answered checked = ask("PATCH", "/topics/orders/settings", R"({"unset":["retention.ms"],"validate_only":true})");
  EXPECT_EQ(checked.body.at("applied"), false);
  EXPECT_EQ(ask("GET", "/topics/orders").body.at("retention_ms"), 5000);
  EXPECT_EQ(status("PATCH", "/topics/orders/settings", R"({"unset":["retention.ms"]})"), 200u);
  EXPECT_EQ(ask("GET", "/topics/orders").body.at("retention_ms"), 604'800'000);
  EXPECT_EQ(status("PATCH", "/topics/orders/settings", R"({"set":{"retention.ms":"soon"}})"), 400u);
  EXPECT_EQ(status("PATCH", "/topics/none/settings", R"({"set":{}})"), 404u);
}

TEST_F(OwnApi, TheBrokersOwnTopicsAreReadAndNotChanged) {
  EXPECT_EQ(ask("GET", "/topics/__consumer_offsets").body.at("internal"), true);
  EXPECT_EQ(status("DELETE", "/topics/__consumer_offsets"), 409u);
  EXPECT_EQ(status("POST", "/topics/__consumer_offsets/messages", R"({"value":"x"})"), 409u);
  EXPECT_EQ(status("PATCH", "/topics/__consumer_offsets/settings", R"({"set":{"retention.ms":"1"}})"), 409u);
}

TEST_F(OwnApi, TheServersSettingsHaveValuesAndPlaces) {
  Answered settings = ask("GET", "/settings?page_size=500");
  boost::json::object flush = setting(settings.items(), "offsets.topic.num.partitions");
  EXPECT_EQ(flush["value"], "1");
  EXPECT_EQ(flush["default"], "50");
  EXPECT_EQ(flush["source"], "flag");
  EXPECT_EQ(setting(settings.items(), "log.segment.bytes")["unit"], "bytes");
  EXPECT_EQ(setting(settings.items(), "log.segment.bytes")["bare_value"], "1073741824");
}

TEST_F(OwnApi, WhoDoesNotSignInIsAskedToAndRightsAreAsked) {
  create("orders");
  create("other");
  EXPECT_EQ(status("GET", "/topics", "", ""), 401u);
  EXPECT_EQ(status("GET", "/topics", "", "guest:wrong"), 401u);
  EXPECT_EQ(status("GET", "/openapi.json", "", ""), 200u);
  add_user("watcher", "monitoring");
  EXPECT_EQ(status("GET", "/topics", "", "watcher:secret"), 200u);
  EXPECT_EQ(status("GET", "/settings", "", "watcher:secret"), 200u);
  EXPECT_EQ(status("GET", "/topics/orders/messages", "", "watcher:secret"), 403u);
  EXPECT_EQ(status("DELETE", "/topics/orders", "", "watcher:secret"), 403u);
  add_user("shop", "management", "^orders$");
  EXPECT_EQ(status("GET", "/topics", "", "shop:secret"), 200u);
  EXPECT_EQ(status("GET", "/settings", "", "shop:secret"), 403u);
  EXPECT_EQ(status("GET", "/topics/orders/messages", "", "shop:secret"), 200u);
  EXPECT_EQ(status("GET", "/topics/other/messages", "", "shop:secret"), 403u);
  EXPECT_EQ(status("POST", "/topics/orders/messages", R"({"value":"x"})", "shop:secret"), 201u);
  EXPECT_EQ(status("POST", "/topics/other/messages", R"({"value":"x"})", "shop:secret"), 403u);
  EXPECT_EQ(status("DELETE", "/groups/g", "", "shop:secret"), 403u);
  add_user("nobody", "management");
  EXPECT_EQ(status("GET", "/topics", "", "nobody:secret"), 403u);
}

TEST_F(OwnApi, AnotherMethodIsToldWhatThereIs) {
  Answered answered = ask("DELETE", "/topics");
  EXPECT_EQ(answered.status, 405u);
  EXPECT_EQ(answered.reason(), "this path has GET, HEAD, POST");
}

}  // namespace
}  // namespace wharf::v1
