#include "log/condemned_files.hpp"

#include <algorithm>

#include "log/segment.hpp"
#include "log/segment_files.hpp"
#include "log/storage_error.hpp"

namespace wharf::log {

using runtime::Task;

namespace {

/// Work pool. A segment's files are renamed first, so that what removes them later cannot mistake them.
Result<void> carry_out(runtime::FileSystem& files, const std::filesystem::path& folder, std::optional<Offset> segment,
                       bool rename, bool remove) {
  if (segment) {
    if (rename) {
      if (Result<void> renamed = rename_segment_files(files, folder, *segment, "", kDeletedSuffix); !renamed)
        return renamed;
    }
    return remove ? remove_segment_files(files, folder, *segment, kDeletedSuffix) : Result<void>();
  }
  std::filesystem::path condemned = folder;
  condemned += kDeletedSuffix;
  Result<void> renamed = files.rename(folder, condemned);
  if (!renamed && renamed.error().code != ErrorCode::kNotFound) return storage_failure(renamed.error());
  if (Result<void> removed = files.remove_folder(condemned); !removed) return storage_failure(removed.error());
  return {};
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
  for (Condemned& one : due) {
    bool remove = all || one.due <= now;
    if (!remove && one.renamed) {
      left.push_back(std::move(one));
      continue;
    }
    auto work = [files = with_.files, folder = one.folder, segment = one.segment, rename = !one.renamed, remove] {
      return carry_out(*files, folder, segment, rename, remove);
    };
    Result<void> done = co_await runtime::run_blocking(*with_.shard, std::move(work));
    if (done && remove) continue;
    one.renamed = one.renamed || done.has_value();
    left.push_back(std::move(one));
  }
  condemned_.insert(condemned_.begin(), left.begin(), left.end());
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
