#include "log/wal_format.hpp"

#include <algorithm>
#include <cstring>

#include "model/byte_order.hpp"
#include "model/crc32c.hpp"
#include "model/error.hpp"

namespace wharf::log {
namespace {

// Where each field of a block begins.
constexpr std::size_t kChecksum = 0;  // of everything behind it
constexpr std::size_t kMagic = 4;
constexpr std::size_t kSequence = 8;
constexpr std::size_t kPrevious = 16;
constexpr std::size_t kPreviousBlocks = 24;
constexpr std::size_t kShard = 28;
constexpr std::size_t kFileBlocks = 32;
constexpr std::size_t kBlock = 36;
constexpr std::size_t kFlushBegin = 40;
constexpr std::size_t kFlushBlocks = 44;
constexpr std::size_t kUsed = 48;
constexpr std::size_t kFirstRecord = 50;

// ... and of a record.
constexpr std::size_t kPayloadBytes = 0;
constexpr std::size_t kKind = 4;  // then three bytes of zero
constexpr std::size_t kLeaderEpoch = 8;
constexpr std::size_t kTopic = 12;
constexpr std::size_t kPartition = 28;
constexpr std::size_t kBaseOffset = 32;
constexpr std::size_t kNextOffset = 40;

bool consistent(const WalBlockHeader& header, std::uint32_t number) {
  return header.block == number && header.sequence.value > 0 && header.previous < header.sequence &&
         header.flush_begin <= number && number - header.flush_begin < header.flush_blocks &&
         header.flush_blocks <= header.file_blocks && header.flush_begin <= header.file_blocks - header.flush_blocks &&
         header.used <= kWalPayloadBytes && header.first_record <= header.used;
}

bool all_zero(ByteView bytes) {
  return bytes.front() == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

void store_wal_block_fill(std::byte* block, WalBlockFill fill) {
  store_big_endian(block + kUsed, fill.used);
  store_big_endian(block + kFirstRecord, std::min(fill.first_record, fill.used));
}

void seal_wal_block(std::span<std::byte, kWalBlockBytes> block, WalBlockHeader header) {
  std::byte* at = block.data();
  header.used = load_big_endian<std::uint16_t>(at + kUsed);
  header.first_record = load_big_endian<std::uint16_t>(at + kFirstRecord);
  WHARF_ASSERT(consistent(header, header.block));
  store_big_endian(at + kMagic, kWalMagic);
  store_big_endian(at + kSequence, header.sequence.value);
  store_big_endian(at + kPrevious, header.previous.value);
  store_big_endian(at + kPreviousBlocks, header.previous_blocks);
  store_big_endian(at + kShard, header.shard.value);
  store_big_endian(at + kFileBlocks, header.file_blocks);
  store_big_endian(at + kBlock, header.block);
  store_big_endian(at + kFlushBegin, header.flush_begin);
  store_big_endian(at + kFlushBlocks, header.flush_blocks);
  std::ranges::fill(block.subspan(kWalBlockHeaderBytes + header.used), std::byte{0});
  store_big_endian(at + kChecksum, crc32c(block.subspan(kMagic)));
}

WalBlock inspect_wal_block(std::span<const std::byte, kWalBlockBytes> block, std::uint32_t number) {
  const std::byte* at = block.data();
  if (load_big_endian<std::uint32_t>(at + kMagic) != kWalMagic)
    return {all_zero(block) ? WalBlockState::kZero : WalBlockState::kBad, {}};
  if (load_big_endian<std::uint32_t>(at + kChecksum) != crc32c(block.subspan(kMagic))) return {};
  WalBlockHeader header;
  header.sequence.value = load_big_endian<std::uint64_t>(at + kSequence);
  header.previous.value = load_big_endian<std::uint64_t>(at + kPrevious);
  header.previous_blocks = load_big_endian<std::uint32_t>(at + kPreviousBlocks);
  header.shard.value = load_big_endian<std::uint32_t>(at + kShard);
  header.file_blocks = load_big_endian<std::uint32_t>(at + kFileBlocks);
  header.block = load_big_endian<std::uint32_t>(at + kBlock);
  header.flush_begin = load_big_endian<std::uint32_t>(at + kFlushBegin);
  header.flush_blocks = load_big_endian<std::uint32_t>(at + kFlushBlocks);
  header.used = load_big_endian<std::uint16_t>(at + kUsed);
  header.first_record = load_big_endian<std::uint16_t>(at + kFirstRecord);
  if (!consistent(header, number)) return {};
  return {WalBlockState::kValid, header};
}

std::array<std::byte, kWalRecordHeaderBytes> encode_wal_record_header(const WalRecordHeader& header,
                                                                      std::uint32_t payload_bytes) {
  std::array<std::byte, kWalRecordHeaderBytes> bytes{};
  std::byte* at = bytes.data();
  store_big_endian(at + kPayloadBytes, payload_bytes);
  at[kKind] = static_cast<std::byte>(header.kind);
  store_big_endian(at + kLeaderEpoch, header.leader_epoch.value);
  std::memcpy(at + kTopic, header.partition.topic.bytes.data(), header.partition.topic.bytes.size());
  store_big_endian(at + kPartition, header.partition.index.value);
  store_big_endian(at + kBaseOffset, header.base_offset.value);
  store_big_endian(at + kNextOffset, header.next_offset.value);
  return bytes;
}

std::optional<StoredWalRecord> decode_wal_record_header(std::span<const std::byte, kWalRecordHeaderBytes> bytes) {
  const std::byte* at = bytes.data();
  StoredWalRecord record;
  record.payload_bytes = load_big_endian<std::uint32_t>(at + kPayloadBytes);
  record.header.kind = static_cast<WalRecordKind>(at[kKind]);
  record.header.leader_epoch.value = load_big_endian<std::int32_t>(at + kLeaderEpoch);
  std::memcpy(record.header.partition.topic.bytes.data(), at + kTopic, record.header.partition.topic.bytes.size());
  record.header.partition.index.value = load_big_endian<std::int32_t>(at + kPartition);
  record.header.base_offset.value = load_big_endian<std::int64_t>(at + kBaseOffset);
  record.header.next_offset.value = load_big_endian<std::int64_t>(at + kNextOffset);
  bool sane = at[kKind] != std::byte{0} && record.header.partition.index.value >= 0 &&
              record.header.base_offset.value >= 0 && record.header.base_offset <= record.header.next_offset;
  if (!sane) return std::nullopt;
  return record;
}

std::array<std::byte, kWalRepeatBytes> encode_wal_repeat(const WalRepeat& repeat) {
  std::array<std::byte, kWalRepeatBytes> bytes{};
  const auto& topic = repeat.partition.topic.bytes;
  std::memcpy(bytes.data(), topic.data(), topic.size());
  store_big_endian(bytes.data() + topic.size(), repeat.partition.index.value);
  store_big_endian(bytes.data() + topic.size() + sizeof(std::int32_t), repeat.base_offset.value);
  return bytes;
}

std::optional<WalRepeat> decode_wal_repeat(ByteView payload) {
  if (payload.size() != kWalRepeatBytes) return std::nullopt;
  WalRepeat repeat;
  auto& topic = repeat.partition.topic.bytes;
  std::memcpy(topic.data(), payload.data(), topic.size());
  repeat.partition.index.value = load_big_endian<std::int32_t>(payload.data() + topic.size());
  repeat.base_offset.value = load_big_endian<std::int64_t>(payload.data() + topic.size() + sizeof(std::int32_t));
  return repeat;
}

}  // namespace wharf::log
