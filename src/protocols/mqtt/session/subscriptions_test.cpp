#include "protocols/mqtt/session/subscriptions.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/mqtt/session/topic_filter.hpp"

namespace wharf::mqtt {
namespace {

TEST(MqttSubscriptions, AMessageIsForAllThatMatchInItsLaneAtTheHighestQos) {
  Subscriptions all(7);
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
  Subscriptions all(7);
  EXPECT_FALSE(all.put({.filter = "a/#", .options = 1, .id = {}}));
  EXPECT_EQ(all.put({.filter = "a/#", .options = 0, .id = {}})->qos(), 1);
  EXPECT_EQ(all.size(), 1u);
  EXPECT_TRUE(all.match("a", Lane::kConnection));
  EXPECT_TRUE(all.erase("a/#"));
  EXPECT_FALSE(all.erase("a/#"));
  EXPECT_FALSE(all.match("a", Lane::kConnection));
}

TEST(MqttSubscriptions, OneThatChangedItsLaneHasMessagesInBoth) {
  Subscriptions all(7);
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
  Subscriptions all(7);
  all.put({.filter = "a/+", .options = 1 | kNoLocal, .id = {}});
  EXPECT_TRUE(all.match("a/b", Lane::kSession)->only_no_local);
  all.put({.filter = "a/b", .options = 1, .id = {}});
  EXPECT_FALSE(all.match("a/b", Lane::kSession)->only_no_local);
}

TEST(MqttSubscriptions, ThoseWithNoLocalAreCounted) {
  Subscriptions all(7);
  all.put({.filter = "a/+", .options = 1 | kNoLocal, .id = {}});
  all.put({.filter = "b", .options = kNoLocal, .id = {}});
  all.put({.filter = "a/+", .options = 1, .id = {}});
  EXPECT_TRUE(all.any_no_local());
  all.erase("b");
  EXPECT_FALSE(all.any_no_local());
}

/// One of a few levels that are often the same, so that many match.
std::string filter_of(unsigned number) {
  constexpr std::string_view kLevels[] = {"a", "b", "", "*", "+", "$x", "a.b"};
  std::string filter;
  for (unsigned level = 0; level < 3; ++level, number /= 7)
    filter += std::string(level == 0 ? "" : "/") + std::string(kLevels[number % 7]);
  if (number % 2 == 1) filter += "/#";
  return filter;
}

RC_GTEST_PROP(MqttSubscriptions, ManyMatchLikeEachAlone,
              (std::vector<std::uint16_t> numbers, std::vector<std::uint16_t> topics)) {
  Subscriptions all(7);
  std::set<std::string> filters;
  for (std::uint32_t number : numbers) {
    std::string filter = filter_of(number);
    bool is_there = filters.contains(filter);
    if (is_there && number % 3 == 0) {
      filters.erase(filter);
      all.erase(filter);
    } else {
      filters.insert(filter);
      all.put({.filter = filter, .options = 1, .id = {}});
    }
  }
  for (std::uint32_t number : topics) {
    std::string topic = filter_of(number & ~1u);
    if (!is_topic_name(topic)) continue;
    bool wanted = std::ranges::any_of(filters, [&](const std::string& one) { return matches(one, topic); });
    RC_ASSERT(all.match(topic, Lane::kSession).has_value() == wanted);
  }
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
