#pragma once
// Whose high watermark moved since the store's owner last asked.
#include <vector>

#include "log/log_table.hpp"
#include "model/ids.hpp"
#include "runtime/signal.hpp"

namespace wharf::log {

struct Advanced {
  PartitionId partition;
  Offset high_watermark;
};

class AdvancedLogs {
 public:
  AdvancedLogs(runtime::Shard& shard, LogTable& logs) : logs_(logs), signal_(shard) {}

  void add(PartitionLog& log) {
    if (!log.listed().advanced) {
      log.listed().advanced = true;
      listed_.push_back(log.id());
    }
    signal_.notify();
  }
  /// Those that are still there.
  std::vector<Advanced> take();
  runtime::Signal& signal() { return signal_; }

 private:
  LogTable& logs_;
  std::vector<PartitionId> listed_;
  runtime::Signal signal_;
};

}  // namespace wharf::log
