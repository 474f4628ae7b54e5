#pragma once
// Where a queue's log cannot be read.
#include <optional>

#include "log/partition_log.hpp"

namespace wharf::queue {

/// The damaged range that holds the message, as far as reads have found it.
inline std::optional<log::DamagedRange> damage_at(const log::PartitionLog& log, Offset offset) {
  for (const log::DamagedRange& range : log.damage()) {
    if (range.first <= offset && offset < range.next) return range;
  }
  return std::nullopt;
}

}  // namespace wharf::queue
