#include "model/received_bytes.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace wharf {
namespace {

void receive(ReceivedBytes& bytes, std::string_view text) {
  while (!text.empty()) {
    MutableBytes space = bytes.space(0);
    ASSERT_FALSE(space.empty());
    std::size_t count = std::min(space.size(), text.size());
    std::ranges::copy(as_bytes(text.substr(0, count)), space.begin());
    bytes.received(count);
    text.remove_prefix(count);
  }
}

std::string repeated(std::size_t count) {
  std::string text;
  while (text.size() < count) text += std::to_string(text.size());
  text.resize(count);
  return text;
}

TEST(ReceivedBytes, WhatIsPendingStaysInOnePieceAcrossWaits) {
  for (std::size_t size : {1, 100, 5'000, 40'000, 300'000}) {
    ReceivedBytes bytes;
    const std::string text = repeated(size);
    for (std::size_t at = 0; at < size; at += 997) {
      receive(bytes, std::string_view(text).substr(at, 997));
      bytes.rest();
    }
    EXPECT_EQ(as_text(bytes.pending()), text);
    bytes.skip(size);
    bytes.rest();
    EXPECT_TRUE(bytes.pending().empty());
  }
}

TEST(ReceivedBytes, WhatWasKeptStaysWhateverComesBehindIt) {
  ReceivedBytes one, other;
  receive(one, "kept, and taken");
  SharedBytes kept = one.keep(one.pending().first(4));
  one.skip(15);
  one.rest();
  receive(other, std::string(100, 'x'));
  receive(one, std::string(100, 'y'));
  EXPECT_EQ(as_text(kept.view()), "kept");
  EXPECT_EQ(as_text(one.pending()), std::string(100, 'y'));
  EXPECT_EQ(as_text(other.pending()), std::string(100, 'x'));
}

TEST(ReceivedBytes, ConnectionsThatRestInBetweenReadIntoTheSameMemory) {
  ReceivedBytes one, other;
  receive(one, "a");
  one.skip(1);
  one.rest();
  const std::byte* first = one.space(0).data();
  one.rest();
  EXPECT_EQ(other.space(0).data(), first);
}

}  // namespace
}  // namespace wharf
