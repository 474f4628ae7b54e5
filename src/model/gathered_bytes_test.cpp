#include "model/gathered_bytes.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wharf {
namespace {

std::string text_of(const std::vector<SharedBytes>& pieces) {
  std::string text;
  for (const SharedBytes& piece : pieces) text += as_text(piece.view());
  return text;
}

TEST(GatheredBytes, ThePiecesAreWhatWasWrittenInItsOrder) {
  GatheredBytes out;
  std::string wanted;
  for (int i = 0; i < 5'000; ++i) {
    out.begin_frame();
    std::string text = std::to_string(i) + " ";
    out.raw(as_bytes(text));
    if (i % 7 == 0) out.splice(SharedBytes::copy_of(as_bytes("spliced ")));
    wanted += i % 7 == 0 ? text + "spliced " : text;
  }
  EXPECT_EQ(text_of(out.take()), wanted);
  EXPECT_TRUE(out.empty());
}

TEST(GatheredBytes, RestingTakesNothingAwayThatIsHeldOrInLine) {
  GatheredBytes out;
  out.raw(as_bytes("held"));
  std::vector<SharedBytes> held = out.take();
  out.rest();
  out.raw(as_bytes("in line"));
  out.rest();
  EXPECT_EQ(text_of(held), "held");
  EXPECT_EQ(text_of(out.take()), "in line");
}

TEST(GatheredBytes, ThoseThatRestInBetweenWriteIntoTheSameMemory) {
  GatheredBytes one, other;
  one.raw(as_bytes("a"));
  one.take();
  one.rest();
  const std::byte* first = one.grow(1);
  one.take();
  one.rest();
  EXPECT_EQ(other.grow(1), first);
  EXPECT_EQ(other.position(), 1u);
}

}  // namespace
}  // namespace wharf
