#include "routing/core/headers_match.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wharf::routing {
namespace {

PropertyValue text(std::string value) {
  return PropertyValue(std::move(value));
}

struct Case {
  std::string what;
  PropertyTable arguments, headers;
  bool matches;
};

std::vector<Case> cases() {
  PropertyTable pdf{{"format", text("pdf")}, {"pages", std::int32_t{3}}};
  return {
      {"no arguments", {}, pdf, true},
      {"all, by default", {{"format", text("pdf")}, {"pages", std::int32_t{3}}}, pdf, true},
      {"all, one misses", {{"format", text("pdf")}, {"colour", text("red")}}, pdf, false},
      {"all, one differs", {{"x-match", text("all")}, {"format", text("doc")}}, pdf, false},
      {"any, one of two", {{"x-match", text("any")}, {"format", text("doc")}, {"pages", std::int32_t{3}}}, pdf, true},
      {"any, none", {{"x-match", text("any")}, {"format", text("doc")}}, pdf, false},
      {"any of nothing", {{"x-match", text("any")}}, pdf, false},
      {"any of x- alone", {{"x-match", text("any")}, {"x-kind", text("a")}}, {{"x-kind", text("a")}}, false},
      {"any-with-x", {{"x-match", text("any-with-x")}, {"x-kind", text("a")}}, {{"x-kind", text("a")}}, true},
      {"all passes x- over", {{"x-kind", text("b")}, {"n", std::int8_t{1}}}, {{"n", std::int64_t{1}}}, true},
      {"all-with-x", {{"x-match", text("all-with-x")}, {"x-kind", text("b")}}, {{"x-kind", text("a")}}, false},
      {"x-match itself never counts", {{"x-match", text("all-with-x")}}, {{"x-match", text("no")}}, true},
      {"Null asks for presence", {{"format", Null{}}}, pdf, true},
      {"Null, absent", {{"colour", Null{}}}, pdf, false},
      {"a Null header is no text", {{"format", text("pdf")}}, {{"format", Null{}}}, false},
      {"integers of two widths", {{"n", std::uint8_t{5}}}, {{"n", std::int64_t{5}}}, true},
      {"a large unsigned is not its negative", {{"n", ~std::uint64_t{0}}}, {{"n", std::int64_t{-1}}}, false},
      {"an integer and a float", {{"n", std::int32_t{5}}}, {{"n", 5.0}}, false},
      {"two widths of float", {{"n", 2.5F}}, {{"n", 2.5}}, true},
      {"two large unsigned", {{"n", ~std::uint64_t{0}}}, {{"n", ~std::uint64_t{0}}}, true},
      {"a time and its number", {{"t", EpochSeconds{77}}}, {{"t", std::int32_t{77}}}, false},
      {"a time", {{"t", EpochSeconds{77}}}, {{"t", EpochSeconds{77}}}, true},
      {"text and the same bytes", {{"b", text("A")}}, {{"b", Binary{std::byte{'A'}}}}, true},
      {"text and a number", {{"n", text("5")}}, {{"n", std::int32_t{5}}}, false},
      {"true is no number", {{"f", true}}, {{"f", std::int32_t{1}}}, false},
      {"the first of a name", {{"n", std::int32_t{1}}}, {{"n", std::int32_t{1}}, {"n", std::int32_t{2}}}, true},
      {"nested tables", {{"t", PropertyTable{{"a", true}}}}, {{"t", PropertyTable{{"a", true}}}}, true},
  };
}

TEST(HeadersMatch, FollowsRabbitMq) {
  for (const Case& one : cases()) {
    auto mode = headers_mode(one.arguments);
    ASSERT_TRUE(mode) << one.what;
    EXPECT_EQ(headers_match(*mode, one.arguments, HeaderIndex(&one.headers)), one.matches) << one.what;
  }
}

TEST(HeadersMatch, AMessageWithoutHeadersMatchesWhatAsksForNothing) {
  EXPECT_TRUE(headers_match({}, {}, HeaderIndex(nullptr)));
  EXPECT_FALSE(headers_match({}, {{"a", Null{}}}, HeaderIndex(nullptr)));
  EXPECT_FALSE(headers_match({.any = true}, {{"a", Null{}}}, HeaderIndex(nullptr)));
}

TEST(HeadersMatch, AnXMatchThatIsNoneOfTheFourIsRefusedInRabbitMqsWords) {
  EXPECT_EQ(headers_mode({{"x-match", text("bogus")}}).error().message,
            "Invalid x-match field value <<\"bogus\">>; expected all, any, all-with-x, or any-with-x");
  EXPECT_EQ(headers_mode({{"x-match", std::int8_t{1}}}).error().message,
            "Invalid x-match field type byte (value 1); expected longstr");
  EXPECT_EQ(headers_mode({{"x-match", PropertyList{std::int32_t{1}, text("a")}}}).error().message,
            "Invalid x-match field type array (value [{signedint,1},{longstr,<<\"a\">>}]); expected longstr");
}

/// The rules counted out: of the arguments that count, how many hit?
bool reference(HeadersMode mode, const PropertyTable& arguments, const PropertyTable& headers) {
  std::size_t counting = 0, hits = 0;
  for (const Property& argument : arguments) {
    if (argument.name == "x-match" || (argument.name.substr(0, 2) == "x-" && !mode.with_x)) continue;
    ++counting;
    for (const Property& header : headers) {
      if (header.name != argument.name) continue;
      hits += argument.value == PropertyValue(Null{}) || integer_of(argument.value) == integer_of(header.value);
      break;
    }
  }
  return mode.any ? hits > 0 : hits == counting;
}

TEST(HeaderIndex, FindsTheFirstOfANameInShortTablesAndInLongOnes) {
  for (int others : {0, 100}) {
    PropertyTable headers{{"twice", std::int32_t{1}}, {"twice", std::int32_t{2}}};
    for (int i = 0; i < others; ++i) headers.push_back({"h" + std::to_string(i), std::int32_t{i}});
    HeaderIndex index(&headers);
    ASSERT_NE(index.find("twice"), nullptr);
    EXPECT_EQ(*index.find("twice"), PropertyValue(std::int32_t{1}));
    EXPECT_EQ(index.find("none"), nullptr);
    EXPECT_EQ(index.find("h99") != nullptr, others > 99);
  }
}

RC_GTEST_PROP(HeadersMatchProperty, CountsAsTheReferenceCounts, ()) {
  auto table = [](bool with_null) {
    auto value = rc::gen::map(rc::gen::inRange(with_null ? -1 : 0, 2), [](int number) {
      return number < 0 ? PropertyValue(Null{}) : PropertyValue(std::int64_t{number});
    });
    auto property =
        rc::gen::map(rc::gen::pair(rc::gen::elementOf(std::vector<std::string>{"a", "b", "x-a", "x-match"}), value),
                     [](std::pair<std::string, PropertyValue> made) { return Property{made.first, made.second}; });
    return rc::gen::resize(4, rc::gen::container<PropertyTable>(property));
  };
  PropertyTable arguments = *table(true), headers = *table(false);
  HeadersMode mode{*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
  RC_ASSERT(headers_match(mode, arguments, HeaderIndex(&headers)) == reference(mode, arguments, headers));
}

}  // namespace
}  // namespace wharf::routing
