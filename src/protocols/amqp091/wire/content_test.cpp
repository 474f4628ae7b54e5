#include "protocols/amqp091/wire/content.hpp"

#include <cstring>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/amqp091/wire/methods.hpp"
#include "protocols/amqp091/wire/wire_testing.hpp"

namespace wharf::amqp091 {
namespace {

constexpr std::uint64_t kMaxBody = 64 << 20;

Buffer joined(const std::vector<SharedBytes>& pieces) {
  Buffer all;
  for (const SharedBytes& piece : pieces) all.insert(all.end(), piece.view().begin(), piece.view().end());
  return all;
}

/// A command that outlives its frames.
struct Received {
  std::string routing_key;
  Buffer properties;
  std::uint64_t body_bytes = 0;
  std::vector<SharedBytes> body;
};

/// One channel of a connection that reads `bytes`, in steps.
struct Reading {
  FrameBuffer frames{0};
  ContentAssembler channel;
  std::vector<Received> commands;

  Outcome<void> read(ByteView bytes, std::size_t step = 100'000) {
    while (!bytes.empty()) {
      MutableBytes space = frames.space();
      std::size_t count = std::min({step, space.size(), bytes.size()});
      std::memcpy(space.data(), bytes.data(), count);
      frames.received(count);
      bytes = bytes.subspan(count);
      while (true) {
        Outcome<std::optional<Frame>> frame = frames.next();
        if (!frame) return refuse(frame.error());
        if (!*frame) break;
        Outcome<bool> complete = channel.take(**frame, frames, kMaxBody);
        if (!complete) return refuse(complete.error());
        if (!*complete) continue;
        const Command& command = channel.command();
        Outcome<BasicPublish> publish = decode_method<BasicPublish>(command.method);
        if (!publish) return refuse(publish.error());
        commands.push_back({std::string(publish->routing_key), buffer_of(command.content.properties.encoded()),
                            command.content.body_bytes, command.body});
        channel.release();
      }
    }
    return {};
  }
};

Buffer published(std::string_view key, ByteView properties, ByteView body, std::uint32_t frame_max) {
  Writer writer;
  EXPECT_TRUE(write_method(BasicPublish{.routing_key = key}, 1, writer));
  write_content(1, properties, SharedBytes::copy_of(body), frame_max, writer);
  return joined(writer.take());
}

RC_GTEST_PROP(Content, WhatWasWrittenIsAssembledHoweverItWasCut, (std::uint64_t seed)) {
  SeededValues values(seed);
  std::vector<Buffer> bodies;
  Buffer stream;
  constexpr std::uint32_t kFrameMaxes[] = {0, 9, 100, 4096, 131'072};
  std::uint32_t frame_max = kFrameMaxes[values.number(5)];
  for (std::uint64_t left = values.number(6); left > 0; --left) {
    bodies.push_back(
        values.bytes(values.number(4) == 0 ? values.number(frame_max == 9 ? 3'000 : 300'000) : values.number(300)));
    Buffer one = published("key", from_hex("100002"), bodies.back(), frame_max);
    stream.insert(stream.end(), one.begin(), one.end());
  }
  Reading reading;
  RC_ASSERT(reading.read(stream, 1 + values.number(50'000)).has_value());
  RC_ASSERT(reading.commands.size() == bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const Received& command = reading.commands[i];
    RC_ASSERT(command.routing_key == "key");
    RC_ASSERT(command.body_bytes == bodies[i].size());
    RC_ASSERT(command.properties == from_hex("100002"));
    RC_ASSERT(joined(command.body) == bodies[i]);
  }
}

TEST(Content, AnEmptyBodyHasNoFrame) {
  EXPECT_EQ(to_hex(published("k", from_hex("0000"), {}, 4096)),
            "0100010000000a003c0028000000016b00ce"
            "0200010000000e003c000000000000000000000000ce");
}

TEST(Content, NoFrameIsAboveFrameMaxAndALongBodyIsNotCopied) {
  SharedBytes body = SharedBytes::copy_of(Buffer(10'000, std::byte{7}));
  Writer writer;
  write_content(1, from_hex("0000"), body, 4096, writer);
  std::vector<SharedBytes> pieces = writer.take();
  EXPECT_EQ(pieces[1].data(), body.data());
  Buffer bytes = joined(pieces);
  FrameBuffer frames(0);
  std::size_t count = std::min(frames.space().size(), bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += count) {
    count = std::min(frames.space().size(), bytes.size() - at);
    std::memcpy(frames.space().data(), bytes.data() + at, count);
    frames.received(count);
  }
  std::vector<std::size_t> sizes;
  while (auto frame = frames.next().value()) sizes.push_back(frame->payload.size() + kFrameOverheadBytes);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{22, 4096, 4096, 10'000 - 2 * 4088 + 8}));
}

TEST(Content, ABodyStaysWhereItWasReceived) {
  Reading reading;
  ASSERT_TRUE(reading.read(published("k", from_hex("0000"), Buffer(2'000, std::byte{1}), 4096)));
  ASSERT_EQ(reading.commands.size(), 1u);
  ASSERT_EQ(reading.commands[0].body.size(), 1u);
  ByteView body = reading.commands[0].body[0].view();
  ByteView memory = reading.frames.memory().view();
  EXPECT_TRUE(body.data() > memory.data() && body.data() + body.size() < memory.data() + memory.size());
}

TEST(Content, ABodySentByteByByteCostsOnePiece) {
  Reading reading;
  ASSERT_TRUE(reading.read(published("k", from_hex("0000"), Buffer(5'000, std::byte{1}), 9)));
  ASSERT_EQ(reading.commands.size(), 1u);
  EXPECT_EQ(reading.commands[0].body.size(), 1u);
}

Buffer frame_of(FrameType type, ByteView payload) {
  Writer writer;
  writer.integer(static_cast<std::uint8_t>(type));
  writer.integer(std::uint16_t{1});
  writer.long_bytes(payload);
  writer.integer(static_cast<std::uint8_t>(kFrameEnd));
  return buffer_of(writer.bytes_since(0));
}

/// What the last of these frames is refused with.
std::string refusal(std::vector<Buffer> frames) {
  Reading reading;
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) EXPECT_TRUE(reading.read(frames[i])) << i;
  Outcome<void> last = reading.read(frames.back());
  return last ? "nothing" : last.error().reply_text();
}

// The sentences of a RabbitMQ 4.0; the one of a body that is too long came later (4.0 waits for ever).
TEST(Content, FramesOutOfOrderAreRefused) {
  Buffer publish = frame_of(FrameType::kMethod, from_hex("003c0028000000016b00"));
  Buffer header = frame_of(FrameType::kHeader, from_hex("003c000000000000000000050000"));
  Buffer body = frame_of(FrameType::kBody, as_bytes("hello"));
  EXPECT_EQ(refusal({publish, header, body}), "nothing");
  const std::string no_method = "UNEXPECTED_FRAME - expected method frame, got non method frame instead";
  const std::string no_header =
      "UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead";
  const std::string no_body = "UNEXPECTED_FRAME - expected content body, got non content body frame instead";
  EXPECT_EQ(refusal({header}), no_method);
  EXPECT_EQ(refusal({body}), no_method);
  EXPECT_EQ(refusal({publish, header, body, body}), no_method);
  EXPECT_EQ(refusal({publish, publish}), no_header);
  EXPECT_EQ(refusal({publish, body}), no_header);
  EXPECT_EQ(refusal({publish, frame_of(FrameType::kHeader, from_hex("003c000100000000000000050000"))}), no_header);
  EXPECT_EQ(refusal({publish, header, publish}), no_body);
  EXPECT_EQ(refusal({publish, header, header}), no_body);
  EXPECT_EQ(refusal({publish, header, frame_of(FrameType::kBody, as_bytes("hello!"))}),
            "FRAME_ERROR - content body frame exceeds remaining content size");
  EXPECT_EQ(refusal({publish, frame_of(FrameType::kHeader, from_hex("0032000000000000000000050000"))}),
            "UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead");
  EXPECT_EQ(refusal({publish, frame_of(FrameType::kHeader, from_hex("003c0000ffffffffffffffff0000"))}),
            "PRECONDITION_FAILED - message size 18446744073709551615 is larger than max size 67108864");
  EXPECT_EQ(refusal({frame_of(FrameType::kMethod, from_hex("00280029"))}),
            "NOT_IMPLEMENTED - there is no method 41 in class 40");
}

TEST(Content, AMethodWithoutOneHasNothingOfTheOneBefore) {
  Reading reading;
  ASSERT_TRUE(reading.read(published("k", from_hex("100002"), as_bytes("hello"), 4096)));
  Writer writer;
  ASSERT_TRUE(write_method(BasicAck{.delivery_tag = 1}, 1, writer));
  Buffer ack = buffer_of(writer.bytes_since(0));
  Frame frame{FrameType::kMethod, 1, ByteView(ack).subspan(kFrameHeaderBytes, ack.size() - kFrameOverheadBytes)};
  ASSERT_TRUE(reading.channel.take(frame, reading.frames, kMaxBody).value());
  const Command& command = reading.channel.command();
  EXPECT_EQ(command.id, BasicAck::kMethod.id);
  EXPECT_EQ(command.content.body_bytes, 0u);
  EXPECT_EQ(command.content.properties.delivery_mode(), std::nullopt);
  EXPECT_TRUE(command.body.empty());
}

TEST(Content, CutOrChangedAnywhereAStreamGivesCommandsOrAnError) {
  BasicProperties properties{.content_type = "text/plain", .headers = {{{"k", std::string("v")}}}, .delivery_mode = 2};
  Buffer bytes = published("key", encode_properties(properties).value(), Buffer(20, std::byte{'x'}), 20);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Reading reading;
    ASSERT_TRUE(reading.read(ByteView(bytes).first(size)));
    ASSERT_TRUE(reading.commands.empty());
  }
  for (std::byte& byte : bytes) {
    std::byte truth = byte;
    for (int lie = 0; lie < 256; ++lie) {
      byte = static_cast<std::byte>(lie);
      Reading reading;
      Outcome<void> read = reading.read(bytes);
      if (!read) ASSERT_NE(read.error().message, "");
    }
    byte = truth;
  }
}

TEST(Writer, PiecesComeInOrderAndMemoryIsUsedAgain) {
  Writer writer;
  SharedBytes spliced = SharedBytes::copy_of(as_bytes("spliced"));
  for (int round = 0; round < 10'000; ++round) {
    writer.raw(as_bytes("before "));
    writer.splice(spliced);
    writer.raw(as_bytes(" after"));
    std::vector<SharedBytes> pieces = writer.take();
    ASSERT_EQ(pieces.size(), 3u);
    ASSERT_EQ(as_text(joined(pieces)), "before spliced after");
    ASSERT_TRUE(writer.empty());
  }
  EXPECT_TRUE(writer.take().empty());
}

TEST(Writer, CutsABurstIntoChunksAndNoByteIsLost) {
  Writer writer;
  SharedBytes body = SharedBytes::copy_of(Buffer(2'000, std::byte{'b'}));
  Buffer one;
  Buffer all;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(write_method(BasicPublish{.routing_key = "k"}, 1, writer));
    write_content(1, from_hex("0000"), body, 4096, writer);
    one = published("k", from_hex("0000"), body.view(), 4096);
    all.insert(all.end(), one.begin(), one.end());
  }
  std::vector<SharedBytes> pieces = writer.take();
  for (const SharedBytes& piece : pieces) EXPECT_LE(piece.size(), 64u * 1024);
  EXPECT_EQ(joined(pieces), all);
}

TEST(Writer, WritesOnAfterABurst) {
  Writer writer;
  writer.raw(Buffer(1 << 20, std::byte{1}));
  std::vector<SharedBytes> burst = writer.take();
  writer.raw(as_bytes("next"));
  EXPECT_EQ(as_text(joined(writer.take())), "next");
  EXPECT_EQ(joined(burst), Buffer(1 << 20, std::byte{1}));
}

TEST(Writer, RewindingForgetsSplicesBehindThePlaceToo) {
  Writer writer;
  writer.raw(as_bytes("kept"));
  std::size_t place = writer.position();
  writer.raw(as_bytes("gone"));
  writer.splice(SharedBytes::copy_of(as_bytes("gone")));
  writer.rewind(place);
  EXPECT_EQ(as_text(joined(writer.take())), "kept");
}

TEST(Writer, AHeartbeatIsEightBytes) {
  Writer writer;
  write_heartbeat(writer);
  EXPECT_EQ(to_hex(joined(writer.take())), "08000000000000ce");
}

}  // namespace
}  // namespace wharf::amqp091
