#include "protocols/kafka/legacy/message.hpp"

#include <gtest/gtest.h>

#include "model/byte_order.hpp"
#include "protocols/kafka/legacy/lz4_header.hpp"

namespace wharf::kafka::legacy {
namespace {

using Bytes = std::vector<std::byte>;

Bytes message_bytes(Magic magic) {
  Bytes bytes;
  Message message{.offset = Offset(7),
                  .magic = magic,
                  .timestamp = Timestamp{1234},
                  .key = as_bytes("key"),
                  .value = as_bytes("value")};
  EXPECT_TRUE(append_message(bytes, message));
  return bytes;
}

std::optional<ErrorCode> code_of(ByteView set) {
  MessageReader reader(set);
  Message message;
  while (true) {
    Result<bool> got = reader.next(message);
    if (!got) return got.error().code;
    if (!*got) return {};
  }
}

TEST(Message, WhatIsWrittenReadsBack) {
  for (Magic magic : {Magic::kV0, Magic::kV1}) {
    Bytes bytes = message_bytes(magic);
    EXPECT_EQ(bytes.size(), kMessageOverheadBytes + message_header_bytes(magic) + 8);
    MessageReader reader(bytes);
    Message message;
    ASSERT_TRUE(*reader.next(message));
    EXPECT_EQ(message.offset, Offset(7));
    EXPECT_EQ(message.magic, magic);
    EXPECT_EQ(message.timestamp, magic == Magic::kV0 ? kNoTimestamp : Timestamp{1234});
    EXPECT_EQ(as_text(*message.key), "key");
    EXPECT_EQ(as_text(*message.value), "value");
    EXPECT_FALSE(*reader.next(message));
  }
}

TEST(Message, ASetCutAnywhereHasOnlyItsWholeMessages) {
  for (Magic magic : {Magic::kV0, Magic::kV1}) {
    Bytes one = message_bytes(magic);
    Bytes set = one;
    set.insert(set.end(), one.begin(), one.end());
    for (std::size_t size = 0; size <= set.size(); ++size) {
      MessageReader reader(ByteView(set).first(size));
      Message message;
      std::size_t count = 0;
      for (Result<bool> got = reader.next(message); *got; got = reader.next(message)) ++count;
      EXPECT_EQ(count, size / one.size()) << size;
    }
  }
}

TEST(Message, EveryFlippedBitBehindTheOffsetIsFound) {
  for (Magic magic : {Magic::kV0, Magic::kV1}) {
    Bytes good = message_bytes(magic);
    for (std::size_t bit = sizeof(std::int64_t) * 8; bit < good.size() * 8; ++bit) {
      Bytes bad = good;
      bad[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      MessageReader reader(bad);
      Message message;
      Result<bool> got = reader.next(message);
      EXPECT_FALSE(got && *got) << bit;
    }
  }
}

/// The message with `value` at `at` and a checksum that fits.
template <class T>
Bytes with_field(Bytes bytes, std::size_t at, T value) {
  store_big_endian(bytes.data() + at, value);
  Bytes copy(bytes.begin() + 16, bytes.end());
  std::uint32_t crc = 0xFFFFFFFFu;
  for (std::byte byte : copy) {
    crc ^= static_cast<std::uint32_t>(byte);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  store_big_endian(bytes.data() + 12, ~crc);
  return bytes;
}

TEST(Message, LyingSizesAndUnknownKindsAreRefused) {
  Bytes good = message_bytes(Magic::kV1);
  constexpr std::size_t kSize = 8, kMagic = 16, kAttributes = 17, kKeyLength = 26, kValueLength = 33;
  EXPECT_EQ(code_of(with_field(good, kMagic, std::int8_t{1})), std::nullopt) << "unchanged";
  EXPECT_EQ(code_of(with_field(good, kSize, std::int32_t{-1})), ErrorCode::kCorruptMessage);
  EXPECT_EQ(code_of(with_field(good, kSize, std::int32_t{13})), ErrorCode::kCorruptMessage);
  EXPECT_EQ(code_of(with_field(good, kSize, std::numeric_limits<std::int32_t>::max())), ErrorCode::kTooLarge);
  EXPECT_EQ(code_of(with_field(good, kMagic, std::int8_t{2})), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(code_of(with_field(good, kMagic, std::int8_t{3})), ErrorCode::kCorruptMessage);
  EXPECT_EQ(code_of(with_field(good, kMagic, std::int8_t{-1})), ErrorCode::kCorruptMessage);
  for (std::uint8_t codec = 4; codec < 8; ++codec) {
    EXPECT_EQ(code_of(with_field(good, kAttributes, codec)), ErrorCode::kUnsupportedCompression);
  }
  for (std::int32_t length :
       {-2, 2, 4, 1000, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()}) {
    EXPECT_EQ(code_of(with_field(good, kKeyLength, length)), ErrorCode::kCorruptMessage) << length;
    EXPECT_EQ(code_of(with_field(good, kValueLength, length)), ErrorCode::kCorruptMessage) << length;
  }
}

TEST(Lz4Header, ChecksumsAreTheStandardsAndKafkasOldOne) {
  // An empty frame of 64 KiB blocks. Both checksums as Kafka's Lz4BlockOutputStream writes them.
  Bytes frame;
  for (int byte : {0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x00, 0, 0, 0, 0}) frame.push_back(static_cast<std::byte>(byte));
  ASSERT_TRUE(set_lz4_header_checksum(frame, Lz4Checksum::kStandard));
  EXPECT_EQ(frame[6], std::byte{0x82});
  ASSERT_TRUE(set_lz4_header_checksum(frame, Lz4Checksum::kMagic0));
  EXPECT_EQ(frame[6], std::byte{0x1A});
  for (std::size_t size = 0; size < 7; ++size) {
    EXPECT_FALSE(set_lz4_header_checksum(MutableBytes(frame).first(size), Lz4Checksum::kStandard)) << size;
  }
  frame[4] = std::byte{0x68};  // with a content size: eight bytes more
  EXPECT_FALSE(set_lz4_header_checksum(frame, Lz4Checksum::kStandard));
  frame[4] = std::byte{0x61};
  EXPECT_FALSE(set_lz4_header_checksum(frame, Lz4Checksum::kStandard)) << "a dictionary";
  frame[0] = std::byte{0};
  EXPECT_FALSE(set_lz4_header_checksum(frame, Lz4Checksum::kStandard)) << "no frame";
}

}  // namespace
}  // namespace wharf::kafka::legacy
