#include "log/leader_epochs.hpp"

#include <algorithm>

#include "log/stored_numbers.hpp"

namespace wharf::log {

void LeaderEpochs::begin(LeaderEpoch epoch, Offset start) {
  if (epoch <= latest()) return;
  // An epoch that ended without a record leaves no trace: the new one takes its place.
  while (!entries_.empty() && entries_.back().start >= start) entries_.pop_back();
  entries_.push_back({epoch, start});
}

void LeaderEpochs::raise_start(Offset log_start) {
  auto first_kept = std::ranges::find_if(entries_, [log_start](const Entry& entry) { return entry.start > log_start; });
  if (first_kept == entries_.begin()) return;
  --first_kept;  // in force at log_start
  first_kept->start = std::max(first_kept->start, log_start);
  entries_.erase(entries_.begin(), first_kept);
}

void LeaderEpochs::forget_from(Offset log_end) {
  while (!entries_.empty() && entries_.back().start > log_end) entries_.pop_back();
}

void LeaderEpochs::retract_above(LeaderEpoch epoch) {
  while (!entries_.empty() && entries_.back().epoch > epoch) entries_.pop_back();
}

LeaderEpoch LeaderEpochs::epoch_of(Offset offset) const {
  auto above = std::ranges::upper_bound(entries_, offset, {}, &Entry::start);
  return above == entries_.begin() ? kNoLeaderEpoch : std::prev(above)->epoch;
}

EpochEnd LeaderEpochs::end_of(LeaderEpoch epoch, LeaderEpoch current, Offset log_end) const {
  LeaderEpoch last = std::max(latest(), current);
  if (epoch < LeaderEpoch{0} || epoch > last) return {};
  if (epoch == last) return {epoch, log_end};
  auto above = std::ranges::upper_bound(entries_, epoch, {}, &Entry::epoch);
  Offset end = above == entries_.end() ? log_end : above->start;
  return {above == entries_.begin() ? epoch : std::prev(above)->epoch, end};
}

void LeaderEpochs::encode(std::vector<std::byte>& into) const {
  put_number(into, static_cast<std::int32_t>(entries_.size()));
  for (const Entry& entry : entries_) {
    put_number(into, entry.epoch.value);
    put_number(into, entry.start.value);
  }
}

Result<LeaderEpochs> LeaderEpochs::decode(ByteView& from) {
  constexpr std::size_t kEntryBytes = 12;
  auto count = take_number<std::int32_t>(from);
  if (!count || *count < 0 || static_cast<std::size_t>(*count) > from.size() / kEntryBytes) {
    return fail(ErrorCode::kDamaged, "the stored leader epochs are cut");
  }
  LeaderEpochs epochs;
  epochs.entries_.reserve(static_cast<std::size_t>(*count));
  for (std::int32_t i = 0; i < *count; ++i) {
    Entry entry{LeaderEpoch{*take_number<std::int32_t>(from)}, Offset{*take_number<std::int64_t>(from)}};
    bool rises = epochs.entries_.empty() || (entry.epoch > epochs.entries_.back().epoch && entry.start > epochs.entries_.back().start);
    if (entry.epoch < LeaderEpoch{0} || entry.start < Offset{0} || !rises) {
      return fail(ErrorCode::kDamaged, "the stored leader epochs do not rise");
    }
    epochs.entries_.push_back(entry);
  }
  return epochs;
}

}  // namespace wharf::log
