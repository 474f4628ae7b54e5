#pragma once
// Brings one partition's folder into a state that its log can start from: finishes or removes what a crash interrupted, scans
// what no checkpoint vouches for, cuts a torn tail, keeps what lies behind damage. Blocking: work pool. Rules: log/recovery_cases.hpp.
//
// Running it again after a crash in the middle of it gives the same.
#include <optional>
#include <string>
#include <vector>

#include "log/partition_log.hpp"
#include "log/partition_state.hpp"
#include "log/recovery_cases.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

/// A batch that the write-ahead log holds, or that the checkpoint carries, beyond what that vouches for.
struct WalBatch {
  Offset base;
  std::uint32_t checksum = 0;
  std::size_t bytes = 0;
  Offset next;
};

struct RecoveryInput {
  PartitionId id;
  Vouching entry = Vouching::kNone;
  bool clean_stop = false;
  std::optional<PartitionState> vouched;   // with entry other than kNone
  std::vector<WalBatch> wal;               // rising
  Offset carried_end;                      // those below are carried
  Timestamp now;                           // when replayed producers were last seen
};

struct RecoveredPartition {
  PartitionState state;
  struct SegmentDamage {
    Offset segment_base;
    DamagedSpan span;
  };
  std::vector<SegmentDamage> damage;
  std::vector<DamagedRange> lost;          // offsets without any bytes
  std::uint64_t cut_bytes = 0;             // of a torn tail
  std::uint64_t scanned_bytes = 0;
};

/// Errors: kStorage, when the folder cannot be read or cut.
Result<RecoveredPartition> recover_partition(runtime::FileSystem& files, const std::filesystem::path& logs, RecoveryInput input);

}  // namespace wharf::log
