#pragma once
// What a start does with what it finds, as two tables of cases. A test proves that each combination of facts meets exactly one
// row. log/recovery.hpp follows them.
#include <cstdint>
#include <optional>
#include <span>

namespace wharf::log {

// --- A partition

/// How a checkpoint vouches for a partition.
enum class Vouching : std::uint8_t {
  kNewest,  // by its newest entry
  kStale,   // by an older one: newer ones may have been lost to damage
  kNone,
};
struct PartitionFacts {
  Vouching entry = Vouching::kNone;
  bool clean_stop = false;
};
enum class PartitionAction : std::uint8_t {
  kTrust,                  // the checkpoint vouches for everything: no file is opened
  kScanBehindCheckpoint,   // what was written after it is looked at
  kScanAll,                // nobody vouches for anything
};
struct PartitionCase {
  Vouching entry;
  std::optional<bool> clean_stop;  // none: either
  PartitionAction action;
};
std::span<const PartitionCase> partition_cases();
PartitionAction decide(const PartitionFacts& facts);

// --- A place behind what the checkpoint vouches for, while scanning

enum class Here : std::uint8_t {
  kSound,    // a whole batch with a matching checksum and the offset that belongs here
  kBroken,   // anything else, or a segment that begins too late
  kNothing,  // the file ends
};
enum class WalHere : std::uint8_t {
  kNone,   // the write-ahead log, with what the checkpoint carries, has no batch for this offset
  kSame,   // it has this very batch
  kOther,  // it has a batch for this offset, which is not what stands here
};
struct PlaceFacts {
  Here here = Here::kNothing;
  bool more_behind = false;  // sound batches follow in this file, or a later segment does
  WalHere wal = WalHere::kNone;
};
enum class PlaceAction : std::uint8_t {
  kTake,
  kCutForReplay,   // cut here, remove later segments: what was acknowledged is in the write-ahead log
  kCutTornTail,    // cut here: the last write before the crash
  kKeepAsDamage,   // step over it; what is behind stays
  kNextSegment,
};
struct PlaceCase {
  std::optional<Here> here;              // none: any
  std::optional<bool> more_behind;
  std::optional<WalHere> wal;
  std::optional<WalHere> wal_or;         // another value that is as good
  PlaceAction action;
};
std::span<const PlaceCase> place_cases();
PlaceAction decide(const PlaceFacts& facts);

bool matches(const PartitionCase& row, const PartitionFacts& facts);
bool matches(const PlaceCase& row, const PlaceFacts& facts);

}  // namespace wharf::log
