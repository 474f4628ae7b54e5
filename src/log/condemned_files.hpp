#pragma once
// Files of a store that go: segments after their delay, since a reader may still hold them, and folders of partitions
// that are removed. Renamed at once, so that a start knows them; deleted on the work pool. A failure is tried again,
// and what a stop leaves over is the next start's.
#include <deque>
#include <filesystem>
#include <optional>

#include "log/store_options.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class CondemnedFiles {
 public:
  explicit CondemnedFiles(const StoreSurroundings& with) : with_(with), signal_(*with.shard) {}

  /// With all in it, now.
  void add_folder(std::filesystem::path folder);
  /// When `delay_ms` have passed. `renamed`: it is already.
  void add_segment(std::filesystem::path folder, Offset base, std::int64_t delay_ms, bool renamed);

  /// Until stop().
  runtime::Task<void> run();
  void stop();
  /// Whatever their time. run() has ended.
  runtime::Task<void> remove_all() { return remove_some(true); }

 private:
  struct Condemned {
    std::filesystem::path folder;
    std::optional<Offset> segment;  // none: the folder with all in it
    MonotonicTime due;
    bool renamed = false;
  };

  runtime::Task<void> remove_some(bool all);

  StoreSurroundings with_;
  std::deque<Condemned> condemned_;
  bool stopping_ = false;
  runtime::Signal signal_;
};

}  // namespace wharf::log
