#pragma once
// The write-ahead log's bytes (docs/formats.md has the tables and an example). A file is a row of blocks of 4096 bytes;
// a block tells by itself which file it belongs to, so that a file can be overwritten from its start without being
// cleared first:
//
//   checksum good, this file's sequence   written by the file's present user
//   checksum good, another sequence       what was here before the file was used again
//   all zeros                             never written
//   anything else                         a torn write, or damage
//
// A flush writes whole blocks, and no block is ever written twice: what is durable is never touched again. Records lie
// one after the other in the blocks' payloads and may cross from block to block, and from a file to its successor.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/bytes.hpp"
#include "model/ids.hpp"

namespace wharf::log {

inline constexpr std::size_t kWalBlockBytes = 4096;
inline constexpr std::size_t kWalBlockHeaderBytes = 52;
inline constexpr std::size_t kWalPayloadBytes = kWalBlockBytes - kWalBlockHeaderBytes;
inline constexpr std::size_t kWalRecordHeaderBytes = 48;
inline constexpr std::uint32_t kWalMagic = 0x57414C31;  // "WAL1"; the last character is the version

/// Which use of a file a block belongs to. Unique within a data folder and rising with time, over restarts too. 0:
/// none.
using WalSequence = StrongNumber<struct WalSequenceTag, std::uint64_t>;

/// What a record holds. Readers pass kinds on that they do not know.
enum class WalRecordKind : std::uint8_t {
  kBatches = 1,   // whole record batches of one partition, as stamped: offsets [base_offset, next_offset)
  kShared = 2,    // the same: a single batch, which records that follow repeat
  kRepeated = 3,  // the newest kShared before it once more, for another partition, at its offsets; the payload is a
                  // WalRepeat that says which one is meant
};

struct WalRecordHeader {
  PartitionId partition;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  Offset base_offset;
  Offset next_offset;
  WalRecordKind kind = WalRecordKind::kBatches;

  friend bool operator==(const WalRecordHeader&, const WalRecordHeader&) = default;
};

/// What a kRepeated record names: partition and base offset of the kShared record that has the batch.
struct WalRepeat {
  PartitionId partition;
  Offset base_offset;

  friend bool operator==(const WalRepeat&, const WalRepeat&) = default;
};
inline constexpr std::size_t kWalRepeatBytes = 28;

struct WalBlockHeader {
  WalSequence sequence;
  WalSequence previous;               // of the file that this one continues; 0: it is the first of its process
  std::uint32_t previous_blocks = 0;  // how many blocks of `previous` count; all of them are durable
  ShardIndex shard;
  std::uint32_t file_blocks = 0;  // the file's size
  std::uint32_t block = 0;        // number within the file
  std::uint32_t flush_begin = 0;  // first block of the flush that wrote it; all blocks before are durable
  std::uint32_t flush_blocks = 0;
  std::uint16_t used = 0;          // bytes of payload
  std::uint16_t first_record = 0;  // where the first record begins in the payload; `used` when none does

  friend bool operator==(const WalBlockHeader&, const WalBlockHeader&) = default;
};

enum class WalBlockState : std::uint8_t { kValid, kZero, kBad };

/// A block as found. `header` counts when the state is kValid: the checksum matches and the fields do not contradict
/// each other.
struct WalBlock {
  WalBlockState state = WalBlockState::kBad;
  WalBlockHeader header;
};

/// How full a block is, kept in the block itself where its header will be: a block can be sealed again, for another
/// file.
struct WalBlockFill {
  static constexpr std::uint16_t kNoRecord = 0xFFFF;
  std::uint16_t used = 0;
  std::uint16_t first_record = kNoRecord;
};
void store_wal_block_fill(std::byte* block, WalBlockFill fill);

/// Writes the header of a block whose payload and fill are in place (the header's own fill is ignored); everything
/// behind what is used becomes zero.
void seal_wal_block(std::span<std::byte, kWalBlockBytes> block, WalBlockHeader header);
/// `number` is where in its file the block was found; a valid block that belongs elsewhere is kBad.
WalBlock inspect_wal_block(std::span<const std::byte, kWalBlockBytes> block, std::uint32_t number);

std::array<std::byte, kWalRecordHeaderBytes> encode_wal_record_header(const WalRecordHeader& header,
                                                                      std::uint32_t payload_bytes);
struct StoredWalRecord {
  WalRecordHeader header;
  std::uint32_t payload_bytes = 0;
};
/// None when the fields contradict each other.
std::optional<StoredWalRecord> decode_wal_record_header(std::span<const std::byte, kWalRecordHeaderBytes> bytes);

std::array<std::byte, kWalRepeatBytes> encode_wal_repeat(const WalRepeat& repeat);
/// None when it is not one.
std::optional<WalRepeat> decode_wal_repeat(ByteView payload);

}  // namespace wharf::log
