#include "protocols/amqp091/wire/frame_buffer.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "protocols/amqp091/wire/protocol_header.hpp"
#include "protocols/amqp091/wire/wire_testing.hpp"

namespace wharf::amqp091 {
namespace {

Buffer framed(FrameType type, std::uint16_t channel, std::string_view payload) {
  Writer writer;
  writer.integer(static_cast<std::uint8_t>(type));
  writer.integer(channel);
  writer.long_bytes(as_bytes(payload));
  writer.integer(static_cast<std::uint8_t>(kFrameEnd));
  return buffer_of(writer.bytes_since(0));
}

void fill(FrameBuffer& frames, ByteView bytes) {
  while (!bytes.empty()) {
    MutableBytes space = frames.space();
    std::size_t count = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), count);
    frames.received(count);
    bytes = bytes.subspan(count);
  }
}

/// Feeds `bytes`, at most `step` at a time, and collects the payloads; `hold` keeps them alive meanwhile.
std::vector<std::string> feed(FrameBuffer& frames, ByteView bytes, std::size_t step, std::vector<SharedBytes>* hold) {
  std::vector<std::string> found;
  while (!bytes.empty()) {
    std::size_t count = std::min({step, frames.space().size(), bytes.size()});
    fill(frames, bytes.first(count));
    bytes = bytes.subspan(count);
    while (true) {
      Outcome<std::optional<Frame>> next = frames.next();
      EXPECT_TRUE(next);
      if (!*next) break;
      found.emplace_back(as_text((*next)->payload));
      if (hold != nullptr) hold->push_back(frames.keep((*next)->payload));
    }
  }
  return found;
}

TEST(FrameBuffer, FramesComeOutAsTheyWentInHoweverTheyAreCut) {
  EXPECT_TRUE(rc::check("any frames, any cuts", [] {
    auto sizes =
        *rc::gen::container<std::vector<int>>(rc::gen::oneOf(rc::gen::inRange(0, 100), rc::gen::inRange(0, 300'000)));
    auto step = static_cast<std::size_t>(*rc::gen::oneOf(rc::gen::inRange(1, 50), rc::gen::inRange(1'000, 100'000)));
    bool holding = *rc::gen::arbitrary<bool>();
    Buffer bytes;
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      expected.emplace_back(static_cast<std::size_t>(sizes[i]), static_cast<char>('a' + i % 26));
      Buffer one = framed(FrameType::kBody, 1, expected.back());
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
    FrameBuffer frames(0);
    std::vector<SharedBytes> held;
    RC_ASSERT(feed(frames, bytes, step, holding ? &held : nullptr) == expected);
    for (std::size_t i = 0; i < held.size(); ++i) RC_ASSERT(as_text(held[i].view()) == expected[i]);
  }));
}

TEST(FrameBuffer, AFrameHasItsTypeAndChannel) {
  FrameBuffer frames;
  fill(frames, framed(FrameType::kMethod, 0xABCD, "method"));
  Frame frame = frames.next().value().value();
  EXPECT_EQ(frame.type, FrameType::kMethod);
  EXPECT_EQ(frame.channel, 0xABCD);
  EXPECT_EQ(as_text(frame.payload), "method");
  EXPECT_EQ(frames.next().value(), std::nullopt);
}

TEST(FrameBuffer, WhatOtherClientsWriteAreFrames) {
  for (const auto& line : golden("frame")) {
    FrameBuffer frames;
    fill(frames, from_hex(line[0]));
    ASSERT_TRUE(frames.next().value()) << line[0];
    EXPECT_TRUE(frames.pending().empty());
  }
}

/// What the first frame of `bytes` is refused with.
ReplyCode refusal(ByteView bytes, std::uint32_t frame_max = kDefaultFrameMax) {
  FrameBuffer frames(frame_max);
  fill(frames, bytes);
  Outcome<std::optional<Frame>> next = frames.next();
  if (next) return ReplyCode::kSuccess;
  EXPECT_FALSE(frames.next()) << "the second time too";
  return next.error().code;
}

TEST(FrameBuffer, WhatIsNoFrameIsRefusedAsSoonAsItsHeaderSaysSo) {
  EXPECT_EQ(refusal(from_hex("09000000000000")), ReplyCode::kFrameError);
  EXPECT_EQ(refusal(as_bytes("GET / HTTP/1.1")), ReplyCode::kFrameError);
  EXPECT_EQ(refusal(from_hex("0100010002000100ff")), ReplyCode::kFrameError) << "above frame_max";
  EXPECT_EQ(refusal(from_hex("010001ffffffff")), ReplyCode::kFrameError);
  EXPECT_EQ(refusal(from_hex("010001ffffffff"), 0), ReplyCode::kFrameError) << "no limit has a limit";
  EXPECT_EQ(refusal(from_hex("0100010000000161cd")), ReplyCode::kFrameError) << "another end octet";
  EXPECT_EQ(refusal(framed(FrameType::kHeartbeat, 0, "x")), ReplyCode::kFrameError);
  EXPECT_EQ(refusal(framed(FrameType::kHeartbeat, 1, "")), ReplyCode::kUnexpectedFrame);
  EXPECT_EQ(refusal(framed(FrameType::kBody, 0, "x")), ReplyCode::kUnexpectedFrame);
  EXPECT_EQ(refusal(framed(FrameType::kHeader, 0, "x")), ReplyCode::kUnexpectedFrame);
  EXPECT_EQ(refusal(framed(FrameType::kHeartbeat, 0, "")), ReplyCode::kSuccess);
}

TEST(FrameBuffer, TheLimitIsTheNegotiatedOneFromThenOnAndForgivesTheFramesOwnBytes) {
  FrameBuffer frames;
  std::string token(60'000, 't');
  fill(frames, framed(FrameType::kMethod, 0, token));
  EXPECT_TRUE(frames.next().value()) << "start-ok may be large";
  frames.set_frame_max(4096);
  fill(frames, framed(FrameType::kBody, 1, std::string(4096, 'b')));
  EXPECT_TRUE(frames.next().value());
  fill(frames, framed(FrameType::kBody, 1, std::string(4097, 'b')));
  EXPECT_EQ(frames.next().error().reply_text(), "FRAME_ERROR - a frame of 4097 bytes; frame_max allows 4096");
}

TEST(FrameBuffer, APromiseAllocatesNothing) {
  FrameBuffer frames(0);
  fill(frames, from_hex("03000107ffffff"));
  ASSERT_TRUE(frames.next());
  EXPECT_LE(frames.space().size(), 4096u);
}

TEST(FrameBuffer, ALargeFrameMovesAFewTimesHoweverSmallTheReads) {
  FrameBuffer frames(0);
  Buffer bytes = framed(FrameType::kBody, 1, std::string(4 << 20, 'x'));
  std::size_t moves = 0;
  const std::byte* last = nullptr;
  for (std::size_t at = 0; at < bytes.size();) {
    MutableBytes space = frames.space();
    moves += space.data() != last ? 1 : 0;
    std::size_t count = std::min({std::size_t{1460}, space.size(), bytes.size() - at});
    std::memcpy(space.data(), bytes.data() + at, count);
    frames.received(count);
    at += count;
    last = space.data() + count;
  }
  EXPECT_TRUE(frames.next().value());
  EXPECT_LE(moves, 8u);
}

TEST(FrameBuffer, WhatAHugeFrameNeededIsGivenBack) {
  FrameBuffer frames(0);
  fill(frames, framed(FrameType::kBody, 1, std::string(4 << 20, 'x')));
  ASSERT_TRUE(frames.next().value());
  EXPECT_LE(frames.space().size(), 256u << 10);
}

TEST(FrameBuffer, MemoryIsUsedAgainOnceNobodyHoldsAFrame) {
  FrameBuffer frames;
  Buffer bytes = framed(FrameType::kBody, 1, "body");
  fill(frames, bytes);
  const std::byte* first = frames.next().value()->payload.data();
  fill(frames, bytes);
  EXPECT_EQ(frames.next().value()->payload.data(), first);
  {
    fill(frames, bytes);
    SharedBytes kept = frames.keep(frames.next().value()->payload);
    fill(frames, bytes);
    EXPECT_NE(frames.next().value()->payload.data(), kept.data());
    EXPECT_EQ(as_text(kept.view()), "body");
  }
  fill(frames, bytes);
  EXPECT_EQ(frames.next().value()->payload.data(), first);
}

TEST(ProtocolHeader, SaysWhoIsThere) {
  using namespace std::string_view_literals;
  EXPECT_EQ(greeting_of(kProtocolHeader), Greeting::kAmqp091);
  EXPECT_EQ(greeting_of(as_bytes("AMQP\x01\x01\0\x09"sv)), Greeting::kAmqp091);
  EXPECT_EQ(greeting_of(as_bytes("AMQP\0\x01\0\0"sv)), Greeting::kAmqp10);
  EXPECT_EQ(greeting_of(as_bytes("AMQP\x02\x01\0\0"sv)), Greeting::kAmqp10Tls);
  EXPECT_EQ(greeting_of(as_bytes("AMQP\x03\x01\0\0"sv)), Greeting::kAmqp10Sasl);
  EXPECT_EQ(greeting_of(as_bytes("AMQP\x01\x01\x08\0"sv)), Greeting::kOtherAmqp);
  EXPECT_EQ(greeting_of(as_bytes("GET / HTTP/1.1\r\n"sv)), Greeting::kHttp);
  EXPECT_EQ(greeting_of(as_bytes("\x16\x03\x01\x02\0\x01\0\x01"sv)), Greeting::kTls);
  EXPECT_EQ(greeting_of(as_bytes("MQTT"sv)), Greeting::kOther);
  for (std::size_t size = 0; size < 8; ++size)
    EXPECT_EQ(greeting_of(ByteView(kProtocolHeader).first(size)), Greeting::kIncomplete);
}

}  // namespace
}  // namespace wharf::amqp091
