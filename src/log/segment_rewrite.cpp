#include "log/segment_rewrite.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "log/segment.hpp"
#include "log/storage_error.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf::log {

using runtime::OpenMode;

namespace {

/// Of `length` bytes that were read at `position`: how many in front belong to known damage.
std::size_t damaged_bytes(const SuspectSegment& segment, std::uint32_t position, std::size_t length) {
  for (const DamagedSpan& span : segment.damage) {
    if (span.begin <= position && position < span.end) return std::min<std::size_t>(length, span.end - position);
  }
  return 0;
}

}  // namespace

Result<void> rewrite_segment(runtime::FileSystem& files, const std::filesystem::path& folder, const SuspectSegment& segment) {
  std::filesystem::path path = folder / segment_file_name(segment.base, kLogSuffix);
  std::filesystem::path copy_path = path;
  copy_path += kRewrittenSuffix;
  Result<std::unique_ptr<runtime::File>> file = files.open(path, OpenMode::kRead);
  if (!file) return storage_failure(file.error());
  Result<std::unique_ptr<runtime::File>> copy = files.open(copy_path, OpenMode::kCreate);
  if (!copy) return storage_failure(copy.error());
  if (Result<void> emptied = (*copy)->truncate(0); !emptied) return storage_failure(emptied.error());

  // Whole batches at a time, so that each can be checked: a window that grows when one does not fit.
  std::vector<std::byte> window(1u << 20);
  std::uint32_t position = 0;
  while (position < segment.bytes) {
    std::size_t wanted = std::min<std::size_t>(window.size(), segment.bytes - position);
    Result<std::size_t> got = (*file)->read_at(position, MutableBytes(window).first(wanted));
    if (!got) return storage_failure(got.error());
    std::size_t sound = 0;
    if (position < segment.synced_bytes) {
      sound = std::min<std::size_t>(*got, segment.synced_bytes - position);
    } else {
      BatchReader reader(ByteView(window).first(*got));
      while (reader.next().kind == BatchScan::Kind::kBatch) {
      }
      sound = reader.position();
    }
    if (sound == 0) sound = damaged_bytes(segment, position, *got);
    if (sound == 0 && *got == window.size() && position + window.size() < segment.bytes) {
      window.resize(window.size() * 2);
      continue;
    }
    if (sound == 0) return fail(ErrorCode::kDamaged, fmt::format("{} was lost from memory after a failed sync, at {}", path.string(), position));
    if (Result<void> written = (*copy)->write_at(position, ByteView(window).first(sound)); !written) return storage_failure(written.error());
    position += static_cast<std::uint32_t>(sound);
  }
  if (Result<void> synced = (*copy)->sync_data(); !synced) return storage_failure(synced.error());
  if (Result<void> renamed = files.rename(copy_path, path); !renamed) return storage_failure(renamed.error());
  if (Result<void> synced = files.sync_folder(folder); !synced) return storage_failure(synced.error());
  return {};
}

}  // namespace wharf::log
