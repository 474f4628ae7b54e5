#include "cli/line_splitter.hpp"

#include <cstring>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "cli/text_escapes.hpp"

namespace wharf::cli {
namespace {

/// The pieces of `text`, read in steps of `step` bytes.
std::vector<std::string> pieces_of(const std::string& text, const std::string& delimiter, std::size_t step) {
  LineSplitter splitter(delimiter);
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += step) {
    const std::size_t count = std::min(step, text.size() - at);
    std::memcpy(splitter.space().data(), text.data() + at, count);
    splitter.received(count);
    while (auto piece = splitter.next()) pieces.emplace_back(*piece);
  }
  if (auto rest = splitter.rest()) pieces.emplace_back(*rest);
  return pieces;
}

TEST(LineSplitter, TheLastPieceNeedsNoDelimiter) {
  EXPECT_EQ(pieces_of("a\n\nbc", "\n", 100), (std::vector<std::string>{"a", "", "bc"}));
  EXPECT_EQ(pieces_of("a\n", "\n", 100), (std::vector<std::string>{"a"}));
  EXPECT_EQ(pieces_of("", "\n", 100), (std::vector<std::string>{}));
}

TEST(LineSplitter, ADelimiterMayBeLongAndCutByARead) {
  for (std::size_t step = 1; step < 8; ++step)
    EXPECT_EQ(pieces_of("a--b-c---d", "--", step), (std::vector<std::string>{"a", "b-c", "-d"})) << step;
}

TEST(LineSplitter, JoiningThePiecesGivesTheInputBack) {
  const bool holds = rc::check([](const std::vector<std::string>& parts, bool long_delimiter) {
    const std::string delimiter = long_delimiter ? "ab" : "a";
    std::string text;
    for (const std::string& part : parts) text += part + delimiter;
    const auto step = *rc::gen::inRange<std::size_t>(1, 20);
    std::string joined;
    for (const std::string& piece : pieces_of(text, delimiter, step)) joined += piece + delimiter;
    RC_ASSERT(joined == text);
  });
  EXPECT_TRUE(holds);
}

TEST(Unescape, KnowsTheUsualLettersAndBytes) {
  EXPECT_EQ(unescape("a\\n\\t\\r\\\\\\x41b"), "a\n\t\r\\Ab");
  EXPECT_EQ(unescape("\\0"), std::string("\0", 1));
  EXPECT_EQ(unescape("\\xff"), "\xff");
}

TEST(Unescape, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"\\", "a\\", "\\q", "\\x", "\\x4", "\\xg0"}) EXPECT_FALSE(unescape(text)) << text;
}

}  // namespace
}  // namespace wharf::cli
