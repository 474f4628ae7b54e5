// What waits in delaying exchanges, listed and cancelled.
#include "admin/management/api_testing.hpp"

namespace wharf::management {
namespace {

class DelayedMessages : public ManagementApi {
 protected:
  void SetUp() override { make("%2F"); }
  void make(const std::string& vhost) {
    EXPECT_EQ(status("PUT", "/exchanges/" + vhost + "/later",
                     R"({"type":"x-delayed-message","durable":true,"arguments":{"x-delayed-type":"fanout"}})"),
              201u);
  }
  void publish_later(const std::string& vhost, const std::string& key) {
    EXPECT_EQ(status("POST", "/exchanges/" + vhost + "/later/publish",
                     R"({"properties":{"headers":{"x-delay":3600000}},"routing_key":")" + key +
                         R"(","payload":"hello","payload_encoding":"string"})"),
              200u);
  }
  boost::json::array waiting(const std::string& vhost, const std::string& more = "") {
    return ask("GET", "/wharf/v1/delayed/" + vhost + more).body.at("messages").as_array();
  }
};

TEST_F(DelayedMessages, WhatWaitsIsListedAPageAtATimeAndCancelled) {
  EXPECT_TRUE(waiting("%2F").empty());
  for (const char* key : {"a", "b", "c"}) publish_later("%2F", key);
  boost::json::array all = waiting("%2F");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].at("routing_key"), "a");
  EXPECT_EQ(all[0].at("exchange"), "later");
  EXPECT_EQ(all[0].at("payload_bytes"), 5);
  EXPECT_GT(all[0].at("due_ms").as_int64(), shard().clock().wall_now().ms + 3'000'000);
  boost::json::value page = ask("GET", "/wharf/v1/delayed/%2F?count=1").body;
  EXPECT_EQ(page.at("next"), all[0].at("id"));
  std::string first(all[0].at("id").as_string());
  std::string second(all[1].at("id").as_string());
  EXPECT_EQ(waiting("%2F", "?after=" + first)[0].at("id"), all[1].at("id"));
  EXPECT_EQ(status("DELETE", "/wharf/v1/delayed/%2F/" + second), 204u);
  EXPECT_EQ(status("DELETE", "/wharf/v1/delayed/%2F/" + second), 404u);
  EXPECT_EQ(waiting("%2F").size(), 2u);
  EXPECT_EQ(status("DELETE", "/wharf/v1/delayed/%2F/" + first), 204u);
  EXPECT_EQ(status("DELETE", "/wharf/v1/delayed/%2F/soon"), 400u);
  EXPECT_EQ(status("GET", "/wharf/v1/delayed/%2F?count=0"), 400u);
}

TEST_F(DelayedMessages, OneOfAnotherVirtualHostIsNotThere) {
  EXPECT_EQ(status("PUT", "/vhosts/shop"), 201u);
  make("shop");
  publish_later("shop", "a");
  EXPECT_TRUE(waiting("%2F").empty());
  std::string id(waiting("shop").at(0).at("id").as_string());
  EXPECT_EQ(status("DELETE", "/wharf/v1/delayed/%2F/" + id), 404u);
  EXPECT_EQ(waiting("shop").size(), 1u);
}

TEST_F(DelayedMessages, WhoMayNotConfigureTheExchangeCancelsNothing) {
  publish_later("%2F", "a");
  std::string id(waiting("%2F").at(0).at("id").as_string());
  EXPECT_EQ(status("PUT", "/users/ann", R"({"password":"pw","tags":"management"})"), 201u);
  EXPECT_EQ(status("PUT", "/permissions/%2F/ann", R"({"configure":"","write":".*","read":".*"})"), 201u);
  EXPECT_EQ(status("DELETE", "/wharf/v1/delayed/%2F/" + id, "", "ann:pw"), 401u);
  EXPECT_EQ(status("GET", "/wharf/v1/delayed/%2F", "", "ann:pw"), 200u);
}

}  // namespace
}  // namespace wharf::management
