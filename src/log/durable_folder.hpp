#pragma once
// A folder that survives a power loss before anything is put into it.
#include <filesystem>

#include "log/storage_error.hpp"
#include "model/error.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

/// Makes `folder`, whose parent exists and is durable, unless it is there. Syncs nothing when it is.
inline Result<void> create_durable_folder(runtime::FileSystem& files, const std::filesystem::path& folder) {
  Result<bool> exists = files.exists(folder);
  if (!exists) return storage_failure(exists.error());
  if (*exists) return {};
  if (Result<void> made = files.create_folders(folder); !made) return storage_failure(made.error());
  if (Result<void> synced = files.sync_folder(folder.parent_path()); !synced) return storage_failure(synced.error());
  return {};
}

}  // namespace wharf::log
