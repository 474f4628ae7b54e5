#pragma once
// What can be saved of a partition's state that fails its checksum, of one that carried batches: each of those has a
// checksum of its own. Their offsets are under none, so neighbours, and what is said before them, have to agree on
// them.
#include <optional>

#include "log/partition_state.hpp"
#include "model/bytes.hpp"
#include "model/ids.hpp"

namespace wharf::log {

/// `damaged`: a stored state (PartitionState::encode), bytes of no meaning may follow. `older`: an earlier one of the
/// same partition, for batches that both carried. The state that is returned carries every sound batch; offsets that
/// are missing behind the last of them, and must not be given again, are a batch without records. None: it carried
/// nothing.
std::optional<PartitionState> salvage_state(const PartitionId& id, ByteView damaged, const PartitionState* older);

}  // namespace wharf::log
