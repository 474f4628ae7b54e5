#include "log/recovery.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "log/index_builder.hpp"
#include "log/segment_files.hpp"
#include "log/segment_scan.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {
namespace {

using runtime::File;
using runtime::OpenMode;

/// One partition's scan. Holds what was learnt so far.
class Recovery {
 public:
  Recovery(runtime::FileSystem& files, std::filesystem::path folder, RecoveryInput input)
      : files_(files), folder_(std::move(folder)), input_(std::move(input)) {}

  Result<RecoveredPartition> run();

 private:
  Result<void> scan_segment(std::size_t number);
  Result<bool> apply(const ScannedPlace& place, std::size_t number, IndexBuilder& index);
  void take(const ScannedPlace& place, IndexBuilder& index);
  Result<void> cut(std::size_t number, std::uint32_t position);
  WalHere wal_here(const BatchHeader* found);
  bool replay_reaches_the_end();
  Offset end_of_segments() const;
  bool more_behind(std::size_t number) const;
  void keep_entries(Offset base, std::uint32_t begin, IndexBuilder& index) const;
  void write_index(Offset base, std::string_view suffix, ByteView bytes) const;

  runtime::FileSystem& files_;
  std::filesystem::path folder_;
  RecoveryInput input_;
  bool vouched_ = false;
  LeaderEpoch vouched_epoch_ = kNoLeaderEpoch;
  std::vector<SegmentFile> segments_;
  RecoveredPartition result_;
  Offset expected_;
  bool done_ = false;  // cut: nothing behind counts
  std::optional<bool> replay_reaches_the_end_;
};

WalHere Recovery::wal_here(const BatchHeader* found) {
  auto batch = std::ranges::lower_bound(input_.wal, expected_, {}, &WalBatch::base);
  if (batch == input_.wal.end() || batch->base != expected_) return WalHere::kNone;
  bool same = found != nullptr && found->checksum == batch->checksum && found->size_bytes == batch->bytes;
  if (same) return WalHere::kSame;
  // An entry counts though a newer one was lost: then what it carries is less than the segments have.
  if (expected_ < input_.carried_end && !replay_reaches_the_end()) return WalHere::kNone;
  return WalHere::kOther;
}

/// Whether all that the segments hold, and what is missing before it, can be replayed.
bool Recovery::replay_reaches_the_end() {
  if (!replay_reaches_the_end_) {
    Offset end = expected_;
    for (const WalBatch& batch : input_.wal) {
      if (batch.base <= end) end = std::max(end, batch.next);
    }
    replay_reaches_the_end_ = end >= end_of_segments();
  }
  return *replay_reaches_the_end_;
}

/// Behind the last sound batch; beyond all offsets where that cannot be told.
Offset Recovery::end_of_segments() const {
  constexpr Offset kUnknown{std::numeric_limits<std::int64_t>::max()};
  if (segments_.empty()) return Offset{0};
  const SegmentFile& last = segments_.back();
  Result<std::unique_ptr<File>> file = files_.open(folder_ / segment_file_name(last.base, kLogSuffix), OpenMode::kRead);
  if (!file) return kUnknown;
  (*file)->drop_cached(0, 0);  // as in scan_segment
  SegmentScan scan(std::move(*file), {0, last.bytes, last.base, false});
  Offset end = last.base;
  while (true) {
    Result<ScannedPlace> place = scan.next();
    if (!place) return kUnknown;
    if (place->kind == ScannedPlace::Kind::kEnd || place->kind == ScannedPlace::Kind::kTornTail) return end;
    if (place->kind == ScannedPlace::Kind::kBatch) end = place->header.next_offset();
  }
}

/// An empty segment counts: its name says that the offsets before it were given, and they must not be given again.
bool Recovery::more_behind(std::size_t number) const {
  return std::any_of(segments_.begin() + static_cast<std::ptrdiff_t>(number) + 1, segments_.end(),
                     [this](const SegmentFile& segment) {
                       return segment.base > expected_ || (segment.bytes > 0 && segment.base == expected_);
                     });
}

/// Cuts segment `number` to `position` and removes those behind it.
Result<void> Recovery::cut(std::size_t number, std::uint32_t position) {
  done_ = true;
  for (std::size_t later = segments_.size() - 1; later > number; --later) {  // from the end: a crash leaves no hole
    if (Result<void> removed = remove_segment_files(files_, folder_, segments_[later].base, ""); !removed) return removed;
  }
  segments_.resize(number + 1);
  SegmentFile& segment = segments_[number];
  if (segment.bytes == position) return {};
  Result<std::unique_ptr<File>> file = files_.open(folder_ / segment_file_name(segment.base, kLogSuffix), OpenMode::kReadWrite);
  if (!file) return storage_failure(file.error());
  if (Result<void> truncated = (*file)->truncate(position); !truncated) return storage_failure(truncated.error());
  segment.bytes = position;
  return {};
}

void Recovery::take(const ScannedPlace& place, IndexBuilder& index) {
  const BatchHeader& header = place.header;
  PartitionState& state = result_.state;
  // The epoch is not under the checksum: one that was too high shows by a lower one behind it.
  if (header.leader_epoch < state.epochs.latest() && header.leader_epoch >= vouched_epoch_) state.epochs.retract_above(header.leader_epoch);
  state.epochs.begin(header.leader_epoch, header.base_offset);
  state.producers.take(header, input_.now);
  index.add(place.position, place.end - place.position, header.last_offset(), header.max_timestamp);
  expected_ = header.next_offset();
  result_.scanned_bytes += place.end - place.position;
}

/// True while the segment goes on.
Result<bool> Recovery::apply(const ScannedPlace& place, std::size_t number, IndexBuilder& index) {
  using Kind = ScannedPlace::Kind;
  PlaceFacts facts;
  facts.here = place.kind == Kind::kBatch ? Here::kSound : place.kind == Kind::kEnd ? Here::kNothing : Here::kBroken;
  facts.more_behind = place.kind == Kind::kDamage || more_behind(number);
  facts.wal = wal_here(place.kind == Kind::kBatch ? &place.header : nullptr);
  switch (decide(facts)) {
    case PlaceAction::kTake:
      take(place, index);
      return true;
    case PlaceAction::kKeepAsDamage: {
      Offset next = place.kind == Kind::kDamage ? place.next : expected_;
      if (place.kind != Kind::kDamage) {  // to the end of the file; a later segment's base ends it
        for (std::size_t later = segments_.size() - 1; later > number && segments_[later].base >= expected_; --later) next = segments_[later].base;
      }
      result_.damage.push_back({segments_[number].base, {place.position, place.end, expected_, next}});
      expected_ = next;
      return true;
    }
    case PlaceAction::kCutTornTail:
      result_.cut_bytes += segments_[number].bytes - place.position;
      [[fallthrough]];
    case PlaceAction::kCutForReplay:
      if (Result<void> done = cut(number, place.position); !done) return fail(done.error());
      return false;
    case PlaceAction::kNextSegment:
      return false;
  }
  return false;
}

/// Keeps the entries of batches before `begin`, as far as they rise.
void Recovery::keep_entries(Offset base, std::uint32_t begin, IndexBuilder& index) const {
  constexpr std::size_t kMostIndexBytes = 64u << 20;
  std::vector<OffsetEntry> offsets;
  std::vector<TimeEntry> times;
  if (Result<std::vector<std::byte>> bytes = runtime::read_whole(files_, folder_ / segment_file_name(base, kIndexSuffix), kMostIndexBytes)) {
    for (std::size_t at = 0; at + OffsetEntry::kBytes <= bytes->size(); at += OffsetEntry::kBytes) {
      OffsetEntry entry = OffsetEntry::load(bytes->data() + at);
      bool rises = offsets.empty() || (entry.relative_offset > offsets.back().relative_offset && entry.position > offsets.back().position);
      if (!rises || entry.position < 0 || static_cast<std::uint32_t>(entry.position) >= begin) break;
      offsets.push_back(entry);
    }
  }
  if (Result<std::vector<std::byte>> bytes = runtime::read_whole(files_, folder_ / segment_file_name(base, kTimeIndexSuffix), kMostIndexBytes)) {
    for (std::size_t at = 0; at + TimeEntry::kBytes <= bytes->size(); at += TimeEntry::kBytes) {
      TimeEntry entry = TimeEntry::load(bytes->data() + at);
      bool rises = times.empty() || (entry.timestamp > times.back().timestamp && entry.relative_offset > times.back().relative_offset);
      if (!rises || base.plus(entry.relative_offset) >= result_.state.stored_end) break;
      times.push_back(entry);
    }
  }
  MaxTimestamp max = result_.state.segment_max.value_or(MaxTimestamp{});
  if (!times.empty() && times.back().timestamp > max.timestamp) {
    max = {times.back().timestamp, base.plus(times.back().relative_offset)};
  }
  index.keep(std::move(offsets), std::move(times), max);
}

/// Best effort: what is missing of an index is added when it is missed.
void Recovery::write_index(Offset base, std::string_view suffix, ByteView bytes) const {
  std::filesystem::path path = folder_ / segment_file_name(base, suffix);
  Result<std::vector<std::byte>> present = runtime::read_whole(files_, path, bytes.size() + 1);
  if (present && std::ranges::equal(*present, bytes)) return;
  Result<std::unique_ptr<File>> file = files_.open(path, OpenMode::kCreate);
  if (!file) return;
  if (!(*file)->truncate(bytes.size())) return;
  if (!(*file)->write_at(0, bytes)) std::ignore = (*file)->truncate(0);
}

Result<void> Recovery::scan_segment(std::size_t number) {
  SegmentFile segment = segments_[number];
  bool continues = vouched_ && result_.state.has_segment && segment.base == result_.state.segment_base;
  std::uint32_t begin = continues ? std::min(segment.bytes, result_.state.segment_bytes) : 0;
  if (!continues && segment.base < expected_) {
    // It lies within what another one holds: never written by us. Out of the way, not away.
    return rename_segment_files(files_, folder_, segment.base, "", ".stray");
  }
  if (!continues && segment.base > expected_) {
    PlaceFacts hole{Here::kBroken, true, wal_here(nullptr)};
    if (decide(hole) == PlaceAction::kCutForReplay) {
      if (number > 0) return cut(number - 1, segments_[number - 1].bytes);
      done_ = true;
      for (const SegmentFile& later : segments_) {
        if (Result<void> removed = remove_segment_files(files_, folder_, later.base, ""); !removed) return removed;
      }
      segments_.clear();
      return {};
    }
    result_.lost.push_back({expected_, segment.base});
    expected_ = segment.base;
  }
  Result<std::unique_ptr<File>> file = files_.open(folder_ / segment_file_name(segment.base, kLogSuffix), OpenMode::kRead);
  if (!file) return storage_failure(file.error());
  // What a process before wrote and failed to sync may be in the page cache alone, as clean: no later sync would write it.
  // All of the file, since the cache keeps what is in one piece with bytes in front, and a piece may have megabytes.
  (*file)->drop_cached(0, 0);
  bool exact = vouched_ && segment.base >= result_.state.gaps_below;
  SegmentScan::Range range{begin, segment.bytes, expected_, exact};
  if (number + 1 < segments_.size()) range.end = segments_[number + 1].base;
  SegmentScan scan(std::move(*file), range);
  // 4096 is Kafka's default index.interval.bytes; the topic's own is not known yet, and any interval is right.
  IndexBuilder index(segment.base, 4096);
  if (continues) keep_entries(segment.base, begin, index);
  bool goes_on = true;
  std::uint32_t reached = begin;
  while (goes_on) {
    Result<ScannedPlace> place = scan.next();
    if (!place) {  // what the disk does not give is as good as broken, where there is another copy
      if (decide(PlaceFacts{Here::kBroken, true, wal_here(nullptr)}) != PlaceAction::kCutForReplay) return fail(place.error());
      if (Result<void> done = cut(number, reached); !done) return done;
      break;
    }
    reached = place->end;
    Result<bool> more = apply(*place, number, index);
    if (!more) return fail(more.error());
    goes_on = *more;
  }
  if (number >= segments_.size()) return {};
  if (number + 1 < segments_.size()) index.finish();
  result_.state.segment_max = index.max();
  write_index(segment.base, kIndexSuffix, encode_entries(index.offsets()));
  write_index(segment.base, kTimeIndexSuffix, encode_entries(index.times()));
  return {};
}

Result<RecoveredPartition> Recovery::run() {
  vouched_ = input_.vouched.has_value();
  if (vouched_) result_.state = std::move(*input_.vouched);
  result_.state.id = input_.id;
  vouched_epoch_ = result_.state.epochs.latest();
  PartitionAction action = decide({input_.entry, input_.clean_stop});
  if (action == PartitionAction::kTrust) return std::move(result_);

  if (Result<void> tidied = tidy_segment_files(files_, folder_); !tidied) return fail(tidied.error());
  Result<std::vector<SegmentFile>> segments = list_segments(files_, folder_);
  if (!segments) return fail(segments.error());
  segments_ = std::move(*segments);
  PartitionState& state = result_.state;
  if (!vouched_) {
    state.log_start = segments_.empty() ? Offset{0} : segments_.front().base;
    state.stored_end = state.log_start;
    if (!segments_.empty()) state.gaps_below = segments_.back().base;
  }
  // A newer entry than a stale one may have allowed for gaps.
  if (input_.entry == Vouching::kStale && !segments_.empty()) state.gaps_below = std::max(state.gaps_below, segments_.back().base);
  expected_ = state.stored_end;
  std::size_t number = 0;
  while (vouched_ && state.has_segment && number < segments_.size() && segments_[number].base < state.segment_base) ++number;
  bool had_segment = state.has_segment;
  for (; number < segments_.size() && !done_; ++number) {
    if (Result<void> scanned = scan_segment(number); !scanned) return fail(scanned.error());
  }

  // The last segment that the vouched one is: when it is gone its place stays, so that what is missing is known as missing.
  if (!segments_.empty() && (!had_segment || segments_.back().base >= state.segment_base)) {
    bool is_vouched = had_segment && segments_.back().base == state.segment_base;
    state.has_segment = true;
    state.segment_sealed = state.segment_sealed && is_vouched;
    state.segment_base = segments_.back().base;
    state.segment_bytes = is_vouched ? std::max(state.segment_bytes, segments_.back().bytes) : segments_.back().bytes;
  }
  state.stored_end = expected_;
  state.epochs.forget_from(state.stored_end);
  state.size_bytes = 0;
  for (const SegmentFile& segment : segments_) state.size_bytes += segment.bytes;
  return std::move(result_);
}

}  // namespace

Result<RecoveredPartition> recover_partition(runtime::FileSystem& files, const std::filesystem::path& logs, RecoveryInput input) {
  std::filesystem::path folder = logs / input.id.folder();
  return Recovery(files, std::move(folder), std::move(input)).run();
}

}  // namespace wharf::log
