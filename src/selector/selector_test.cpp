#include "selector/selector.hpp"

#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selector/compiler.hpp"

namespace wharf::selector {
namespace {

using ::testing::HasSubstr;

const std::map<std::string, Value, std::less<>> kMessage{
    {"color", "red"},
    {"name", "O'Hara"},
    {"empty", ""},
    {"age", std::int64_t{42}},
    {"weight", 2.5},
    {"yes", true},
    {"no", false},
    {"zero", std::int64_t{0}},
    {"half", 0.5},
    {"bytes", Opaque{}},
    {"digits", "42"},
    {"truth", "true"},
    {"big", std::numeric_limits<std::int64_t>::max()},
    {"contains", std::int64_t{1}},
    {"x-delay", std::int64_t{5}},
    {"a.b", std::int64_t{7}},
    {"$1_", std::int64_t{8}},
    {"gr\xC3\xB6\xC3\x9F"
     "e",
     "g\xC3\xBCn"},
    {"nan", std::numeric_limits<double>::quiet_NaN()},
};

bool matches(std::string_view text, Dialect dialect = Dialect::kJms) {
  Result<Selector> selector = Selector::compile(text, dialect);
  if (!selector) {
    ADD_FAILURE() << text << ": " << selector.error().message;
    return false;
  }
  std::vector<Value> values;
  for (const std::string& name : selector->names()) {
    auto found = kMessage.find(name);
    values.push_back(found == kMessage.end() ? Value(Unknown{}) : found->second);
  }
  return selector->matches(values);
}

/// 't', 'f', or 'u': neither it nor its opposite matches.
char truth(std::string_view text, Dialect dialect = Dialect::kJms) {
  if (matches(text, dialect)) return 't';
  return matches("NOT (" + std::string(text) + ")", dialect) ? 'f' : 'u';
}

struct Case {
  std::string_view text;
  char truth;
};

void check(std::initializer_list<Case> cases, Dialect dialect = Dialect::kJms) {
  for (const Case& one : cases) EXPECT_EQ(truth(one.text, dialect), one.truth) << one.text;
}

TEST(Selector, ComparesNumbersByWhatTheyAreWhateverTheirKind) {
  check({{"age = 42", 't'},
         {"age = 42.0", 't'},
         {"age <> 42", 'f'},
         {"age != 41", 't'},
         {"age > 41.9", 't'},
         {"age >= 42 AND age <= 42", 't'},
         {"weight < 3", 't'},
         {"weight = 2.5", 't'},
         {"41 < age", 't'},
         {"big = 9223372036854775807", 't'},
         {"big < 9223372036854775808.0", 't'},  // equal if rounded to the same double
         {"big = 9223372036854775808.0", 'f'},
         {"big > -9223372036854775808", 't'},
         {"nan = nan", 'f'},
         {"nan <> nan", 't'},
         {"nan < 1", 'f'},
         {"nan >= age", 'f'}});
}

TEST(Selector, ReadsNumbersAsJavaWritesThem) {
  check({{"age = 0x2A", 't'},
         {"age = 0X2aL", 't'},
         {"age = 052", 't'},
         {"age = 42l", 't'},
         {"age = +42", 't'},
         {"zero = 0", 't'},
         {"zero = -0.0", 't'},
         {"half = .5", 't'},
         {"half = 5e-1", 't'},
         {"half = 5E-1D", 't'},
         {"age = 42f", 't'},
         {"age = 42.", 't'},
         {"age = 4.2e+1", 't'},
         {"-age = -42", 't'},
         {"age = - -42", 't'},
         {"big = 0x7fffffffffffffff", 't'}});
}

TEST(Selector, ComparesTextsAndTruthsForEqualityOnly) {
  check({{"color = 'red'", 't'},
         {"color = 'Red'", 'f'},
         {"color <> 'blue'", 't'},
         {"name = 'O''Hara'", 't'},
         {"empty = ''", 't'},
         {"yes = TRUE", 't'},
         {"yes <> true", 'f'},
         {"no = False", 't'},
         {"yes", 't'},
         {"no", 'f'},
         {"color > name", 'f'},  // two texts: no order
         {"yes >= no", 'f'}});
}

TEST(Selector, ValuesOfUnlikeTypesAreNeverEqualDifferentOrOrdered) {
  check({{"age = '42'", 'f'},
         {"age <> '42'", 'f'},
         {"color = 5", 'f'},
         {"color <> 5", 'f'},
         {"digits > 1", 'f'},
         {"digits = 42", 'f'},
         {"yes = 'true'", 'f'},
         {"yes = 1", 'f'},
         {"bytes = 'x'", 'f'},
         {"bytes <> bytes", 'f'},
         {"digits BETWEEN 1 AND 99", 'f'},
         {"digits NOT BETWEEN 1 AND 9", 'f'}});
}

TEST(Selector, WhatIsNotThereIsUnknown) {
  check({{"none = 1", 'u'},
         {"none <> 1", 'u'},
         {"none = none", 'u'},
         {"none", 'u'},
         {"none > 1", 'u'},
         {"none + 1 = 2", 'u'},
         {"none BETWEEN 1 AND 2", 'u'},
         {"age BETWEEN none AND 2", 'f'},
         {"age BETWEEN none AND 99", 'u'},
         {"age NOT BETWEEN none AND 9", 't'},
         {"none IN ('a')", 'u'},
         {"none NOT IN ('a')", 'u'},
         {"none LIKE 'a'", 'u'},
         {"none NOT LIKE 'a'", 'u'},
         {"none IS NULL", 't'},
         {"none IS NOT NULL", 'f'},
         {"age IS NULL", 'f'},
         {"bytes IS NOT NULL", 't'}});
}

TEST(Selector, LogicHasThreeValues) {
  check({{"none = 1 AND age = 42", 'u'},
         {"none = 1 AND age = 1", 'f'},
         {"age = 1 AND none = 1", 'f'},
         {"none = 1 OR age = 42", 't'},
         {"none = 1 OR age = 1", 'u'},
         {"NOT none = 1", 'u'},
         {"none = 1 AND none = 1", 'u'},
         {"none = 1 OR none = 1", 'u'},
         {"NOT NOT age = 42", 't'},
         {"age", 'u'},
         {"age AND yes", 'u'},
         {"color OR yes", 't'}});
}

TEST(Selector, NotBindsLooserThanComparisonsAndTighterThanAnd) {
  check({{"NOT age = 42", 'f'},
         {"NOT age = 1 AND yes", 't'},
         {"NOT (age = 1 AND yes)", 't'},
         {"no AND yes OR yes", 't'},
         {"yes OR yes AND no", 't'},
         {"(yes OR yes) AND no", 'f'},
         {"NOT age IN (1, 2)", 't'},
         {"not color like 'b%'", 't'},
         {"age = 42 and not no or no", 't'},
         {"age BETWEEN 1 AND 99 AND no", 'f'}});
}

TEST(Selector, CalculatesAsJavaDoes) {
  check({{"age + 1 = 43", 't'},
         {"1 + 2 * 3 = 7", 't'},
         {"(1 + 2) * 3 = 9", 't'},
         {"10 - 4 - 3 = 3", 't'},
         {"5 / 2 = 2", 't'},
         {"-5 / 2 = -2", 't'},
         {"5.0 / 2 = 2.5", 't'},
         {"5 / zero = 1", 'u'},
         {"5.0 / zero > 1e300", 't'},
         {"big + 1 > big", 't'},  // and does not wrap
         {"big * 2 > 0", 't'},
         {"-9223372036854775808 / -1 > 0", 't'},
         {"-(-9223372036854775808) > 0", 't'},
         {"color + 1 = 1", 'u'},
         {"-color = 1", 'u'},
         {"+color IS NULL", 't'},
         {"yes * 2 = 2", 'u'},
         {"age-1=41", 't'},
         {"weight*2 = 5", 't'}});
}

TEST(Selector, InAndBetween) {
  check({{"color IN ('blue', 'red', 'green')", 't'},
         {"color NOT IN ('blue')", 't'},
         {"color IN ('blue')", 'f'},
         {"age IN (1, -2, 42)", 't'},
         {"age IN (4.2e1)", 't'},
         {"age NOT IN (42)", 'f'},
         {"weight IN (2, 2.5)", 't'},
         {"age IN ('42')", 'u'},
         {"color IN (1)", 'u'},
         {"bytes IN ('a')", 'u'},
         {"nan IN (1, 2)", 'f'},
         {"age BETWEEN 42 AND 42", 't'},
         {"age BETWEEN 43 AND 41", 'f'},
         {"age NOT BETWEEN 1 AND 41", 't'},
         {"age + 1 BETWEEN age AND age + 2", 't'}});
}

TEST(Selector, LikeAndItsKin) {
  check({{"color LIKE 'r%'", 't'},
         {"color LIKE 'r_d'", 't'},
         {"color LIKE '__'", 'f'},
         {"color NOT LIKE 'b%'", 't'},
         {"color LIKE 'R%'", 'f'},
         {"empty LIKE '%'", 't'},
         {"empty LIKE '_'", 'f'},
         {"name LIKE '%''%'", 't'},
         {"name LIKE 'O!''%' ESCAPE '!'", 't'},
         {"age LIKE '4%'", 'f'},
         {"age NOT LIKE '4%'", 't'},
         {"color CONTAINS 'e'", 't'},
         {"color NOT CONTAINS 'x'", 't'},
         {"color STARTSWITH 're'", 't'},
         {"color ENDSWITH 'ed'", 't'},
         {"color startswith 'e'", 'f'},
         {"name CONTAINS '%'", 'f'},
         {"contains = 1", 't'}});
}

TEST(Selector, NamesAreJavasAndAnythingInDoubleQuotes) {
  check({{"\"x-delay\" = 5", 't'},
         {"a.b = 7", 't'},
         {"$1_ = 8", 't'},
         {"gr\xC3\xB6\xC3\x9F"
          "e LIKE 'g_n'",
          't'},
         {"\"age\" = 42", 't'},
         {"\"a\"\"b\" IS NULL", 't'},
         {"Age IS NULL", 't'},
         {"\"NOT\" IS NULL", 't'}});
  EXPECT_EQ(Selector::compile("a = 1 OR b = 2 OR a = 3")->names(), (std::vector<std::string>{"a", "b"}));
}

TEST(Selector, InRocketMqsDialectTextsAreWhatTheyReadAs) {
  check({{"digits = 42", 't'},
         {"digits > 41.5", 't'},
         {"digits <> 42", 'f'},
         {"digits BETWEEN 1 AND 99", 't'},
         {"digits NOT BETWEEN 1 AND 9", 't'},
         {"digits IN (42)", 't'},
         {"digits IN ('42')", 't'},
         {"digits + 1 = 43", 't'},
         {"color > 1", 'f'},
         {"truth = TRUE", 't'},
         {"truth", 't'},
         {"color = TRUE", 'f'},
         {"digits = '42'", 't'}},
        Dialect::kRocketMq);
}

struct Refusal {
  std::string_view text;
  std::size_t position;
  std::string_view sentence;
};

TEST(Selector, RefusesWithThePositionAndASentence) {
  const Refusal kRefusals[]{
      {"", 1, "nothing in it"},
      {"  \t", 1, "nothing in it"},
      {"color = ", 9, "it ends where something is missing"},
      {"color = 'red", 9, "never closed"},
      {"\"color", 1, "never closed"},
      {"\"\" = 1", 1, "a name without a character"},
      {"color = #", 9, "'#' means nothing here"},
      {"color == 1", 8, "'=' is not expected"},
      {"color = 'a' 'b'", 13, "a text where none is expected"},
      {"age = 1 2", 9, "a number where none is expected"},
      {"(age = 1", 9, "a ) is expected"},
      {"age = 1)", 8, "')' is not expected here"},
      {"age = NULL", 7, "NULL stands behind IS only"},
      {"age IS 5", 8, "NULL is expected"},
      {"5", 1, "a number is no condition"},
      {"'a'", 1, "a text is no condition"},
      {"age + 1", 1, "a number is no condition"},
      {"age = 1 AND 5", 13, "a number is no condition"},
      {"NOT 'a'", 5, "a text is no condition"},
      {"color > 'red'", 7, "a text has no order"},
      {"yes < TRUE", 5, "a condition has no order"},
      {"'a' + 1 = 2", 1, "a text is no number"},
      {"age BETWEEN 'a' AND 2", 13, "a text is no number"},
      {"age BETWEEN 1 OR 2", 15, "the AND of BETWEEN is expected"},
      {"age NOT 5", 5, "NOT stands in front"},
      {"age IN ()", 9, "texts in single quotes, or else numbers, are expected"},
      {"age IN ('a', 5)", 14, "a text in single quotes is expected"},
      {"age IN (5, 'a')", 12, "texts in single quotes, or else numbers, are expected"},
      {"5 IN ('a')", 1, "a number is no text"},
      {"color LIKE 5", 12, "a text in single quotes is expected"},
      {"color LIKE name", 12, "a text in single quotes is expected"},
      {"color LIKE 'a!' ESCAPE '!'", 12, "ends in its escape character"},
      {"color LIKE 'a' ESCAPE 'xx'", 12, "is one character"},
      {"a = b = c", 7, "use parentheses"},
      {"a < 1 < 2", 7, "use parentheses"},
      {"age = 9223372036854775808", 7, "does not fit 64 bits"},
      {"age = 18446744073709551616", 7, "does not fit 64 bits"},
      {"age = -9223372036854775809", 8, "does not fit 64 bits"},
      {"age = 0x", 7, "a number without digits"},
      {"age = 08", 8, "ends in a letter or a digit"},
      {"age = 5x", 8, "ends in a letter"},
      {"age = 1e", 9, "an exponent without digits"},
      {"age = 1e999", 7, "too large or too small"},
      {"age = 1.5.2", 10, "a number ends"},
      {"AND = 1", 1, "'AND' is not expected"},
      {"a = 1 \xFF", 7, "no UTF-8"},
  };
  for (const Refusal& refusal : kRefusals) {
    Result<Selector> selector = Selector::compile(refusal.text);
    ASSERT_FALSE(selector) << refusal.text;
    EXPECT_EQ(selector.error().code, ErrorCode::kInvalidArgument) << refusal.text;
    EXPECT_THAT(selector.error().message, HasSubstr("at position " + std::to_string(refusal.position) + ": "))
        << refusal.text;
    EXPECT_THAT(selector.error().message, HasSubstr(refusal.sentence)) << refusal.text;
  }
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Selector, NestingIsBounded) {
  for (auto [open, close] : {std::pair("(", ")"), std::pair("NOT ", ""), std::pair("NOT (", ")")}) {
    std::string_view text = open;
    int levels = kMaxSelectorDepth / (text == "NOT (" ? 2 : 1);
    EXPECT_TRUE(Selector::compile(repeated(open, levels) + "a = 1" + repeated(close, levels)));
    Result<Selector> deeper = Selector::compile(repeated(open, levels + 1) + "a = 1" + repeated(close, levels + 1));
    ASSERT_FALSE(deeper);
    EXPECT_THAT(deeper.error().message, HasSubstr("more than 64 levels inside each other"));
    EXPECT_FALSE(Selector::compile(repeated(open, 3'000)));
  }
  EXPECT_FALSE(Selector::compile("a = " + repeated("- ", 5'000) + "1"));
  EXPECT_TRUE(matches("age = 42" + repeated(" AND age = 42", 1'000)));
}

TEST(Selector, LengthAndPatternsAreBounded) {
  Result<Selector> longer = Selector::compile("a = '" + std::string(kMaxSelectorBytes, 'x') + "'");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::kTooLarge);
  std::string like = "a LIKE 'x%'" + repeated(" OR a LIKE 'x%'", kMaxSelectorPatterns - 1);
  EXPECT_TRUE(Selector::compile(like));
  EXPECT_FALSE(Selector::compile(like + " OR a LIKE 'x%'"));
}

TEST(Selector, CopiesShareWhatWasCompiledAndOutliveTheText) {
  std::optional<Selector> copy;
  {
    std::string text = "color IN ('red', 'a text too long to be kept in place')";
    Selector selector = Selector::compile(text).value();
    copy = selector;
    text.assign(text.size(), '?');
  }
  std::vector<Value> values{std::string_view("a text too long to be kept in place")};
  EXPECT_TRUE(copy->matches(values));
  EXPECT_EQ(copy->text(), "color IN ('red', 'a text too long to be kept in place')");
}

}  // namespace
}  // namespace wharf::selector
