// What an operator does to single messages of a queue.
#include "admin/management/queue_messages_testing.hpp"

namespace wharf::management {
namespace {

using SingleMessages = QueueMessages;

TEST_F(SingleMessages, OneIsDroppedAndTheOthersStayInTheirPlaces) {
  for (const char* body : {"1", "2", "3"}) EXPECT_TRUE(publish("q", body));
  EXPECT_EQ(status("DELETE", at("q", "1")), 204u);
  EXPECT_EQ(bodies("q"), (Bodies{"1", "3"}));
  EXPECT_EQ(status("DELETE", at("q", "1")), 404u);
  EXPECT_EQ(status("DELETE", at("q", "77")), 404u);
  EXPECT_EQ(status("DELETE", at("q", "first")), 400u);
}

TEST_F(SingleMessages, OneThatAConsumerHoldsIsRefused) {
  EXPECT_TRUE(publish("q", "held"));
  get_one("q");
  refused(ask("DELETE", at("q", "0")), 409, "conflict", "a consumer holds this message");
  refused(ask("POST", at("q", "0") + "/move", R"({"queue":"other"})"), 409, "conflict",
          "a consumer holds this message");
  EXPECT_EQ(bodies("q"), Bodies{"held"});
  EXPECT_EQ(bodies("other"), Bodies{});
}

TEST_F(SingleMessages, AMoveTakesEverythingOfTheMessageAlongAndNothingElse) {
  constexpr const char* kMessage =
      R"({"properties":{"delivery_mode":1,"type":"t","message_id":"m","headers":{"a":[1,"x"]}},"routing_key":"q",)"
      R"("payload":"/wA=","payload_encoding":"base64"})";
  EXPECT_TRUE(publish("q", "before"));
  EXPECT_EQ(status("POST", "/exchanges/%2F/amq.default/publish", kMessage), 200u);
  EXPECT_TRUE(publish("q", "behind"));
  boost::json::object was = ask("GET", at("q", "") + "?from=1&count=1").body.at("messages").at(0).as_object();
  EXPECT_EQ(status("POST", at("q", "1") + "/move", R"({"queue":"other"})"), 204u);
  EXPECT_EQ(bodies("q"), (Bodies{"before", "behind"}));
  boost::json::object is = ask("GET", at("other")).body.at("messages").at(0).as_object();
  for (const char* field : {"position", "arrived_ms"}) was.erase(field), is.erase(field);
  EXPECT_EQ(boost::json::serialize(was), boost::json::serialize(is));
}

TEST_F(SingleMessages, WhatTheOtherQueueDoesNotTakeStaysInItsPlace) {
  make("full", R"({"x-max-length":0,"x-overflow":"reject-publish"})");
  for (const char* body : {"1", "2"}) EXPECT_TRUE(publish("q", body));
  refused(ask("POST", at("q", "1") + "/move", R"({"queue":"full"})"), 400, "bad_request", "the queue is full");
  EXPECT_EQ(status("POST", at("q", "1") + "/move", R"({"queue":"no"})"), 404u);
  EXPECT_EQ(status("POST", at("q", "1") + "/move", R"({"queue":"q"})"), 400u);
  EXPECT_EQ(status("POST", at("q", "1") + "/move", "{}"), 400u);
  boost::json::value seen = ask("GET", at("q")).body;
  EXPECT_EQ(bodies("q"), (Bodies{"1", "2"}));
  EXPECT_EQ(seen.at("messages").at(1).at("state"), "ready");
  EXPECT_EQ(seen.at("messages").at(1).at("delivery_count"), 0);
}

TEST_F(SingleMessages, WhoMayNotReadTheOneOrWriteTheOtherMovesNothing) {
  EXPECT_TRUE(publish("q", "x"));
  EXPECT_EQ(status("PUT", "/users/ann", R"({"password":"pw","tags":"management"})"), 201u);
  auto permit = [&](const std::string& read, const std::string& write) {
    std::ignore = status("PUT", "/permissions/%2F/ann",
                         R"({"configure":"","write":")" + write + R"(","read":")" + read + R"("})");
  };
  permit("^q$", "");
  EXPECT_EQ(status("POST", at("q", "0") + "/move", R"({"queue":"other"})", "ann:pw"), 401u);
  permit("", "^other$");
  EXPECT_EQ(status("POST", at("q", "0") + "/move", R"({"queue":"other"})", "ann:pw"), 401u);
  EXPECT_EQ(status("DELETE", at("q", "0"), "", "ann:pw"), 401u);
  permit("^q$", "^other$");
  EXPECT_EQ(status("POST", at("q", "0") + "/move", R"({"queue":"other"})", "ann:pw"), 204u);
}

}  // namespace
}  // namespace wharf::management
