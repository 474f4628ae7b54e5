#include "selector/like_pattern.hpp"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wharf::selector {
namespace {

bool like(std::string_view text, std::string_view pattern, std::optional<std::string_view> escape = std::nullopt) {
  return LikePattern::compile(pattern, escape).value().matches(text);
}

/// The definition itself, for short texts without multi-byte characters.
bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') return is_like(text, pattern.substr(1)) || (!text.empty() && is_like(text.substr(1), pattern));
  return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) && is_like(text.substr(1), pattern.substr(1));
}

TEST(LikePattern, StandsForTexts) {
  EXPECT_TRUE(like("", ""));
  EXPECT_TRUE(like("", "%%"));
  EXPECT_FALSE(like("a", ""));
  EXPECT_TRUE(like("12993", "12%3"));  // JMS's own examples
  EXPECT_FALSE(like("1234", "12%3"));
  EXPECT_TRUE(like("lose", "l_se"));
  EXPECT_FALSE(like("loose", "l_se"));
  EXPECT_TRUE(like("_foo", "\\_%", "\\"));
  EXPECT_FALSE(like("bar", "\\_%", "\\"));
  EXPECT_TRUE(like("a%b", "a!%b", "!"));
  EXPECT_TRUE(like("a!b", "a!!b", "!"));
  EXPECT_TRUE(like("line\nbreak", "line_break"));
  EXPECT_TRUE(like("a.b", "a.b"));
  EXPECT_FALSE(like("axb", "a.b"));
}

TEST(LikePattern, CountsCharactersAndNotBytes) {
  EXPECT_TRUE(like("\xE2\x82\xAC", "_"));  // the sign of the euro
  EXPECT_FALSE(like("\xE2\x82\xAC", "__"));
  EXPECT_TRUE(like("5\xE2\x82\xAC", "_\xE2\x82\xAC"));
  EXPECT_TRUE(like("\xF0\x9F\x90\x8B!", "_!"));
  EXPECT_TRUE(like("a\xFF\xC3", "a__"));  // bytes that are no text are characters of their own
  EXPECT_TRUE(like("\xE2\x82", "__"));
}

TEST(LikePattern, KnowsLongPatternsToTheirLastCharacter) {
  for (std::size_t length : {62u, 63u, 64u, 65u, 127u, 128u, 129u, 512u}) {
    std::string text(length, 'a');
    EXPECT_TRUE(like(text, text)) << length;
    EXPECT_TRUE(like("x" + text, "%" + text)) << length;
    EXPECT_TRUE(like(text + "x", text + "%")) << length;
    EXPECT_FALSE(like(text + "x", text)) << length;
    EXPECT_FALSE(like(text.substr(1), text)) << length;
    EXPECT_TRUE(like(text, std::string(length, '_'))) << length;
  }
  EXPECT_FALSE(LikePattern::compile(std::string(kMaxPatternCharacters + 1, 'a'), std::nullopt));
}

/// Would take longer than the universe is old if it went back.
TEST(LikePattern, NoPatternMakesItGoBack) {
  std::string text(100'000, 'a'), pattern;
  for (int i = 0; i < 200; ++i) pattern += "%a_";
  EXPECT_FALSE(like(text, pattern + "%b"));
  EXPECT_TRUE(like(text + "b", pattern + "%b"));
}

RC_GTEST_PROP(LikePattern, IsWhatTheDefinitionSays, ()) {
  auto text = *rc::gen::resize(12, rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c')));
  auto pattern = *rc::gen::resize(12, rc::gen::container<std::string>(rc::gen::element('a', 'b', '_', '%')));
  RC_ASSERT(like(text, pattern) == is_like(text, pattern));
}

RC_GTEST_PROP(LikePattern, ContainingStartingAndEnding, ()) {
  auto text = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '%', '_'));
  auto part = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '%', '_'));
  RC_ASSERT(LikePattern::containing(part)->matches(text) == text.contains(part));
  RC_ASSERT(LikePattern::starting_with(part)->matches(text) == text.starts_with(part));
  RC_ASSERT(LikePattern::ending_with(part)->matches(text) == text.ends_with(part));
}

}  // namespace
}  // namespace wharf::selector
