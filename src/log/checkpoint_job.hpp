#pragma once
// What the work pool does for a checkpoint: rewrites what cannot be trusted, syncs, writes down what may be relied on.
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "log/data_folder.hpp"
#include "log/segment_list.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"
#include "runtime/file.hpp"

namespace wharf::log {

/// Owns what it touches.
struct CheckpointJob {
  runtime::FileSystem* files = nullptr;
  DataFolder* folder = nullptr;
  std::filesystem::path logs;
  std::vector<std::pair<std::filesystem::path, SuspectSegment>> suspects;
  std::vector<std::filesystem::path> changed_files;
  std::vector<std::filesystem::path> changed_folders;
  bool sync_everything = false;
  std::vector<std::pair<PartitionId, std::vector<std::byte>>> states;
  std::optional<WalFloor> floor;  // where the folder takes it
  std::vector<DataFolder::Vouched> vouched;
  bool tell_recovered = false;
  std::function<bool(const PartitionId&)> owns;  // LogStoreOptions::owns

  struct Outcome {
    Result<void> result;
    std::vector<PartitionId> unreadable = {};  // of ours (Checkpoints::take_unreadable)
    bool has_floor = false;
    bool sync_failed = false;  // what it was to cover may be on disk or not, whatever a later sync says
  };
  Outcome run() const;

 private:
  Outcome sync() const;
  Outcome sync_file(const std::filesystem::path& path) const;
  Outcome sync_folder(const std::filesystem::path& path) const;
};

}  // namespace wharf::log
