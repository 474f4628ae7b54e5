#include "security/core/pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace wharf::security {
namespace {

using testing::HasSubstr;

// Each line but the last two was put to a RabbitMQ 4.0, as the configure permission of a queue's declaration.
TEST(Pattern, MeansWhatItMeansInRabbitMq) {
  struct {
    std::string_view pattern;
    std::vector<std::string_view> match, differ;
  } const cases[] = {
      {"", {""}, {"a", "x"}},
      {"^$", {""}, {"a"}},
      {".*", {"", "a"}, {}},
      {"a", {"a", "ba"}, {"b", "A"}},
      {"^a$", {"a"}, {"ab"}},
      {"^(a|b)c", {"ac", "bcd"}, {"c"}},
      {"(?i)^A", {"ab"}, {}},
      {"^a.c$", {"abc"}, {}},
      {"^\\w+$", {"e"}, {"\xC3\xA9"}},
      {"^[^a-z]$", {}, {"\xC3\xA9", "a"}},  // a name is bytes, not characters
      {"^.$", {}, {"\xC3\xA9"}},
      {"^..$", {"\xC3\xA9"}, {}},
      {"a{2,3}", {"aa"}, {"a"}},
      {"\\Aa\\z", {"a"}, {}},
      {"a{,2}", {"a{,2}"}, {"a"}},
      {"\\d+", {"1"}, {}},
      {"^\\Q.\\E$", {"."}, {"a"}},
      {"[[:alpha:]]", {"a"}, {"1"}},
      {"^w|^amq.topic|amq.gen", {"w", "amq.topic2", "x.amq.gen"}, {"xw", "z.amq.topic"}},
      {".*", {"a\nb", std::string_view("\0\xFF", 2)}, {}},
      {"^a$", {}, {"a\n"}},  // the one that differs: pattern.hpp
  };
  for (const auto& [pattern, match, differ] : cases) {
    Result<Pattern> compiled = Pattern::compile(pattern);
    ASSERT_TRUE(compiled) << pattern;
    for (std::string_view name : match) EXPECT_TRUE(compiled->matches(name)) << pattern << " on " << name;
    for (std::string_view name : differ) EXPECT_FALSE(compiled->matches(name)) << pattern << " on " << name;
  }
}

TEST(Pattern, WithoutOneNothingMatches) {
  EXPECT_FALSE(Pattern().matches(""));
  EXPECT_FALSE(Pattern().matches("a"));
}

TEST(Pattern, WhatCannotBeBoundedIsRefusedWithTheReason) {
  for (std::string_view pattern : {"^(a)\\1$", "^(?!x)", "(?=x)", "(?<=x)y", "(?<!x)y", "(?>a)", "^a++$", "a*+",
                                   "\\Aa\\Z", "\\Ka", "(?<name>a)", "(?x)a", "(?R)", "(*FAIL)"}) {
    Result<Pattern> compiled = Pattern::compile(pattern);
    ASSERT_FALSE(compiled) << pattern;
    EXPECT_EQ(compiled.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(compiled.error().message, HasSubstr(std::string(pattern)));
  }
  EXPECT_EQ(
      Pattern::compile("^(?!x)").error().message,
      "regular expression '^(?!x)' is invalid: '(?!' is not supported: patterns are matched in bounded time, without "
      "back-references, lookahead, lookbehind, atomic groups and possessive repeats");
  EXPECT_THAT(Pattern::compile("(a)\\1").error().message, HasSubstr("'\\1' is not supported"));
  EXPECT_THAT(Pattern::compile("(").error().message, HasSubstr("missing )"));
  EXPECT_FALSE(Pattern::compile("["));
  EXPECT_FALSE(Pattern::compile("a)"));
  EXPECT_FALSE(Pattern::compile("\\"));
}

TEST(Pattern, HostileOnesAreRefused) {
  EXPECT_THAT(Pattern::compile(std::string(10 << 10, 'a')).error().message, HasSubstr("too long, at most 4096"));
  EXPECT_THAT(Pattern::compile("a{1001}").error().message, HasSubstr("above 1000"));
  for (std::string_view pattern : {"(a{1000}){1000}", "((a{100}){100}){100}", "(((a{30}){30}){30}){30}",
                                   "(((a*){100})*){100}{100}", "((.{1,30}){1,30}){1,30}", "(x{1000}y{1000}){9}"}) {
    EXPECT_FALSE(Pattern::compile(pattern)) << pattern;
  }
}

// Each makes a matcher that goes back and forth take longer than the age of the world.
TEST(Pattern, WhatABacktrackingMatcherWouldNotFinishIsAnswered) {
  std::string name = std::string(255, 'a') + "!";
  for (std::string_view text :
       {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}$", "^([a-zA-Z]+)*$", "^(a?){100}a{100}$"}) {
    Result<Pattern> pattern = Pattern::compile(text);
    ASSERT_TRUE(pattern) << text;
    EXPECT_FALSE(pattern->matches(name)) << text;
  }
}

bool topic_matches(std::string_view pattern, std::string_view key, TopicVariables variables) {
  Result<TopicPattern> compiled = TopicPattern::compile(pattern);
  EXPECT_TRUE(compiled) << pattern;
  return compiled->resolve(variables).matches(key);
}

TEST(TopicPattern, VariablesStandForTheConnections) {
  TopicVariables alice{"alice", "/", "c1"};
  EXPECT_TRUE(topic_matches("^{username}\\.", "alice.x", alice));
  EXPECT_FALSE(topic_matches("^{username}\\.", "bob.x", alice));
  EXPECT_TRUE(topic_matches("^{vhost}-{client_id}-{username}$", "/-c1-alice", alice));
  EXPECT_TRUE(topic_matches("^{username}{username}$", "alicealice", alice));
  EXPECT_TRUE(topic_matches("^{foo}$", "{foo}", alice));
  EXPECT_TRUE(topic_matches("^\\{username}$", "{username}", alice));
  EXPECT_FALSE(topic_matches("^\\{username}$", "alice", alice));
  EXPECT_TRUE(topic_matches("^{client_id}$", "{client_id}", {"alice", "/", std::nullopt}));
  EXPECT_FALSE(topic_matches("", "alice", alice));
  EXPECT_TRUE(topic_matches("", "", alice));
}

TEST(TopicPattern, AVariableIsTextAndNoPattern) {
  EXPECT_FALSE(topic_matches("^{client_id}$", "secret", {"u", "/", ".*"}));
  EXPECT_TRUE(topic_matches("^{client_id}$", ".*", {"u", "/", ".*"}));
  EXPECT_FALSE(topic_matches("^{client_id}\\.in$", "secret", {"u", "/", "x|secret|"}));
  EXPECT_FALSE(topic_matches("^\\Q{client_id}.\\E$", "axb", {"u", "/", "a\\E|.*|\\Q"}));
  EXPECT_FALSE(topic_matches("^[{client_id}]$", "b", {"u", "/", "a-z"}));
  EXPECT_FALSE(topic_matches("^{client_id}$", "u", {"u", "/", "{username}"}));
  EXPECT_TRUE(topic_matches("^{client_id}$", "", {"u", "/", ""}));
}

TEST(TopicPattern, WhatBecomesTooLargeMatchesNothing) {
  std::string client_id(65'535, '.');
  EXPECT_FALSE(topic_matches("{client_id}", client_id, {"u", "/", client_id}));
  EXPECT_FALSE(topic_matches("({client_id}){100}|x", "x", {"u", "/", std::string(600, 'a')}));
}

TEST(TopicPattern, IsRefusedWhereItIsSet) {
  EXPECT_FALSE(TopicPattern::compile("{username}("));
  EXPECT_FALSE(TopicPattern::compile("^(?!{username})"));
  EXPECT_FALSE(TopicPattern::compile(std::string(5000, 'a')));
}

RC_GTEST_PROP(TopicPattern, AnyTextMatchesItselfAndNothingElse, (std::string client_id, std::string key)) {
  RC_PRE(client_id.size() < 1000);
  Pattern pattern = TopicPattern::compile("\\A{client_id}\\z")->resolve({"u", "/", client_id});
  RC_ASSERT(pattern.matches(client_id));
  RC_ASSERT(pattern.matches(key) == (key == client_id));
}

}  // namespace
}  // namespace wharf::security
