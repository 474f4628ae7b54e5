#include "log/advanced_logs.hpp"

namespace wharf::log {

std::vector<Advanced> AdvancedLogs::take() {
  std::vector<Advanced> taken;
  taken.reserve(listed_.size());
  for (const PartitionId& id : listed_) {
    PartitionLog* log = logs_.find(id);
    if (log == nullptr || !log->listed().advanced) continue;
    log->listed().advanced = false;
    taken.push_back({id, log->high_watermark()});
  }
  listed_.clear();
  return taken;
}

}  // namespace wharf::log
