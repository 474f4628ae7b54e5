#include "cli/entity_options.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

namespace wharf::cli {
namespace {

boost::json::value value_of(const std::string& text) {
  return object_of("SETTING", {"key=" + text})->at("key");
}

TEST(EntityOptions, AValueIsWhatJsonSaysOfANumberABooleanAListOrAQuotedTextElseText) {
  for (const char* text : {"5", "-1.5", "true", "false", "[100,200]", "[]", R"(["a", 1])", R"("5")"}) {
    EXPECT_EQ(value_of(text), boost::json::parse(text)) << text;
  }
  for (const char* text : {"", "null", "word", "[100,", "[a]", "[1] and more", "{}", R"({"a":1})", "\"open", "=5"}) {
    EXPECT_EQ(value_of(text), boost::json::value(text)) << text;
  }
}

TEST(EntityOptions, WhatHasNoNameBeforeItsEqualsIsNoPair) {
  for (const char* text : {"", "word", "=5"}) EXPECT_FALSE(object_of("SETTING", {text})) << text;
}

}  // namespace
}  // namespace wharf::cli
