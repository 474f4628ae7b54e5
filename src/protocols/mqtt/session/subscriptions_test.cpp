#include "protocols/mqtt/session/subscriptions.hpp"

#include <gtest/gtest.h>

namespace wharf::mqtt {
namespace {

TEST(MqttSubscriptions, AMessageIsForAllThatMatchInItsLaneAtTheHighestQos) {
  Subscriptions all;
  all.put({.filter = "a/+", .options = 1, .id = 7});
  all.put({.filter = "a/#", .options = 2 | kRetainAsPublished, .id = 9});
  all.put({.filter = "a/b", .options = 0, .id = {}});
  all.put({.filter = "$share/g/a/b", .options = 2, .id = {}});
  auto session = all.match("a/b", Lane::kSession);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->qos, 2);
  EXPECT_TRUE(session->retain_as_published);
  EXPECT_EQ(session->ids, (std::vector<std::uint32_t>{9, 7}));
  EXPECT_EQ(all.match("a/b", Lane::kConnection)->qos, 0);
  EXPECT_FALSE(all.match("a/c", Lane::kConnection));
  EXPECT_FALSE(all.match("b", Lane::kSession));
}

TEST(MqttSubscriptions, TheSameFilterAgainTakesThePlace) {
  Subscriptions all;
  EXPECT_FALSE(all.put({.filter = "a/#", .options = 1, .id = {}}));
  EXPECT_EQ(all.put({.filter = "a/#", .options = 0, .id = {}})->qos(), 1);
  EXPECT_EQ(all.size(), 1u);
  EXPECT_TRUE(all.match("a", Lane::kConnection));
  EXPECT_TRUE(all.erase("a/#"));
  EXPECT_FALSE(all.erase("a/#"));
  EXPECT_FALSE(all.match("a", Lane::kConnection));
}

TEST(MqttSubscriptions, OneThatChangedItsLaneHasMessagesInBoth) {
  Subscriptions all;
  all.put({.filter = "a/#", .options = 1, .id = {}});
  EXPECT_FALSE(all.match("a/b", Lane::kConnection));
  all.put({.filter = "a/#", .options = 0, .id = {}});
  EXPECT_EQ(all.match("a/b", Lane::kSession)->qos, 0);
  EXPECT_TRUE(all.match("a/b", Lane::kConnection));
  EXPECT_TRUE(all.any(Lane::kSession));
  all.put({.filter = "a/#", .options = 2, .id = {}});
  EXPECT_EQ(all.match("a/b", Lane::kSession)->qos, 2);
  EXPECT_TRUE(all.match("a/b", Lane::kConnection));
  auto kept = decode_subscription("a/#", encode_subscription(*all.find("a/#")));
  EXPECT_TRUE(kept && kept->changed_lane());
  all.erase("a/#");
  all.put({.filter = "a/#", .options = 2, .id = {}});
  EXPECT_FALSE(all.match("a/b", Lane::kConnection));
}

TEST(MqttSubscriptions, NoLocalCountsIfEveryMatchSaysSo) {
  Subscriptions all;
  all.put({.filter = "a/+", .options = 1 | kNoLocal, .id = {}});
  EXPECT_TRUE(all.match("a/b", Lane::kSession)->only_no_local);
  all.put({.filter = "a/b", .options = 1, .id = {}});
  EXPECT_FALSE(all.match("a/b", Lane::kSession)->only_no_local);
}

TEST(MqttSubscriptions, WhatIsKeptComesBack) {
  for (std::optional<std::uint32_t> id : {std::optional<std::uint32_t>(), std::optional<std::uint32_t>(268'435'455)}) {
    Subscription one{.filter = "a/#", .options = 0x2E, .id = id};
    EXPECT_EQ(decode_subscription("a/#", encode_subscription(one)), one);
  }
  EXPECT_FALSE(decode_subscription("a", ""));
  EXPECT_FALSE(decode_subscription("a", "123"));
}

}  // namespace
}  // namespace wharf::mqtt
