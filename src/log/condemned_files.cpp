#include "log/condemned_files.hpp"

#include <algorithm>

#include "log/segment.hpp"
#include "log/segment_files.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

using runtime::Task;

namespace {

struct Outcome {
  Result<void> result;
  bool folder_renamed = false;
};

/// Work pool. A segment's files are renamed first, so that what removes them later cannot mistake them.
Outcome carry_out(runtime::FileSystem& files, const std::filesystem::path& folder, std::optional<Offset> segment,
                  bool rename, bool remove) {
  if (segment) {
    if (rename) {
      if (Result<void> renamed = rename_segment_files(files, folder, *segment, "", kDeletedSuffix); !renamed)
        return {renamed};
    }
    return {remove ? remove_segment_files(files, folder, *segment, kDeletedSuffix) : Result<void>()};
  }
  std::filesystem::path condemned = folder;
  condemned += kDeletedSuffix;
  Result<void> renamed = files.rename(folder, condemned);
  if (!renamed && renamed.error().code != ErrorCode::kNotFound) return {storage_failure(renamed.error())};
  Result<void> removed = files.remove_folder(condemned);
  return {removed ? Result<void>() : storage_failure(removed.error()), renamed.has_value()};
}

}  // namespace

void CondemnedFiles::add_folder(std::filesystem::path folder) {
  condemned_.push_back({std::move(folder), std::nullopt, with_.shard->now(), false});
  signal_.notify();
}

void CondemnedFiles::add_segment(std::filesystem::path folder, Offset base, std::int64_t delay_ms, bool renamed) {
  condemned_.push_back({std::move(folder), base, with_.shard->now() + Milliseconds(delay_ms), renamed});
  signal_.notify();
}

Task<void> CondemnedFiles::remove_some(bool all) {
  MonotonicTime now = with_.shard->now();
  std::deque<Condemned> left;
  std::deque<Condemned> due = std::exchange(condemned_, {});
  bool folders_renamed = false;
  for (Condemned& one : due) {
    bool remove = all || one.due <= now;
    if (!remove && one.renamed) {
      left.push_back(std::move(one));
      continue;
    }
    auto work = [files = with_.files, folder = one.folder, segment = one.segment, rename = !one.renamed, remove] {
      return carry_out(*files, folder, segment, rename, remove);
    };
    Outcome done = co_await runtime::run_blocking(*with_.shard, std::move(work));
    folders_renamed = folders_renamed || done.folder_renamed;
    if (done.result && remove) continue;
    one.renamed = one.renamed || done.result.has_value();
    left.push_back(std::move(one));
  }
  condemned_.insert(condemned_.begin(), left.begin(), left.end());
  if (!folders_renamed) co_return;
  // Owners forget what they removed: a power loss must not bring it back later. A failure is the next checkpoint's to tell.
  auto sync = [files = with_.files, logs = with_.folder->logs()] { return files->sync_folder(logs); };
  std::ignore = co_await runtime::run_blocking(*with_.shard, std::move(sync));
}

Task<void> CondemnedFiles::run() {
  while (!stopping_) {
    if (condemned_.empty()) {
      co_await signal_.wait();
    } else {
      MonotonicTime next = MonotonicTime::max();
      for (const Condemned& one : condemned_)
        next = std::min(next, std::max(one.due, with_.shard->now() + Milliseconds(100)));
      [[maybe_unused]] bool asked = co_await signal_.wait_until(next);
    }
    co_await remove_some(false);
  }
}

void CondemnedFiles::stop() {
  stopping_ = true;
  signal_.notify();
}

}  // namespace wharf::log
