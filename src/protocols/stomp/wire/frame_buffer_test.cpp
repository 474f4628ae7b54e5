#include "protocols/stomp/wire/frame_buffer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/stomp/wire/wire_testing.hpp"

namespace wharf::stomp {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;

constexpr FrameLimits kLimits{.headers = 4, .header_bytes = 32, .head_bytes = 100, .body_bytes = 10};

/// Each frame, or what it was refused for; fed in reads of `step` bytes.
std::vector<OwnedFrame> read_all(std::string_view text, std::size_t step, Version version = Version::k12,
                                 std::string* error = nullptr) {
  FrameBuffer frames;
  frames.set_version(version);
  frames.set_limits(kLimits);
  std::vector<OwnedFrame> all;
  while (!text.empty()) {
    feed(frames, text.substr(0, step));
    text.remove_prefix(std::min(step, text.size()));
    while (true) {
      Outcome<std::optional<Frame>> next = frames.next();
      if (!next) {
        if (error) *error = next.error().detail;
        return all;
      }
      if (!*next) break;
      all.push_back(owned(**next));
    }
  }
  return all;
}

std::string error_of(std::string_view text, std::size_t step = 1, Version version = Version::k12) {
  std::string error;
  read_all(text, step, version, &error);
  return error;
}

TEST(FrameBuffer, FramesAreTheSameHoweverTheirBytesCome) {
  constexpr auto kText = "\n\r\nSEND\ndestination:/queue/a\nn:1:2\n\nbody\0\n\nACK\r\nid:1\r\n\r\n\0\0BEGIN\n\n\0"sv;
  // What stands between is no frame but for a command that is empty: it is taken for one.
  const std::vector<OwnedFrame> wanted{{"SEND", {{"destination", "/queue/a"}, {"n", "1:2"}}, "body"},
                                       {"ACK", {{"id", "1"}}, ""}};
  for (std::size_t step : {1u, 2u, 3u, 7u, 1000u}) {
    std::string error;
    EXPECT_EQ(read_all(kText, step, Version::k12, &error), wanted) << step;
    EXPECT_THAT(error, HasSubstr("ends within its headers"));
  }
}

TEST(FrameBuffer, ABodyMayHoldAnythingWhereItsLengthIsTold) {
  constexpr auto kText = "SEND\ncontent-length:5\n\na\0\nb\n\0\nSEND\n\nx\0"sv;
  for (std::size_t step : {1u, 4u, 1000u}) {
    const std::vector<OwnedFrame> frames = read_all(kText, step);
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].body, "a\0\nb\n"sv);
    EXPECT_EQ(frames[1].body, "x");
  }
}

TEST(FrameBuffer, EscapesAreThoseOfTheVersion) {
  constexpr auto kText = "SEND\na\\cb:1\\n2\\\\3\\c4\n\n\0"sv;
  EXPECT_EQ(read_all(kText, 1000, Version::k11)[0].headers[0],
            (std::pair<std::string, std::string>("a:b", "1\n2\\3:4")));
  EXPECT_EQ(read_all(kText, 1000, Version::k10)[0].headers[0],
            (std::pair<std::string, std::string>("a\\cb", "1\\n2\\\\3\\c4")));
  EXPECT_EQ(read_all("SEND\na:\\r\n\n\0"sv, 1000)[0].headers[0].second, "\r");
  EXPECT_THAT(error_of("SEND\na:\\r\n\n\0"sv, 1, Version::k11), HasSubstr("an escape that STOMP 1.1 does not have"));
  EXPECT_THAT(error_of("SEND\na:\\t\n\n\0"sv), HasSubstr("an escape that STOMP 1.2 does not have"));
  EXPECT_THAT(error_of("SEND\na:b\\\n\n\0"sv), HasSubstr("an escape"));
  // A password may be anything: CONNECT has none.
  EXPECT_EQ(read_all("CONNECT\npasscode:a\\tb\n\n\0"sv, 1000)[0].headers[0].second, "a\\tb");
}

TEST(FrameBuffer, OfRepeatedHeadersTheFirstCounts) {
  FrameBuffer frames;
  feed(frames, "SEND\na:1\na:2\n\n\0"sv);
  auto next = frames.next();
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->header("a"), "1");
  EXPECT_EQ((*next)->header("b"), std::nullopt);
}

TEST(FrameBuffer, WhatIsMalformedSaysWhat) {
  EXPECT_THAT(error_of("SEND\ndestination\n\n\0"sv), HasSubstr("without a colon"));
  EXPECT_THAT(error_of("SEND\n:x\n\n\0"sv), HasSubstr("without a name"));
  EXPECT_THAT(error_of("SEND\na:b\0"sv), HasSubstr("ends within its headers"));
  EXPECT_THAT(error_of("SEND\ncontent-length:-1\n\n"sv), HasSubstr("no number of bytes"));
  EXPECT_THAT(error_of("SEND\ncontent-length:\n\n"sv), HasSubstr("no number of bytes"));
  EXPECT_THAT(error_of("SEND\ncontent-length:9999999999999x\n\n"sv), HasSubstr("no number of bytes"));
  EXPECT_THAT(error_of("SEND\ncontent-length:1\n\nabc\0"sv), HasSubstr("no NUL"));
}

TEST(FrameBuffer, ALimitIsReachedBeforeTheFrameIsKept) {
  EXPECT_THAT(error_of("SEND\ncontent-length:11\n\n"sv), HasSubstr("a body of 11 bytes, 10 are allowed"));
  EXPECT_THAT(error_of("SEND\n\n01234567890"sv), HasSubstr("a body of more than 10 bytes"));
  EXPECT_THAT(error_of("SEND\na:0123456789012345678901234567890"sv), HasSubstr("a header of more than 32 bytes"));
  EXPECT_THAT(error_of("SEND\na:1\na:2\na:3\na:4\na:5\n"sv), HasSubstr("more than 4 headers"));
  EXPECT_EQ(error_of("SEND\na:1\na:2\na:3\na:4\n\n0123456789\0"sv), "");
}

}  // namespace
}  // namespace wharf::stomp
