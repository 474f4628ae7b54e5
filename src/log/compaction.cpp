#include "log/compaction.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "log/append_check.hpp"
#include "log/segment_files.hpp"
#include "log/storage_error.hpp"
#include "model/record.hpp"

namespace wharf::log {

using runtime::OpenMode;

Compaction::Compaction(runtime::FileSystem& files, CompactionInput input)
    : files_(files), input_(std::move(input)), newest_(input_.map_bytes, input_.secret), stays_(input_.segments.size()) {
  input_.rules.map_end = input_.segments.empty() ? input_.dirty_from : input_.segments.back().end;
  while (segment_ < input_.segments.size() && input_.segments[segment_].end <= input_.dirty_from) ++segment_;
  for (std::size_t i = 0; i < stays_.size(); ++i) stays_[i] = input_.segments[i].stays || !input_.segments[i].damage.empty();
}

Result<Compaction::Progress> Compaction::step(std::uint64_t max_bytes) {
  Result<Progress> progress = mapped_ ? clean_some(max_bytes) : map_some(max_bytes);
  if (!progress) abandon();
  return progress;
}

/// On a full disk others need what half a segment takes. A name that makes a start finish an exchange stays nowhere: it is
/// another log by then.
void Compaction::abandon() {
  if (group_ == groups_.size() || ready_) return;
  const Offset base = input_.segments[groups_[group_].first].base;
  std::ignore = remove_segment_files(files_, input_.folder, base, kSwapSuffix);
  abandon_group();
}

Result<void> Compaction::open_scan(std::size_t segment) {
  const CompactionSource& source = input_.segments[segment];
  Result<std::unique_ptr<runtime::File>> file = files_.open(input_.folder / segment_file_name(source.base, kLogSuffix), OpenMode::kRead);
  if (!file) return storage_failure(file.error());
  scan_.emplace(std::move(*file), SegmentScan::Range{0, source.bytes, source.base, !source.may_have_gaps, source.end}, source.damage);
  return {};
}

/// False when the map is full.
Result<bool> Compaction::map_batch(const BatchView& batch) {
  if (batch.header.is_control || batch.header.next_offset() <= input_.dirty_from) return true;
  Result<OpenedBatch> opened = OpenedBatch::open(batch, kMostInflatedBytes);
  if (!opened) return true;  // kept as it is, keys unknown
  RecordReader reader = opened->reader();
  Record record;
  while (true) {
    Result<bool> more = reader.next(record);
    if (!more || !*more) return true;
    if (record.key && !newest_.put(*record.key, record.offset)) return false;
  }
}

Compaction::Progress Compaction::begin_cleaning() {
  mapped_ = true;
  filter_.emplace(newest_, input_.rules);
  if (std::ranges::find(stays_, true) != stays_.end()) filter_->keep_deletions();
  form_groups();
  return Progress::kMapped;
}

Result<Compaction::Progress> Compaction::map_some(std::uint64_t max_bytes) {
  if (input_.rules.gone) return begin_cleaning();
  std::uint64_t until = bytes_read_ + max_bytes;
  while (bytes_read_ < until && segment_ < input_.segments.size()) {
    if (!scan_) {
      if (Result<void> opened = open_scan(segment_); !opened) return fail(opened.error());
    }
    Result<ScannedPlace> place = scan_->next();
    if (!place) return fail(place.error());
    bytes_read_ += place->end - place->position;
    if (place->kind == ScannedPlace::Kind::kBatch) {
      Result<bool> fits = map_batch({place->header, place->bytes});
      if (!fits) return fail(fits.error());
      if (*fits) continue;
      input_.rules.map_end = place->header.base_offset;
      segment_ = input_.segments.size();
      break;
    }
    if (place->kind != ScannedPlace::Kind::kEnd) stays_[segment_] = true;
    if (place->kind == ScannedPlace::Kind::kDamage) continue;
    scan_.reset();
    ++segment_;
  }
  if (segment_ < input_.segments.size()) return Progress::kMore;
  scan_.reset();
  if (input_.rules.map_end <= input_.dirty_from) {
    return fail(ErrorCode::kTooLarge, "one batch has more keys than compaction has memory for (log.cleaner.dedupe.buffer.size)");
  }
  return begin_cleaning();
}

/// Neighbours whose output is sure to fit into one segment.
void Compaction::form_groups() {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < input_.segments.size() && input_.segments[i].base < input_.rules.map_end; ++i) {
    const CompactionSource& source = input_.segments[i];
    if (stays_[i]) continue;
    bool joins = !groups_.empty() && groups_.back().first + groups_.back().count == i && bytes + source.bytes <= input_.segment_bytes &&
                 source.end.value - input_.segments[groups_.back().first].base.value <= std::numeric_limits<std::int32_t>::max();
    if (!joins) {
      groups_.push_back({i, 0});
      bytes = 0;
    }
    ++groups_.back().count;
    bytes += source.bytes;
  }
  segment_ = groups_.empty() ? 0 : groups_.front().first;
}

Offset Compaction::cleaned_to_end() const {
  if (groups_.empty()) return input_.dirty_from;
  return input_.segments[groups_.back().first + groups_.back().count - 1].end;
}

std::filesystem::path Compaction::output(std::string_view suffix) const {
  return input_.folder / segment_file_name(input_.segments[groups_[group_].first].base, std::string(suffix) + kCleanedSuffix);
}

/// What a pass that failed could not remove. No other pass of this log is under way.
Result<void> Compaction::remove_leftovers() {
  Result<std::vector<runtime::FolderEntry>> entries = files_.list(input_.folder);
  if (!entries) return storage_failure(entries.error());
  for (const runtime::FolderEntry& entry : *entries) {
    bool is_output = entry.name.ends_with(kCleanedSuffix) || entry.name.ends_with(kSwapSuffix);
    if (entry.is_folder || !is_output) continue;
    if (Result<void> removed = files_.remove(input_.folder / entry.name); !removed) return storage_failure(removed.error());
  }
  has_removed_leftovers_ = true;
  return {};
}

Result<void> Compaction::begin_group() {
  if (!has_removed_leftovers_) {
    if (Result<void> removed = remove_leftovers(); !removed) return removed;
  }
  Result<std::unique_ptr<runtime::File>> file = files_.open(output(kLogSuffix), OpenMode::kCreate);
  if (!file) return storage_failure(file.error());
  if (Result<void> emptied = (*file)->truncate(0); !emptied) return storage_failure(emptied.error());
  out_ = std::move(*file);
  out_bytes_ = 0;
  buffer_.clear();
  segment_ = groups_[group_].first;
  index_.emplace(input_.segments[segment_].base, input_.index_interval_bytes);
  return {};
}

void Compaction::abandon_group() {
  for (const char* suffix : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix}) std::ignore = files_.remove(output(suffix));
  out_.reset();
  scan_.reset();
  ++group_;
}

Result<void> Compaction::take_batch(const ScannedPlace& place, bool is_last) {
  std::size_t begin = buffer_.size();
  if (Result<void> taken = filter_->take({place.header, place.bytes}, is_last, buffer_); !taken) return taken;
  if (buffer_.size() == begin) return {};
  Result<BatchHeader> left = read_batch_header(ByteView(buffer_).subspan(begin));
  if (!left) return fail(left.error());
  std::uint64_t position = out_bytes_ + begin;
  if (position + left->size_bytes > std::numeric_limits<std::int32_t>::max()) {
    return fail(ErrorCode::kTooLarge, "compacted records do not fit into a segment");
  }
  Timestamp max = left->record_count > 0 ? left->max_timestamp : kNoTimestamp;
  index_->add(static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(left->size_bytes), left->last_offset(), max);
  constexpr std::size_t kWriteBytes = 1u << 20;
  return buffer_.size() >= kWriteBytes ? write_out() : Result<void>();
}

Result<void> Compaction::write_out() {
  if (Result<void> written = out_->write_at(out_bytes_, ByteView(buffer_)); !written) return storage_failure(written.error());
  out_bytes_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<Compaction::Progress> Compaction::finish_group() {
  if (Result<void> written = write_out(); !written) return fail(written.error());
  index_->finish();
  const std::pair<const char*, std::vector<std::byte>> indexes[] = {{kIndexSuffix, encode_entries(index_->offsets())},
                                                                    {kTimeIndexSuffix, encode_entries(index_->times())}};
  for (const auto& [suffix, bytes] : indexes) {
    Result<std::unique_ptr<runtime::File>> file = files_.open(output(suffix), OpenMode::kCreate);
    if (!file) return storage_failure(file.error());
    if (Result<void> cut = (*file)->truncate(bytes.size()); !cut) return storage_failure(cut.error());
    if (Result<void> written = (*file)->write_at(0, ByteView(bytes)); !written) return storage_failure(written.error());
    if (Result<void> synced = (*file)->sync_data(); !synced) return storage_failure(synced.error());
  }
  if (Result<void> synced = out_->sync_data(); !synced) return storage_failure(synced.error());
  out_.reset();
  const Group& group = groups_[group_];
  CompactedGroup ready;
  for (std::size_t i = group.first; i < group.first + group.count; ++i) ready.sources.push_back(input_.segments[i].base);
  ready.bytes = static_cast<std::uint32_t>(out_bytes_);
  ready.end = input_.segments[group.first + group.count - 1].end;
  ready.max = index_->max();
  Result<void> renamed = rename_segment_files(files_, input_.folder, ready.sources.front(), kCleanedSuffix, kSwapSuffix);
  if (!renamed) return fail(renamed.error());
  if (Result<void> synced = files_.sync_folder(input_.folder); !synced) return storage_failure(synced.error());
  ready_ = std::move(ready);
  ++group_;
  return Progress::kGroupReady;
}

Result<Compaction::Progress> Compaction::clean_some(std::uint64_t max_bytes) {
  std::uint64_t until = bytes_read_ + max_bytes;
  while (bytes_read_ < until) {
    if (group_ == groups_.size()) return Progress::kDone;
    if (!out_) {
      if (Result<void> begun = begin_group(); !begun) return fail(begun.error());
    }
    if (!scan_) {
      if (Result<void> opened = open_scan(segment_); !opened) return fail(opened.error());
    }
    Result<ScannedPlace> place = scan_->next();
    if (!place) return fail(place.error());
    bytes_read_ += place->end - place->position;
    const Group& group = groups_[group_];
    switch (place->kind) {
      case ScannedPlace::Kind::kBatch: {
        bool is_last = place->header.next_offset() == input_.segments[group.first + group.count - 1].end;
        if (Result<void> taken = take_batch(*place, is_last); !taken) return fail(taken.error());
        break;
      }
      case ScannedPlace::Kind::kDamage:
      case ScannedPlace::Kind::kTornTail:
        abandon_group();  // the sources stay as they are: what is sound in them can be read
        filter_->keep_deletions();
        break;
      case ScannedPlace::Kind::kEnd:
        scan_.reset();
        if (++segment_ == group.first + group.count) return finish_group();
        break;
    }
  }
  return Progress::kMore;
}

}  // namespace wharf::log
