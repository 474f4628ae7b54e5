#pragma once
// What a checkpoint file says when it is read: the newest entry of each partition, what could be saved of one that is
// damaged, and what is damaged. A view of the file's bytes, without a disk.
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "log/wal_recovery.hpp"
#include "model/bytes.hpp"
#include "model/ids.hpp"

namespace wharf::log {

/// The newest entry of a partition, at `begin` of the file. `stale`: a newer one was, or may have been, lost to damage;
/// what it says was true once, so everything behind its recovery point must be scanned. `is_salvaged`: that entry is
/// damaged, and the state is what could be saved of it (log/state_salvage.hpp).
struct LoadedCheckpoint {
  PartitionId partition;
  ByteView state;
  bool stale = false;
  bool is_salvaged = false;
  std::uint64_t begin = 0;
  std::uint32_t bytes = 0;  // of the whole entry
};

/// Bytes of the file that no entry can be read from. `partition`: whose entry it was, where that can be told. `torn`:
/// they belong to the last append, which a crash may have cut. `is_salvaged`: see LoadedCheckpoint.
struct CheckpointDamage {
  std::string file = {};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::optional<PartitionId> partition = {};
  bool torn = false;
  bool is_salvaged = false;
};

struct LoadedCheckpoints {
  std::vector<LoadedCheckpoint> partitions;  // sorted by partition; views into `bytes` and `salvaged`
  WalFloors floors;
  std::vector<CheckpointDamage> damage;
  std::vector<std::byte> bytes;
  std::list<std::vector<std::byte>> salvaged;
};

/// Fills `loaded` from its bytes, those of the file `name`. `durable_bytes`: so many were durable by what else is
/// known; what is not there of them is damage.
void load_checkpoints(LoadedCheckpoints& loaded, const std::string& name, std::uint64_t durable_bytes);

}  // namespace wharf::log
