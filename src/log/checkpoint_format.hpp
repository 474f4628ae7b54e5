#pragma once
// The bytes of a checkpoint file (docs/formats.md has the tables and an example): a header, then entries, each at a multiple of
// eight. An entry names its partition before and behind its state, so that damage to one end still tells whose it was.
#include <cstdint>
#include <optional>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

inline constexpr std::size_t kCheckpointFileHeaderBytes = 32;
inline constexpr std::uint32_t kCheckpointVersion = 1;

struct CheckpointFileHeader {
  std::uint64_t generation = 0;
  std::uint64_t synced_bytes = 0;  // so much was durable before the file got its name
};

void encode_checkpoint_file_header(const CheckpointFileHeader& header, std::vector<std::byte>& into);
/// kDamaged; kUnsupportedVersion when a newer Wharf wrote it.
Result<CheckpointFileHeader> decode_checkpoint_file_header(ByteView file);

enum class StoredCheckpointKind : std::uint8_t {
  kState = 1,
  kRemoved = 2,
  kShardFloor = 3,  // the partition's index is the shard
  kFloor = 4,
};

struct StoredCheckpoint {
  StoredCheckpointKind kind = StoredCheckpointKind::kState;
  PartitionId partition;
  std::uint64_t append_begin = 0;  // where the append that wrote it began: everything before was durable
  ByteView state;
};

std::size_t checkpoint_entry_bytes(std::size_t state_bytes);
void encode_checkpoint_entry(const StoredCheckpoint& entry, std::vector<std::byte>& into);

/// The entry that `bytes` are, found at `position` of its file; none when they are not one whole entry.
std::optional<StoredCheckpoint> parse_checkpoint_entry(ByteView bytes, std::uint64_t position);

/// What stands at one place of a file.
struct CheckpointPiece {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::optional<StoredCheckpoint> entry;   // none: these bytes cannot be read
  std::optional<PartitionId> partition;   // of the one entry that cannot be read; none: it may be any, or several
  ByteView state;                         // of that one, as it stands; zeros may follow
  bool state_is_sound = false;            // it matches its checksum: what is around it is damaged
};

/// Takes a file apart, from its header to its end.
std::vector<CheckpointPiece> parse_checkpoint_entries(ByteView file);

}  // namespace wharf::log
