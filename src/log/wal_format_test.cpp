#include "log/wal_format.hpp"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "log/wal_buffer.hpp"
#include "log/wal_cases.hpp"
#include "log/wal_testing.hpp"
#include "model/byte_order.hpp"
#include "model/crc32c.hpp"

namespace wharf::log {
namespace {

using testing::test_partition;
using testing::test_record;

WalBlockHeader sample_header() {
  return {.sequence = WalSequence{9},
          .previous = WalSequence{7},
          .previous_blocks = 4096,
          .shard = ShardIndex{1},
          .file_blocks = 4096,
          .block = 5,
          .flush_begin = 4,
          .flush_blocks = 3,
          .used = 100,
          .first_record = 20};
}

struct Block {
  alignas(kWalBlockBytes) std::array<std::byte, kWalBlockBytes> bytes{};
  std::span<std::byte, kWalBlockBytes> view() { return bytes; }
  void seal() {
    store_wal_block_fill(bytes.data(), {.used = 100, .first_record = 20});
    seal_wal_block(view(), sample_header());
  }
};

TEST(WalFormat, ABlockGivesBackItsHeaderAndClearsWhatIsNotUsed) {
  Block block;
  block.bytes.fill(std::byte{0xAA});
  block.seal();
  WalBlock found = inspect_wal_block(block.view(), 5);
  EXPECT_EQ(found.state, WalBlockState::kValid);
  EXPECT_EQ(found.header, sample_header());
  EXPECT_EQ(block.bytes[kWalBlockHeaderBytes + 99], std::byte{0xAA});
  EXPECT_EQ(block.bytes[kWalBlockHeaderBytes + 100], std::byte{0});
}

TEST(WalFormat, EveryFlippedBitMakesABlockBad) {
  Block block;
  block.seal();
  for (std::size_t bit = 0; bit < kWalBlockBytes * 8; ++bit) {
    block.bytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    ASSERT_EQ(inspect_wal_block(block.view(), 5).state, WalBlockState::kBad) << bit;
    block.bytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
  }
}

TEST(WalFormat, ABlockInAnotherPlaceIsBadAndZerosAreZeros) {
  Block block;
  EXPECT_EQ(inspect_wal_block(block.view(), 0).state, WalBlockState::kZero);
  block.bytes.back() = std::byte{1};
  EXPECT_EQ(inspect_wal_block(block.view(), 0).state, WalBlockState::kBad);
  block.seal();
  EXPECT_EQ(inspect_wal_block(block.view(), 6).state, WalBlockState::kBad);
}

TEST(WalFormat, AHeaderThatContradictsItselfIsBadWhateverItsChecksum) {
  auto spoil = [](std::size_t at, auto value) {
    Block block;
    block.seal();
    store_big_endian(block.bytes.data() + at, value);
    store_big_endian(block.bytes.data(), crc32c(ByteView(block.bytes).subspan(4)));
    return inspect_wal_block(block.view(), 5).state;
  };
  EXPECT_EQ(spoil(8, std::uint64_t{0}), WalBlockState::kBad);                 // no sequence
  EXPECT_EQ(spoil(16, std::uint64_t{9}), WalBlockState::kBad);                // its own predecessor
  EXPECT_EQ(spoil(32, std::uint32_t{6}), WalBlockState::kBad);                // a flush beyond the file's end
  EXPECT_EQ(spoil(40, std::uint32_t{6}), WalBlockState::kBad);                // a flush that begins behind it
  EXPECT_EQ(spoil(44, std::uint32_t{1}), WalBlockState::kBad);                // a flush that ends before it
  EXPECT_EQ(spoil(48, std::uint16_t{kWalPayloadBytes + 1}), WalBlockState::kBad);
  EXPECT_EQ(spoil(50, std::uint16_t{101}), WalBlockState::kBad);              // a record beyond what is used
  EXPECT_EQ(spoil(50, std::uint16_t{100}), WalBlockState::kValid);
}

TEST(WalFormat, ARecordHeaderGivesBackItsFieldsAndRefusesNonsense) {
  WalRecordHeader header{.partition = test_partition(4), .leader_epoch = LeaderEpoch{-1}, .base_offset = Offset{1} , .next_offset = Offset{1ll << 60}};
  auto bytes = encode_wal_record_header(header, 77);
  std::optional<StoredWalRecord> record = decode_wal_record_header(bytes);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->header, header);
  EXPECT_EQ(record->payload_bytes, 77u);
  WalRecordHeader negative = header;
  negative.base_offset = Offset{-1};
  EXPECT_FALSE(decode_wal_record_header(encode_wal_record_header(negative, 0)));
  WalRecordHeader backwards = header;
  backwards.next_offset = Offset{0};
  EXPECT_FALSE(decode_wal_record_header(encode_wal_record_header(backwards, 0)));
  EXPECT_FALSE(decode_wal_record_header(std::array<std::byte, kWalRecordHeaderBytes>{}));
}

TEST(WalCases, EveryCombinationFitsExactlyOneRow) {
  for (auto zone : {WalZone::kDurable, WalZone::kLastFlush, WalZone::kBehind, WalZone::kAbandoned}) {
    for (auto found : {WalFound::kOwn, WalFound::kOther, WalFound::kZero, WalFound::kBad}) {
      std::string rows;
      for (const WalCase& row : kWalCases) {
        if (row.fits(zone, found)) rows += row.name;
      }
      EXPECT_EQ(rows.size(), 1u) << "zone " << static_cast<int>(zone) << " found " << static_cast<int>(found) << " rows " << rows;
    }
  }
}

TEST(WalCases, OnlyOwnBlocksAreTakenAndOnlyDurableOnesCanBeDamaged) {
  for (auto zone : {WalZone::kDurable, WalZone::kLastFlush, WalZone::kBehind, WalZone::kAbandoned}) {
    for (auto found : {WalFound::kOwn, WalFound::kOther, WalFound::kZero, WalFound::kBad}) {
      WalVerdict verdict = wal_verdict(zone, found);
      if (verdict == WalVerdict::kTake) EXPECT_EQ(found, WalFound::kOwn);
      if (verdict == WalVerdict::kDamage) EXPECT_EQ(zone, WalZone::kDurable);
      if (zone == WalZone::kDurable && found != WalFound::kOwn) EXPECT_EQ(verdict, WalVerdict::kDamage);
    }
  }
}

TEST(WalBuffer, RecordsLieOneAfterTheOtherAndCrossBlocks) {
  WalBuffer buffer;
  auto small = test_record(1, 0, 0, 100);
  auto large = test_record(2, 1, 0, 3 * kWalPayloadBytes);
  buffer.append(small.header, small.payload);
  EXPECT_EQ(buffer.end(), 1u);
  buffer.append(large.header, large.payload);
  EXPECT_EQ(buffer.end(), 4u);
  buffer.close_block();
  std::vector<MutableBytes> parts;
  buffer.collect(0, 4, parts);
  ASSERT_EQ(parts.size(), 1u);
  std::vector<WalBlockHeader> headers;
  for (std::uint32_t i = 0; i < 4; ++i) {
    auto block = parts[0].subspan(i * kWalBlockBytes).first<kWalBlockBytes>();
    seal_wal_block(block, {.sequence = WalSequence{1}, .file_blocks = 4, .block = i, .flush_begin = 0, .flush_blocks = 4});
    headers.push_back(inspect_wal_block(block, i).header);
  }
  EXPECT_EQ(headers[0].first_record, 0);
  EXPECT_EQ(headers[0].used, kWalPayloadBytes);
  EXPECT_EQ(headers[1].first_record, headers[1].used);  // none begins here
  EXPECT_EQ(headers[3].used, 2 * kWalRecordHeaderBytes + 100);
  EXPECT_EQ(std::memcmp(parts[0].data() + kWalBlockHeaderBytes + kWalRecordHeaderBytes, small.payload.data(), 100), 0);
}

TEST(WalBuffer, ARecordsHeaderIsNeverSplit) {
  WalBuffer buffer;
  auto record = test_record(1, 0, 0, kWalPayloadBytes - 2 * kWalRecordHeaderBytes + 1);
  buffer.append(record.header, record.payload);
  EXPECT_EQ(buffer.end(), 1u);
  buffer.append(record.header, {});
  EXPECT_EQ(buffer.end(), 2u);
}

TEST(WalBuffer, ABlockThatWasClosedTakesNoMore) {
  WalBuffer buffer;
  auto record = test_record(1, 0, 0, 10);
  buffer.append(record.header, record.payload);
  buffer.close_block();
  buffer.append(record.header, record.payload);
  EXPECT_EQ(buffer.end(), 2u);
  buffer.drop_to(1);
  EXPECT_EQ(buffer.begin(), 1u);
  EXPECT_EQ(buffer.bytes(), kWalBlockBytes);
}

TEST(WalBuffer, PartsFollowTheChunksOverManyRounds) {
  WalBuffer buffer;
  auto record = test_record(1, 0, 0, 5 * kWalBlockBytes);
  for (int round = 0; round < 100; ++round) {
    buffer.append(record.header, record.payload);
    buffer.append(record.header, record.payload);
    buffer.close_block();
    std::vector<MutableBytes> parts;
    buffer.collect(buffer.begin(), buffer.end(), parts);
    std::size_t bytes = 0;
    for (MutableBytes part : parts) {
      bytes += part.size();
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(part.data()) % kWalBlockBytes, 0u);
    }
    EXPECT_EQ(bytes, buffer.bytes());
    buffer.drop_to(buffer.end());
  }
}

}  // namespace
}  // namespace wharf::log
