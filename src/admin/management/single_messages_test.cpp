// What an operator does to single messages of a queue, and to the oldest of it.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

class SingleMessages : public ManagementApi {
 protected:
  void SetUp() override {
    for (const char* name : {"q", "other"}) make(name);
  }
  void make(const std::string& name, const std::string& arguments = "{}") {
    EXPECT_EQ(status("PUT", "/queues/%2F/" + name, R"({"durable":true,"arguments":)" + arguments + "}"), 201u);
  }
  static std::string at(const std::string& queue, const std::string& position = "") {
    return "/wharf/v1/queues/%2F/" + queue + "/messages" + (position.empty() ? "" : "/" + position);
  }
  std::vector<std::string> bodies(const std::string& queue) {
    std::vector<std::string> bodies;
    boost::json::value seen = ask("GET", at(queue)).body;
    for (const boost::json::value& one : seen.at("messages").as_array())
      bodies.emplace_back(one.at("payload").as_string());
    return bodies;
  }
  /// Held by a consumer.
  void get_one(const std::string& queue) {
    broker::QueueRef ref = node_->entities().find(shard(), "/")->queue(queue)->ref;
    queue::ConsumerId holder = node_->queues().new_consumer_id(shard());
    ASSERT_TRUE(simulation_.run(shard(), node_->queues().get(shard(), ref, holder, false)));
  }
};

using Bodies = std::vector<std::string>;

TEST_F(SingleMessages, TheOldestAreDroppedByNumber) {
  for (const char* body : {"1", "2", "3"}) EXPECT_TRUE(publish("q", body));
  EXPECT_EQ(ask("DELETE", at("q") + "?oldest=2").text(), R"({"dropped":2})");
  EXPECT_EQ(bodies("q"), Bodies{"3"});
  EXPECT_EQ(ask("DELETE", at("q") + "?oldest=2").text(), R"({"dropped":1})");
  EXPECT_EQ(status("DELETE", at("q")), 400u);
  EXPECT_EQ(status("DELETE", at("q") + "?oldest=-1"), 400u);
  EXPECT_EQ(status("DELETE", at("no") + "?oldest=1"), 404u);
}

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
