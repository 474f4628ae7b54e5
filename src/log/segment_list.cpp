#include "log/segment_list.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "log/segment_files.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

SegmentList::SegmentList(StoreContext& context, const PartitionState& state)
    : context_(context), partition_(state.id), must_roll_(state.segment_sealed), folder_exists_(true), end_(state.stored_end), gaps_below_(state.gaps_below),
      cleaned_to_(state.cleaned_to),      size_bytes_(state.size_bytes), has_segment_(state.has_segment), last_base_(state.segment_base), last_size_(state.segment_bytes),
      last_max_(state.segment_max) {}

Result<void> SegmentList::load() {
  if (loaded_) return {};
  Result<std::vector<SegmentFile>> found = list_segments(context_.files, folder());
  if (!found) return fail(found.error());
  segments_.clear();
  for (const SegmentFile& file : *found) {
    if (!has_segment_ || file.base > last_base_) continue;  // beyond what counts: an append that failed
    bool is_last = file.base == last_base_;
    if (file.bytes == 0 && !is_last) continue;  // left by a roll that failed
    std::uint32_t size = is_last ? std::min(file.bytes, last_size_) : file.bytes;
    segments_.push_back(std::make_unique<Segment>(context_.cache, context_.logs, partition_, file.base, size));
    if (is_last && size == last_size_ && last_max_) segments_.back()->restore_max_timestamp(*last_max_);
    if (is_last && file.bytes > last_size_) segments_.back()->set_tail_uncut();
  }
  bool last_is_whole = !has_segment_ || (!segments_.empty() && segments_.back()->base() == last_base_ && segments_.back()->size() == last_size_);
  if (!last_is_whole) {
    must_roll_ = true;  // what is missing at its end stays missing
    context_.logger.error("a segment is missing or shorter than it was", {{"partition", partition_.folder()},
                          {"segment", segment_file_name(last_base_, kLogSuffix)}, {"bytes_expected", last_size_}});
  }
  if (!segments_.empty()) segments_.back()->indexes_unsynced = true;  // who wrote them did not say
  folder_exists_ = !found->empty();
  size_bytes_ = 0;
  for (const auto& segment : segments_) size_bytes_ += segment->size();
  loaded_ = true;
  return {};
}

void SegmentList::unload() {
  if (!loaded_) return;
  for (const auto& segment : segments_) {
    // Damage is found once and reported once; when a segment was noticed, or is suspect, is known nowhere else.
    bool is_unsynced =
        segment->synced_size() < segment->size() || (segment != segments_.back() && segment->indexes_unsynced);
    if (!segment->damage().empty() || segment->noticed || segment->suspect || is_unsynced) return;
  }
  PartitionState state;
  save(state);
  has_segment_ = state.has_segment;
  last_base_ = state.segment_base;
  last_size_ = state.segment_bytes;
  last_max_ = state.segment_max;
  segments_.clear();
  segments_.shrink_to_fit();
  loaded_ = false;
}

void SegmentList::save(PartitionState& state) const {
  state.stored_end = end_;
  state.gaps_below = gaps_below_;
  state.cleaned_to = cleaned_to_;
  state.size_bytes = size_bytes_;
  state.has_segment = has_segments();
  state.segment_sealed = must_roll_;
  if (!state.has_segment) return;
  if (loaded_) {
    const Segment& last = *segments_.back();
    state.segment_base = last.base();
    state.segment_bytes = last.size();
    state.segment_max = last.known_max_timestamp();
  } else {
    state.segment_base = last_base_;
    state.segment_bytes = last_size_;
    state.segment_max = last_max_;
  }
}

Result<void> SegmentList::begin_segment(Offset base) {
  must_roll_ = true;  // until it is done
  if (!segments_.empty()) {
    if (Result<void> sealed = segments_.back()->seal(); !sealed) return sealed;
  }
  if (!folder_exists_) {
    if (Result<void> made = context_.files.create_folders(folder()); !made) return storage_failure(made.error());
    folder_exists_ = true;
  }
  if (!segments_.empty() && segments_.back()->base() == base) segments_.pop_back();  // it was empty
  auto segment = std::make_unique<Segment>(context_.cache, context_.logs, partition_, base, 0);
  if (Result<void> made = segment->create(); !made) return made;
  segments_.push_back(std::move(segment));
  folder_changed_ = true;
  must_roll_ = false;
  return {};
}

Result<void> SegmentList::roll() {
  if (Result<void> read = load(); !read) return read;
  if (segments_.empty() || segments_.back()->empty()) return {};
  return begin_segment(end_);
}

Result<void> SegmentList::skip_to(Offset next) {
  WHARF_ASSERT(next >= end_);
  if (next == end_) return {};
  if (Result<void> read = load(); !read) return read;
  end_ = next;
  must_roll_ = true;
  return {};
}

Result<void> SegmentList::append(std::span<const ByteView> parts, std::span<const AppendedBatch> batches, Offset first,
                                 const LogConfig& config) {
  WHARF_ASSERT(first == end_);
  if (Result<void> read = load(); !read) return read;
  std::uint32_t bytes = 0;
  Timestamp max_timestamp = kNoTimestamp;
  for (const AppendedBatch& batch : batches) {
    bytes += batch.bytes;
    max_timestamp = std::max(max_timestamp, batch.max_timestamp);
  }
  bool must_roll = segments_.empty() || must_roll_;
  if (!must_roll) {
    Result<bool> full = segments_.back()->must_roll_before(bytes, batches.back().last, max_timestamp, config);
    if (!full) return fail(full.error());
    must_roll = *full;
  }
  if (must_roll) {
    if (Result<void> begun = begin_segment(first); !begun) return begun;
  }
  if (Result<void> appended = segments_.back()->append(parts, batches, config); !appended) return appended;
  end_ = batches.back().last.plus(1);
  size_bytes_ += bytes;
  return {};
}

Result<void> SegmentList::write_indexes(bool closing) {
  if (segments_.empty() || (closing && segments_.back()->is_sealed())) return {};
  return closing ? segments_.back()->seal() : segments_.back()->write_indexes_if_worth_it();
}

Result<std::span<const std::unique_ptr<Segment>>> SegmentList::segments() {
  if (Result<void> read = load(); !read) return fail(read.error());
  return std::span<const std::unique_ptr<Segment>>(segments_);
}

Offset SegmentList::end_of(std::size_t number) const { return number + 1 < segments_.size() ? segments_[number + 1]->base() : end_; }

Result<SegmentList::Holding> SegmentList::holding(Offset offset) {
  if (Result<void> read = load(); !read) return fail(read.error());
  auto above = std::ranges::upper_bound(segments_, offset, {}, [](const auto& segment) { return segment->base(); });
  if (above == segments_.begin()) return Holding{nullptr, segments_.empty() ? end_ : segments_.front()->base()};
  auto number = static_cast<std::size_t>(above - segments_.begin()) - 1;
  return Holding{segments_[number].get(), end_of(number)};
}

Result<SegmentView> SegmentList::view(Segment& segment, Offset segment_end) {
  return segment.view(segment_end, segment.base() < gaps_below_);
}

std::vector<DamagedSpan> SegmentList::damage() const {
  std::vector<DamagedSpan> all;
  for (const auto& segment : segments_) all.insert(all.end(), segment->damage().begin(), segment->damage().end());
  return all;
}

std::vector<std::unique_ptr<Segment>> SegmentList::take_below(Offset log_start) {
  std::vector<std::unique_ptr<Segment>> taken;
  std::size_t count = 0;
  while (count + 1 < segments_.size() && end_of(count) <= log_start) ++count;
  for (std::size_t i = 0; i < count; ++i) {
    size_bytes_ -= segments_[i]->size();
    taken.push_back(std::move(segments_[i]));
  }
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(count));
  return taken;
}

std::optional<std::size_t> SegmentList::position_of(std::span<const Offset> bases) const {
  auto first = std::ranges::find(segments_, bases.front(), [](const auto& segment) { return segment->base(); });
  auto at = first;
  for (Offset base : bases) {
    if (at == segments_.end() || (*at)->base() != base) return std::nullopt;
    ++at;
  }
  return static_cast<std::size_t>(first - segments_.begin());
}

void SegmentList::replace(std::size_t from, std::size_t to, std::unique_ptr<Segment> cleaned) {
  ++replacements_;
  for (std::size_t i = from; i < to; ++i) size_bytes_ -= segments_[i]->size();
  size_bytes_ += cleaned->size();
  segments_[from] = std::move(cleaned);
  segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(from) + 1, segments_.begin() + static_cast<std::ptrdiff_t>(to));
  folder_changed_ = true;
}

SegmentList::SyncPoint SegmentList::begin_sync() {
  SyncPoint point;
  point.folder = folder_changed_;
  for (const auto& segment : segments_) {
    if (segment != segments_.back() && std::exchange(segment->indexes_unsynced, false)) {
      point.files.push_back(segment->path(kIndexSuffix));  // they may be missing: short segments have none
      point.files.push_back(segment->path(kTimeIndexSuffix));
    }
    if (segment->suspect) point.suspects.push_back({segment->base(), segment->size(), segment->synced_size(), segment->damage()});
    if (segment->suspect || segment->synced_size() == segment->size()) continue;
    point.files.push_back(segment->path(kLogSuffix));
    point.segment_base = segment->base();
    point.segment_bytes = segment->size();
  }
  folder_changed_ = false;
  return point;
}

void SegmentList::mark_synced(const SyncPoint& point) {
  for (const auto& segment : segments_) {
    if (std::ranges::find(point.suspects, segment->base(), &SuspectSegment::base) != point.suspects.end()) {
      segment->suspect = false;
      segment->set_synced(segment->size());
      segment->close_files();  // the name leads to another file now
    }
    if (segment->suspect) continue;
    if (segment->base() < point.segment_base) segment->set_synced(segment->size());
    if (segment->base() == point.segment_base && point.segment_bytes > 0) segment->set_synced(point.segment_bytes);
  }
}

Result<void> SegmentList::note_unsynced_behind(Offset base, std::uint32_t bytes) {
  if (Result<void> read = load(); !read) return read;
  for (const auto& segment : segments_) {
    if (segment->base() < base) continue;
    segment->set_synced(segment->base() == base ? std::min(bytes, segment->size()) : 0);
  }
  return {};
}

void SegmentList::distrust_unsynced() {
  folder_changed_ = loaded_ && !segments_.empty();
  for (const auto& segment : segments_) {
    if (segment->synced_size() == segment->size()) continue;
    segment->suspect = true;
    if (segment == segments_.back()) must_roll_ = true;
  }
}

}  // namespace wharf::log
