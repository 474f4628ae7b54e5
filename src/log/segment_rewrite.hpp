#pragma once
// After a failed sync nobody knows which pages are on disk, and the kernel calls them clean: syncing the same file again
// proves nothing (fsyncgate). What is still in the page cache is copied to another file, checked, synced and put in place.
#include <cstdint>
#include <filesystem>
#include <vector>

#include "log/segment.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

struct SuspectSegment {
  Offset base;
  std::uint32_t bytes = 0;                   // that count
  std::uint32_t synced_bytes = 0;            // of them on disk before: copied as they are, sound or not
  std::vector<DamagedSpan> damage = {};  // known, in order: copied as it is
};

/// Durable when it returns. kDamaged: a batch of which no damage was known is not in the page cache any more; the file is left alone. Work pool.
Result<void> rewrite_segment(runtime::FileSystem& files, const std::filesystem::path& folder, const SuspectSegment& segment);

}  // namespace wharf::log
