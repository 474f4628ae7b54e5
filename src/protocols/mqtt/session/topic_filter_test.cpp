#include "protocols/mqtt/session/topic_filter.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wharf::mqtt {
namespace {

using namespace std::string_view_literals;

TEST(MqttTopicFilter, WildcardsStandForWholeLevelsAndTheRestOnly) {
  for (std::string_view good :
       {"a"sv, "/"sv, "a/b"sv, "+"sv, "#"sv, "a/+/b/#"sv, "+/+"sv, "//"sv, "a.b*"sv, "$SYS/#"sv, "a b/\xC3\xA4"sv})
    EXPECT_TRUE(is_topic_filter(good)) << good;
  for (std::string_view bad :
       {""sv, "a+"sv, "a/b#"sv, "#/a"sv, "a/#/b"sv, "+a/b"sv, "a\0b"sv, "\xFF"sv, "##"sv, "++"sv})
    EXPECT_FALSE(is_topic_filter(bad)) << bad;
  EXPECT_FALSE(is_topic_filter(std::string(65'536, 'a')));
}

TEST(MqttTopicFilter, ANameHasNoWildcards) {
  EXPECT_TRUE(is_topic_name("a/b"));
  EXPECT_TRUE(is_topic_name("/"));
  EXPECT_FALSE(is_topic_name("a/+"));
  EXPECT_FALSE(is_topic_name("a#"));
  EXPECT_FALSE(is_topic_name(""));
}

struct Case {
  std::string_view filter, name;
  bool matches;
};

TEST(MqttTopicFilter, MatchesAsTheSpecificationSays) {
  constexpr Case kCases[] = {
      {"a/b", "a/b", true},
      {"a/b", "a/b/c", false},
      {"a/b", "a", false},
      {"sport/tennis/player1/#", "sport/tennis/player1", true},
      {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
      {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
      {"sport/#", "sport", true},
      {"#", "a/b", true},
      {"+", "/finance", false},
      {"/+", "/finance", true},
      {"+/+", "/finance", true},
      {"sport/+", "sport", false},
      {"sport/+", "sport/", true},
      {"sport/tennis/+", "sport/tennis/player1/ranking", false},
      {"a/+/b/#", "a/x/b", true},
      {"a/+/b/#", "a/x/b/c/d", true},
      {"a/+/b/#", "a/b", false},
      {"#", "$SYS/load", false},
      {"+/load", "$SYS/load", false},
      {"$SYS/#", "$SYS/load", true},
      {"$SYS/+", "$SYS/load", true},
      {"a/#", "a/$x", true},
      {"a/*", "a/b", false},
      {"a/*", "a/*", true},
  };
  for (const Case& one : kCases) EXPECT_EQ(matches(one.filter, one.name), one.matches) << one.filter << " " << one.name;
}

TEST(MqttTopicFilter, ASharedFilterNamesItsGroup) {
  EXPECT_FALSE(shared_filter("a/b"));
  EXPECT_EQ(shared_filter("$share/g/a/+")->group, "g");
  EXPECT_EQ(shared_filter("$share/g/a/+")->filter, "a/+");
  EXPECT_EQ(shared_filter("$share/g//a")->filter, "/a");
  for (std::string_view bad :
       {"$share/"sv, "$share/g"sv, "$share//a"sv, "$share/g/"sv, "$share/+/a"sv, "$share/g/a+"sv})
    EXPECT_EQ(shared_filter(bad)->filter, "") << bad;
}

}  // namespace
}  // namespace wharf::mqtt
