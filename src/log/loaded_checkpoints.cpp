#include "log/loaded_checkpoints.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "log/checkpoint_format.hpp"
#include "log/partition_state.hpp"
#include "log/state_salvage.hpp"
#include "model/byte_order.hpp"

namespace wharf::log {
namespace {

WalSequence sequence_in(const StoredCheckpoint& entry) {
  return entry.state.size() == 8 ? WalSequence{load_big_endian<std::uint64_t>(entry.state.data())} : WalSequence{};
}

LoadedCheckpoint at_place(const CheckpointPiece& piece, const PartitionId& partition, ByteView state) {
  return {.partition = partition,
          .state = state,
          .begin = piece.begin,
          .bytes = static_cast<std::uint32_t>(piece.end - piece.begin)};
}

std::optional<PartitionState> salvaged_state(const PartitionId& partition, const CheckpointPiece& piece,
                                             const PartitionState* older) {
  if (!piece.state_is_sound) return salvage_state(partition, piece.state, older);
  ByteView bytes = piece.state;
  Result<PartitionState> state = PartitionState::decode(bytes);  // fails for another kind of entry
  return state && state->id == partition ? std::optional(std::move(*state)) : std::nullopt;
}

class Loading {
 public:
  Loading(LoadedCheckpoints& loaded, const std::string& name) : loaded_(loaded), name_(name) {}

  void take(const CheckpointPiece& piece, std::uint64_t durable_below) {
    if (piece.entry) return take_entry(piece);
    bool torn = piece.begin >= durable_below;
    if (torn) last_torn_ = piece.begin;
    loaded_.damage.push_back({name_, piece.begin, piece.end, piece.partition, torn});
    if (torn) return;
    if (piece.partition) damaged_[*piece.partition] = &piece;
    for (auto& [partition, entry] : newest_) {
      if (!piece.partition || *piece.partition == partition) entry.stale = true;
    }
  }

  void finish() {
    for (const auto& [partition, piece] : damaged_) salvage(partition, *piece);
    for (const auto& [partition, entry] : newest_) loaded_.partitions.push_back(entry);
  }

 private:
  /// A floor stands for the states that were written with it, in front of it: power loss may keep it and not them.
  bool stands_for_lost_states(const StoredCheckpoint& entry) const {
    bool is_floor = entry.kind == StoredCheckpointKind::kShardFloor || entry.kind == StoredCheckpointKind::kFloor;
    return is_floor && last_torn_ && *last_torn_ >= entry.append_begin;
  }

  void take_entry(const CheckpointPiece& piece) {
    const StoredCheckpoint& entry = *piece.entry;
    if (stands_for_lost_states(entry)) return;
    switch (entry.kind) {
      case StoredCheckpointKind::kState:
        newest_[entry.partition] = at_place(piece, entry.partition, entry.state);
        damaged_.erase(entry.partition);
        break;
      case StoredCheckpointKind::kRemoved:
        newest_.erase(entry.partition);
        damaged_.erase(entry.partition);
        break;
      case StoredCheckpointKind::kShardFloor:
        loaded_.floors.shards[ShardIndex{static_cast<std::uint32_t>(entry.partition.index.value)}] = sequence_in(entry);
        break;
      case StoredCheckpointKind::kFloor:
        loaded_.floors.all = sequence_in(entry);
        break;
    }
  }

  void salvage(const PartitionId& partition, const CheckpointPiece& piece) {
    std::optional<PartitionState> older;
    if (auto entry = newest_.find(partition); entry != newest_.end()) {
      ByteView state = entry->second.state;
      if (Result<PartitionState> decoded = PartitionState::decode(state)) older = std::move(*decoded);
    }
    std::optional<PartitionState> saved = salvaged_state(partition, piece, older ? &*older : nullptr);
    if (!saved) return;
    saved->encode(loaded_.salvaged.emplace_back());
    LoadedCheckpoint& entry = newest_[partition];
    entry = at_place(piece, partition, loaded_.salvaged.back());
    entry.stale = entry.is_salvaged = true;
    auto damage = std::ranges::find(loaded_.damage, piece.begin, &CheckpointDamage::begin);
    damage->is_salvaged = true;
  }

  LoadedCheckpoints& loaded_;
  const std::string& name_;
  std::map<PartitionId, LoadedCheckpoint> newest_;
  std::map<PartitionId, const CheckpointPiece*> damaged_;  // whose newest entry is
  std::optional<std::uint64_t> last_torn_;                 // where it begins
};

}  // namespace

void load_checkpoints(LoadedCheckpoints& loaded, const std::string& name, std::uint64_t durable_bytes) {
  std::vector<CheckpointPiece> pieces = parse_checkpoint_entries(loaded.bytes);
  Result<CheckpointFileHeader> header = decode_checkpoint_file_header(loaded.bytes);
  if (!header) loaded.damage.push_back({.file = name, .begin = 0, .end = kCheckpointFileHeaderBytes});
  std::uint64_t durable_below = header ? header->synced_bytes : kCheckpointFileHeaderBytes;
  for (const CheckpointPiece& piece : pieces) {
    if (piece.entry) durable_below = std::max(durable_below, piece.entry->append_begin);
  }
  durable_below = std::max(durable_below, durable_bytes);
  if (loaded.bytes.size() < durable_below) pieces.push_back({.begin = loaded.bytes.size(), .end = durable_below});
  Loading loading(loaded, name);
  for (const CheckpointPiece& piece : pieces) loading.take(piece, durable_below);
  loading.finish();
}

}  // namespace wharf::log
