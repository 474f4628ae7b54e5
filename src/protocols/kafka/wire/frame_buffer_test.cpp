#include "protocols/kafka/wire/frame_buffer.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "model/byte_order.hpp"

namespace wharf::kafka {
namespace {

std::vector<std::byte> framed(const std::string& text) {
  std::vector<std::byte> bytes(4 + text.size());
  store_big_endian(bytes.data(), static_cast<std::int32_t>(text.size()));
  std::memcpy(bytes.data() + 4, text.data(), text.size());
  return bytes;
}

/// Feeds `bytes`, at most `step` at a time, and collects the frames; `hold` keeps them alive meanwhile.
std::vector<std::string> feed(FrameBuffer& frames, const std::vector<std::byte>& bytes, std::size_t step, std::vector<Frame>* hold) {
  std::vector<std::string> found;
  std::size_t at = 0;
  while (at < bytes.size()) {
    MutableBytes space = frames.space();
    EXPECT_FALSE(space.empty());
    std::size_t count = std::min({step, space.size(), bytes.size() - at});
    std::memcpy(space.data(), bytes.data() + at, count);
    frames.received(count);
    at += count;
    while (true) {
      Result<std::optional<Frame>> next = frames.next();
      EXPECT_TRUE(next);
      if (!*next) break;
      found.emplace_back(as_text((*next)->bytes));
      if (hold != nullptr) hold->push_back(**next);
    }
  }
  return found;
}

TEST(FrameBuffer, FramesComeOutAsTheyWentInHoweverTheyAreCut) {
  EXPECT_TRUE(rc::check("any frames, any cuts", [] {
    auto sizes = *rc::gen::container<std::vector<int>>(rc::gen::oneOf(rc::gen::inRange(0, 100), rc::gen::inRange(0, 300'000)));
    auto step = static_cast<std::size_t>(*rc::gen::oneOf(rc::gen::inRange(1, 50), rc::gen::inRange(1'000, 100'000)));
    bool holding = *rc::gen::arbitrary<bool>();
    std::vector<std::byte> bytes;
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      expected.emplace_back(static_cast<std::size_t>(sizes[i]), static_cast<char>('a' + i % 26));
      std::vector<std::byte> one = framed(expected.back());
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
    FrameBuffer frames(1 << 20);
    std::vector<Frame> held;
    RC_ASSERT(feed(frames, bytes, step, holding ? &held : nullptr) == expected);
    for (std::size_t i = 0; i < held.size(); ++i) RC_ASSERT(as_text(held[i].bytes) == expected[i]);
  }));
}

TEST(FrameBuffer, ALengthThatCannotBeIsRefusedBeforeItsBytesArrive) {
  for (std::int32_t length : {-1, INT32_MIN, 1001, INT32_MAX}) {
    FrameBuffer frames(1000);
    store_big_endian(frames.space().data(), length);
    frames.received(4);
    EXPECT_FALSE(frames.next()) << length;
  }
}

// A client that sends 100 MB in packets of 1,460 bytes would otherwise have the broker copy hundreds of gigabytes.
TEST(FrameBuffer, ALargeFrameInSmallReadsIsMovedAFewTimes) {
  FrameBuffer frames(100 << 20);
  std::vector<std::byte> large = framed(std::string(10 << 20, 'x'));
  std::size_t bytes_moved = 0;
  for (std::size_t at = 0; at < large.size();) {
    const std::byte* before = frames.pending().data();
    MutableBytes space = frames.space();
    if (frames.pending().data() != before) bytes_moved += frames.pending().size();
    std::size_t count = std::min({std::size_t{1460}, space.size(), large.size() - at});
    std::memcpy(space.data(), large.data() + at, count);
    frames.received(count);
    at += count;
  }
  Result<std::optional<Frame>> whole = frames.next();
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->bytes.size(), 10u << 20);
  EXPECT_LT(bytes_moved, large.size());
}

// A connection that once sent 100 MB would otherwise hold them until it ends.
TEST(FrameBuffer, TheMemoryOfALargeFrameIsNotKept) {
  FrameBuffer frames(100 << 20);
  std::vector<std::byte> large = framed(std::string(10 << 20, 'x'));
  EXPECT_EQ(feed(frames, large, 1 << 20, nullptr).size(), 1u);
  EXPECT_LE(frames.space().size(), 64u * 1024);
}

TEST(FrameBuffer, APromiseAllocatesNothing) {
  FrameBuffer frames(100 << 20);
  store_big_endian(frames.space().data(), std::int32_t{100 << 20});
  frames.received(4);
  ASSERT_TRUE(frames.next());
  EXPECT_LE(frames.space().size(), 64u * 1024);
}

}  // namespace
}  // namespace wharf::kafka
