#include "log/segment_files.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include "log/segment.hpp"
#include "log/segment_scan.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {
namespace {

constexpr const char* kFileSuffixes[] = {kLogSuffix, kIndexSuffix, kTimeIndexSuffix};

/// SegmentFile::bytes of a file of this size.
std::uint32_t segment_bytes(std::uint64_t size) {
  constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::uint32_t>(std::min(size, kMostBytes));
}

/// The offset behind the last batch of finished output, whose sources end there too; none: it is damaged, or has no batch.
Result<std::optional<Offset>> end_of_output(runtime::FileSystem& files, const std::filesystem::path& path, Offset base) {
  Result<std::unique_ptr<runtime::File>> file = files.open(path, runtime::OpenMode::kRead);
  if (!file) return storage_failure(file.error());
  Result<std::uint64_t> size = (*file)->size();
  if (!size) return storage_failure(size.error());
  SegmentScan scan(std::move(*file), {.begin = 0, .limit = segment_bytes(*size), .expected = base, .exact = false});
  std::optional<Offset> end;
  while (true) {
    Result<ScannedPlace> place = scan.next();
    if (!place) return fail(place.error());
    if (place->kind == ScannedPlace::Kind::kEnd) return end;
    if (place->kind != ScannedPlace::Kind::kBatch) return std::nullopt;
    end = place->header.next_offset();
  }
}

/// Its sources are there, under the names of a finished exchange or not.
Result<void> undo_swap(runtime::FileSystem& files, const std::filesystem::path& folder, Offset base, std::span<const SegmentFile> segments) {
  Result<std::vector<runtime::FolderEntry>> entries = files.list(folder);
  if (!entries) return storage_failure(entries.error());
  auto next = std::ranges::upper_bound(segments, base, {}, &SegmentFile::base);
  for (const runtime::FolderEntry& entry : *entries) {
    std::optional<Offset> source = base_in_name(entry.name, std::string(kLogSuffix) + kDeletedSuffix);
    if (!source || *source <= base || (next != segments.end() && *source >= next->base)) continue;
    if (Result<void> renamed = rename_segment_files(files, folder, *source, kDeletedSuffix, ""); !renamed) return renamed;
  }
  return remove_segment_files(files, folder, base, kSwapSuffix);
}

/// Output ends where a segment begins, for the one that grows is never compacted: what says anything else is damaged, and
/// must take nothing along.
Result<void> finish_swap(runtime::FileSystem& files, const std::filesystem::path& folder, Offset base) {
  Result<std::optional<Offset>> end = end_of_output(files, folder / segment_file_name(base, std::string(kLogSuffix) + kSwapSuffix), base);
  if (!end) return fail(end.error());
  Result<std::vector<SegmentFile>> segments = list_segments(files, folder);
  if (!segments) return fail(segments.error());
  bool is_sound = *end && std::ranges::find(*segments, **end, &SegmentFile::base) != segments->end();
  if (!is_sound) return undo_swap(files, folder, base, *segments);
  for (const SegmentFile& source : *segments) {
    if (source.base <= base || source.base >= **end) continue;  // the first one is replaced by the rename
    if (Result<void> removed = remove_segment_files(files, folder, source.base, ""); !removed) return removed;
  }
  return rename_segment_files(files, folder, base, kSwapSuffix, "");
}

}  // namespace

std::optional<Offset> base_in_name(std::string_view name, std::string_view suffix) {
  constexpr std::size_t kDigits = 20;
  if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  std::int64_t base = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, base);
  if (error != std::errc{} || end != name.data() + kDigits || base < 0) return std::nullopt;
  return Offset{base};
}

Result<std::vector<SegmentFile>> list_segments(runtime::FileSystem& files, const std::filesystem::path& folder) {
  Result<std::vector<runtime::FolderEntry>> entries = files.list(folder);
  if (!entries && entries.error().code == ErrorCode::kNotFound) return std::vector<SegmentFile>{};
  if (!entries) return storage_failure(entries.error());
  std::vector<SegmentFile> segments;
  for (const runtime::FolderEntry& entry : *entries) {
    std::optional<Offset> base = entry.is_folder ? std::nullopt : base_in_name(entry.name, kLogSuffix);
    if (!base) continue;
    segments.push_back({*base, segment_bytes(entry.size)});
  }
  return segments;
}

Result<void> remove_segment_files(runtime::FileSystem& files, const std::filesystem::path& folder, Offset base, std::string_view state_suffix) {
  for (const char* suffix : kFileSuffixes) {
    Result<void> removed = files.remove(folder / segment_file_name(base, std::string(suffix).append(state_suffix)));
    if (!removed && removed.error().code != ErrorCode::kNotFound) return storage_failure(removed.error());
  }
  return {};
}

Result<void> rename_segment_files(runtime::FileSystem& files, const std::filesystem::path& folder, Offset base,
                                  std::string_view from_suffix, std::string_view to_suffix) {
  // The .log last: as long as it has its old name, the segment is in its old state.
  for (const char* suffix : {kIndexSuffix, kTimeIndexSuffix, kLogSuffix}) {
    Result<void> renamed = files.rename(folder / segment_file_name(base, std::string(suffix).append(from_suffix)),
                                        folder / segment_file_name(base, std::string(suffix).append(to_suffix)));
    if (!renamed && renamed.error().code != ErrorCode::kNotFound) return storage_failure(renamed.error());
  }
  return {};
}

Result<void> tidy_segment_files(runtime::FileSystem& files, const std::filesystem::path& folder) {
  Result<std::vector<runtime::FolderEntry>> entries = files.list(folder);
  if (!entries && entries.error().code == ErrorCode::kNotFound) return {};
  if (!entries) return storage_failure(entries.error());
  bool changed = false;
  // Before what was to be removed is: one that cannot be finished needs its sources.
  for (const runtime::FolderEntry& entry : *entries) {
    std::optional<Offset> base = base_in_name(entry.name, std::string(kLogSuffix) + kSwapSuffix);
    if (!base) continue;
    if (Result<void> finished = finish_swap(files, folder, *base); !finished) return finished;
    changed = true;
  }
  for (const runtime::FolderEntry& entry : *entries) {
    bool unwanted = entry.name.ends_with(kCleanedSuffix) || entry.name.ends_with(kDeletedSuffix) || entry.name.ends_with(kRewrittenSuffix);
    if (entry.is_folder || !unwanted) continue;
    Result<void> removed = files.remove(folder / entry.name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return storage_failure(removed.error());
    changed = true;
  }
  // An index whose .log was renamed before the crash is rebuilt; its leftover only takes space.
  for (const runtime::FolderEntry& entry : *entries) {
    if (!entry.name.ends_with(kSwapSuffix)) continue;
    Result<void> removed = files.remove(folder / entry.name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return storage_failure(removed.error());
  }
  if (!changed) return {};
  Result<void> synced = files.sync_folder(folder);
  if (!synced) return storage_failure(synced.error());
  return {};
}

}  // namespace wharf::log
