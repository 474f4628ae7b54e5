#include "log/state_salvage.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "model/record_batch.hpp"

namespace wharf::log {
namespace {

/// More than a state that carries batches has (LogConfig::carried_bytes). Each byte may begin a batch.
constexpr std::size_t kMostBytes = 16u << 10;
constexpr std::size_t kPadding = 8;                   // less than so many bytes of no meaning follow a state
constexpr Offset kMostOffset{std::int64_t{1} << 62};  // beyond, numbers do not add up any more

struct SoundBatch {
  std::size_t at = 0;
  BatchHeader header;
  std::size_t end() const { return at + header.size_bytes; }
};

std::vector<SoundBatch> find_sound(ByteView bytes) {
  std::vector<SoundBatch> found;
  for (std::size_t at = 0; at + kBatchHeaderBytes <= bytes.size();) {
    bool may_begin = bytes[at + batch_field::kMagic] == std::byte{kBatchMagic};
    Result<BatchView> batch = may_begin ? read_batch(bytes.subspan(at)) : fail(ErrorCode::kCorruptMessage, "");
    if (batch && validate_checksum(batch->bytes)) {
      found.push_back({at, batch->header});
      at = found.back().end();
    } else {
      ++at;
    }
  }
  return found;
}

std::int64_t offsets_of(const BatchHeader& header) {
  return std::int64_t{header.last_offset_delta} + 1;
}

/// What most say; none: as many say something else.
std::optional<Offset> agreed(std::span<const Offset> votes) {
  std::map<Offset, int> counts;
  for (Offset vote : votes) ++counts[vote];
  if (counts.empty()) return std::nullopt;
  auto most = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; });
  bool alone = std::ranges::count_if(counts, [&](const auto& one) { return one.second == most->second; }) == 1;
  return alone ? std::optional(most->first) : std::nullopt;
}

/// At most so many offsets were in the bytes of damaged batches. A queue's are not compressed.
std::int64_t most_offsets_in(ByteView gap) {
  if (gap.size() < kBatchHeaderBytes) return 0;
  auto bound = static_cast<std::int64_t>(gap.size() / kMinRecordBytes);
  Result<BatchHeader> header = read_batch_header(gap);
  bool is_one = header && header->size_bytes <= gap.size() && gap.size() - header->size_bytes < kPadding;
  return is_one ? std::min(bound, offsets_of(*header)) : bound;
}

class Salvage {
 public:
  Salvage(const PartitionId& id, ByteView damaged) : id_(id), bytes_(damaged), carried_end_(damaged.size()) {
    ByteView rest = damaged;
    Result<PartitionState> said = PartitionState::decode(rest);
    if (!said || said->id != id || said->has_segment || said->stored_end > kMostOffset) return;
    carried_begin_ = damaged.size() - rest.size() - said->carried.size();
    if (rest.size() < kPadding) carried_end_ = damaged.size() - rest.size();
    said_ = std::move(*said);
  }

  std::optional<PartitionState> run(const PartitionState* older) {
    std::vector<SoundBatch> sound = find_sound(bytes_);
    for (auto run = std::span<const SoundBatch>(sound); !run.empty();) {
      std::size_t length = 1;
      while (length < run.size() && run[length].at == run[length - 1].end()) ++length;
      take(run.first(length));
      run = run.subspan(length);
    }
    std::optional<Offset> begin = begin_of_all();
    if (!begin) return std::nullopt;
    Offset lost_to = end_of_lost(*begin);
    if (older != nullptr) fill_from(older->carried, *begin);
    mend_epochs();
    return state(*begin, lost_to);
  }

 private:
  struct Kept {
    ByteView bytes;
    Offset next;
    LeaderEpoch epoch;
  };

  /// The bytes between have room for as many offsets as there would be between.
  bool may_begin(Offset offset, std::size_t at) const {
    if (offset < Offset{0} || offset > kMostOffset) return false;
    if (kept_.empty()) return true;
    Offset last = kept_.rbegin()->second.next;
    return offset >= last && offset.value - last.value <= static_cast<std::int64_t>((at - last_end_) / kMinRecordBytes);
  }

  /// Batches that lie one behind the other.
  void take(std::span<const SoundBatch> run) {
    std::vector<Offset> votes;
    std::int64_t before = 0;
    for (const SoundBatch& batch : run) {
      votes.push_back(batch.header.base_offset.plus(-before));
      before += offsets_of(batch.header);
    }
    if (said_ && run.front().at == carried_begin_) {
      votes.push_back(said_->stored_end);
      votes.push_back(said_->log_start);
    }
    std::erase_if(votes, [&](Offset vote) { return !may_begin(vote, run.front().at); });
    std::optional<Offset> first = agreed(votes);
    if (!first) return;
    if (kept_.empty()) first_at_ = run.front().at;
    Offset next = *first;
    for (const SoundBatch& batch : run) {
      Offset base = std::exchange(next, next.plus(offsets_of(batch.header)));
      kept_[base] = {bytes_.subspan(batch.at, batch.header.size_bytes), next, batch.header.leader_epoch};
    }
    last_end_ = run.back().end();
  }

  /// Where the first carried batch began; what is said of it is believed as far as the bytes before the first sound one
  /// have room.
  std::optional<Offset> begin_of_all() const {
    if (kept_.empty()) {
      bool is_sure = said_ && !said_->carried.empty() && said_->log_start == said_->stored_end;
      return is_sure ? std::optional(said_->stored_end) : std::nullopt;
    }
    Offset first = kept_.begin()->first;
    if (!said_ || first_at_ <= carried_begin_ || said_->stored_end > first) return first;
    ByteView gap = bytes_.subspan(carried_begin_, first_at_ - carried_begin_);
    bool has_room = first.value - said_->stored_end.value <= static_cast<std::int64_t>(gap.size() / kMinRecordBytes);
    return has_room ? said_->stored_end : first;
  }

  Offset end_of_lost(Offset begin) const {
    std::size_t from = kept_.empty() ? carried_begin_ : last_end_;
    Offset end = kept_.empty() ? begin : kept_.rbegin()->second.next;
    return end.plus(most_offsets_in(bytes_.first(std::max(carried_end_, from)).subspan(from)));
  }

  void fill_from(ByteView carried, Offset begin) {
    while (!carried.empty()) {
      Result<BatchView> batch = read_batch(carried);
      if (!batch) return;
      carried = carried.subspan(batch->header.size_bytes);
      if (batch->header.record_count == 0) continue;  // what an earlier damage took
      Offset base = batch->header.base_offset;
      auto behind = kept_.lower_bound(base);
      bool is_free = behind == kept_.end() || behind->first >= batch->header.next_offset();
      if (behind != kept_.begin()) is_free = is_free && std::prev(behind)->second.next <= base;
      if (is_free && base >= begin)
        kept_[base] = {batch->bytes, batch->header.next_offset(), batch->header.leader_epoch};
    }
  }

  /// Epochs are under no checksum either. They never fall, and one that is too high would fence off whoever appends
  /// next: a rise counts as far as all batches behind share it, and not in the last one.
  void mend_epochs() {
    if (!said_ || kept_.empty()) return;
    Kept* behind = nullptr;
    for (auto kept = kept_.rbegin(); kept != kept_.rend(); behind = &(kept++)->second) {
      if (behind != nullptr) kept->second.epoch = std::min(kept->second.epoch, behind->epoch);
    }
    LeaderEpoch before = kept_.begin()->second.epoch;
    LeaderEpoch said = said_->epochs.latest();
    if (said != kNoLeaderEpoch) before = before < LeaderEpoch{0} ? said : std::min(before, said);
    for (auto& [base, kept] : kept_) {
      bool is_last = &kept == &kept_.rbegin()->second;
      if (!is_last) before = std::max(before, kept.epoch);
      kept.epoch = before;
    }
  }

  PartitionState state(Offset begin, Offset lost_to) const {
    PartitionState state;
    state.id = id_;
    state.log_start = state.stored_end = begin;
    Offset end = begin;
    for (const auto& [base, kept] : kept_) {
      std::size_t at = state.carried.size();
      state.carried.insert(state.carried.end(), kept.bytes.begin(), kept.bytes.end());
      stamp_base_offset(MutableBytes(state.carried).subspan(at), base);
      stamp_leader_epoch(MutableBytes(state.carried).subspan(at), kept.epoch);
      end = kept.next;
    }
    if (end >= lost_to) return state;
    BatchHeader missing;
    missing.base_offset = end;
    missing.last_offset_delta = static_cast<std::int32_t>(lost_to.value - end.value - 1);
    std::vector<std::byte> marker = build_empty_batch(missing);
    state.carried.insert(state.carried.end(), marker.begin(), marker.end());
    return state;
  }

  const PartitionId& id_;
  ByteView bytes_;
  std::size_t carried_end_;
  std::optional<PartitionState> said_;  // by the damaged state itself; some of it may be wrong
  std::size_t carried_begin_ = 0;       // meaningless without said_
  std::map<Offset, Kept> kept_;
  std::size_t first_at_ = 0;  // of those that are kept, in the damaged bytes
  std::size_t last_end_ = 0;
};

}  // namespace

std::optional<PartitionState> salvage_state(const PartitionId& id, ByteView damaged, const PartitionState* older) {
  if (damaged.size() > kMostBytes) return std::nullopt;
  return Salvage(id, damaged).run(older);
}

}  // namespace wharf::log
