#include "protocols/mqtt/session/topic_aliases.hpp"

#include <gtest/gtest.h>

namespace wharf::mqtt {
namespace {

TEST(MqttTopicAliases, AnAliasStandsForTheLastTopicThatCameWithIt) {
  IncomingAliases aliases;
  EXPECT_EQ(aliases.resolve("a", {}, 0), "a");
  EXPECT_EQ(aliases.resolve("a", 2, 2), "a");
  EXPECT_EQ(aliases.resolve("", 2, 2), "a");
  EXPECT_EQ(aliases.resolve("b", 2, 2), "b");
  EXPECT_EQ(aliases.resolve("", 2, 2), "b");
}

TEST(MqttTopicAliases, OneThatCannotBeIsRefusedWithItsReason) {
  IncomingAliases aliases;
  EXPECT_EQ(aliases.resolve("a", 0, 2).error().code, ReasonCode::kTopicAliasInvalid);
  EXPECT_EQ(aliases.resolve("a", 3, 2).error().code, ReasonCode::kTopicAliasInvalid);
  EXPECT_EQ(aliases.resolve("", 1, 2).error().code, ReasonCode::kProtocolError);
  EXPECT_EQ(aliases.resolve("", {}, 2).error().code, ReasonCode::kProtocolError);
}

TEST(MqttTopicAliases, OursAreGivenToTheFirstTopicsOnly) {
  EXPECT_EQ(OutgoingAliases(0).alias_of("a").number, 0);
  OutgoingAliases aliases(1);
  EXPECT_FALSE(aliases.alias_of("a").known);
  EXPECT_TRUE(aliases.alias_of("a").known);
  EXPECT_EQ(aliases.alias_of("a").number, 1);
  EXPECT_EQ(aliases.alias_of("b").number, 0);
}

}  // namespace
}  // namespace wharf::mqtt
