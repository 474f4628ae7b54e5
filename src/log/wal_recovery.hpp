#pragma once
// Reads the write-ahead logs that a process left behind, of all its shards, whatever the number of shards is now.
//
// Every record that some flush made durable comes out, in the order in which its partition got it, but for what is
// damaged. Records of a flush that never finished may come out too: nobody was told of them. Which block is taken for
// what is one table (kWalCases); per shard and process the cases are:
//
//   clean end    the last flush is complete
//   torn tail    blocks of the last flush are missing: a crash does that, it is not an error
//   damage       a block that must be durable (a later flush began) is unreadable, or a whole file is gone
//
// What lies behind missing blocks is delivered, flagged with what is missing before it. The rule for the owner, with
// the partition's log end as it is then:
//
//   record.base_offset <= log end    take what is new of it, whatever the flag (old records come again: skip them)
//   above, kDamage                   the offsets between are lost: keep them as a damaged range, take the record
//   above, kTorn                     it was never acknowledged, nor was anything behind it: drop it
//   above, kNone                     its predecessors were not in the log (written directly): as the owner sees fit
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "log/wal_format.hpp"
#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

/// Which files are not needed any more, as checkpoints have it: those below `all`, and of a shard those below its own
/// entry.
struct WalFloors {
  WalSequence all;
  std::map<ShardIndex, WalSequence> shards;

  bool covers(ShardIndex shard, WalSequence sequence) const;
  WalSequence highest() const;
};

/// What is missing somewhere before a record in its shard's log.
enum class WalGap : std::uint8_t { kNone, kTorn, kDamage };

struct RecoveredWalRecord {
  WalRecordHeader header;
  ByteView payload;  // of a record that repeats another: that one's, with its stamps
  WalGap gap = WalGap::kNone;
  /// Of the payload, which is good during the call where there is none. What kShared and kRepeated have, others have
  /// too: not to be written to.
  std::shared_ptr<std::byte[]> owner;
};

/// Blocks that cannot be read, or a file that is gone.
struct WalDamage {
  std::string file = {};  // name below the folder; empty: the file itself is missing
  WalSequence sequence = {};
  std::uint32_t first_block = 0;
  std::uint32_t blocks = 0;
  WalGap kind = WalGap::kDamage;  // kTorn: the end of the log after a crash
};

/// Offsets of a partition that were lost with damaged blocks, as far as its other records tell.
struct WalLoss {
  PartitionId partition;
  Offset first;
  Offset next;
};

/// What a file is still needed for: the partitions that have records in it, and how far. Damaged ones are for ever.
struct WalContent {
  std::string file;
  WalSequence sequence;
  ShardIndex shard;
  std::map<PartitionId, Offset> next_offsets;
  bool damaged = false;

  bool is_needed() const { return damaged || !next_offsets.empty(); }
};

struct WalReport {
  std::vector<WalDamage> damage;  // torn tails too
  std::vector<WalLoss> losses;
  std::vector<WalContent> contents;   // in the order of their sequences
  std::vector<std::string> unneeded;  // files that hold nothing, or what `floors` cover: they may be written again
  std::uint64_t files = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;    // of payload
  /// The highest that any block carries or a floor covers: a file that was written below a floor would not be read.
  WalSequence last_sequence;

  bool has_damage() const;  // a torn tail is none
};

/// Hands every record of the files `names` below `folder` to `take`, in order. An error of `take` ends it and comes
/// back. A block that cannot be read is damage; a file that is there and cannot be opened, or whose first block cannot
/// be read where nothing newer in it tells what it holds, is kStorage, for its records may come back. The owner makes
/// what it takes durable elsewhere before the files are used again.
Result<WalReport> read_wal_files(runtime::FileSystem& files, const std::filesystem::path& folder,
                                 std::span<const std::string> names, const WalFloors& floors,
                                 const std::function<Result<void>(const RecoveredWalRecord&)>& take);

/// As read_wal_files, of all that are there. kStorage when the folder cannot be listed; a missing folder is empty.
Result<WalReport> read_write_ahead_logs(runtime::FileSystem& files, const std::filesystem::path& folder,
                                        const WalFloors& floors,
                                        const std::function<Result<void>(const RecoveredWalRecord&)>& take);

}  // namespace wharf::log
