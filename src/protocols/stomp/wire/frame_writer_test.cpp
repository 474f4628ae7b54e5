#include "protocols/stomp/wire/frame_writer.hpp"

#include <gtest/gtest.h>

#include "protocols/stomp/wire/wire_testing.hpp"

namespace wharf::stomp {
namespace {

using namespace std::string_view_literals;

std::string written(Version version, std::string_view name, std::string_view value, std::string_view body = {}) {
  GatheredBytes out;
  FrameWriter frame(out, version, "MESSAGE");
  frame.header(name, value);
  frame.end(SharedBytes::copy_of(as_bytes(body)));
  return taken(out);
}

TEST(FrameWriter, HeadersAreEscapedAsTheVersionHasIt) {
  EXPECT_EQ(written(Version::k12, "a:b", "c\nd\\e\rf", "x"),
            "MESSAGE\na\\cb:c\\nd\\\\e\\rf\ncontent-length:1\n\nx\0\n"sv);
  EXPECT_EQ(written(Version::k11, "a:b", "c\nd\\e"), "MESSAGE\na\\cb:c\\nd\\\\e\ncontent-length:0\n\n\0\n"sv);
  EXPECT_EQ(written(Version::k10, "a", "c\\d:e"), "MESSAGE\na:c\\d:e\ncontent-length:0\n\n\0\n"sv);
}

TEST(FrameWriter, WhatAVersionCannotSayIsLeftOut) {
  constexpr auto kNothing = "MESSAGE\ncontent-length:0\n\n\0\n"sv;
  EXPECT_EQ(written(Version::k10, "a", "b\nc"), kNothing);
  EXPECT_EQ(written(Version::k10, "a:b", "c"), kNothing);
  EXPECT_EQ(written(Version::k11, "a", "b\r"), kNothing);
  EXPECT_EQ(written(Version::k12, "a", "b\0c"sv), kNothing);
  EXPECT_EQ(written(Version::k12, "", "c"), kNothing);
}

TEST(FrameWriter, ALargeBodyIsNotCopied) {
  GatheredBytes out;
  std::string body(100'000, 'b');
  SharedBytes shared = SharedBytes::copy_of(as_bytes(body));
  FrameWriter frame(out, Version::k12, "MESSAGE");
  frame.end(shared);
  bool found = false;
  for (const SharedBytes& piece : out.take()) found |= piece.data() == shared.data();
  EXPECT_TRUE(found);
}

TEST(FrameWriter, WhatIsWrittenIsReadAgain) {
  for (Version version : {Version::k11, Version::k12}) {
    GatheredBytes out;
    FrameWriter frame(out, version, "MESSAGE");
    frame.header("a:\\\n", ":\\\n\\n");
    frame.header("number", -7);
    frame.end(SharedBytes::copy_of(as_bytes("b\0\n"sv)));
    FrameBuffer frames;
    frames.set_version(version);
    feed(frames, taken(out));
    auto next = frames.next();
    ASSERT_TRUE(next && *next);
    EXPECT_EQ((*next)->header("a:\\\n"), ":\\\n\\n");
    EXPECT_EQ((*next)->header("number"), "-7");
    EXPECT_EQ(as_text((*next)->body), "b\0\n"sv);
  }
}

}  // namespace
}  // namespace wharf::stomp
