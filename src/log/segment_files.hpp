#pragma once
// The names in a partition's folder: which segments there are, and what compaction, retention or a crash left between two states.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

struct SegmentFile {
  Offset base;
  std::uint32_t bytes = 0;  // of the .log file; what is beyond 2^31 - 1 is no segment's
};

/// The base offset in `00000000000000000042<suffix>`; none for any other name.
std::optional<Offset> base_in_name(std::string_view name, std::string_view suffix);

/// The segments of a folder in order. A missing folder has none. kStorage.
Result<std::vector<SegmentFile>> list_segments(runtime::FileSystem& files, const std::filesystem::path& folder);

/// Removes all files of a segment, of whatever state (`state_suffix`: "", .deleted, ...). Missing ones are fine.
Result<void> remove_segment_files(runtime::FileSystem& files, const std::filesystem::path& folder, Offset base, std::string_view state_suffix);
/// Renames all files of a segment from one state to another. Missing ones are fine.
Result<void> rename_segment_files(runtime::FileSystem& files, const std::filesystem::path& folder, Offset base,
                                  std::string_view from_suffix, std::string_view to_suffix);

/// What a start does to names: removes what was to be removed and unfinished output of compaction, and lets finished output
/// (.swap) take the place of its sources. Any crash in it is as if it had not begun or had ended.
Result<void> tidy_segment_files(runtime::FileSystem& files, const std::filesystem::path& folder);

}  // namespace wharf::log
