#include "model/utf8.hpp"

#include <gtest/gtest.h>

namespace wharf {
namespace {

TEST(Utf8, IsWhatTheStandardSays) {
  for (const char* text : {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const char* text : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xf8\x88\x80\x80\x80", "a\xff"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

TEST(Utf8, WhatIsNoneIsShownByTheReplacementOfEachByte) {
  EXPECT_EQ(shown_as_utf8("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(shown_as_utf8("a\xff\xc3z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_TRUE(is_utf8(shown_as_utf8("\xed\xa0\x80\xf0\x9f")));
}

}  // namespace
}  // namespace wharf
