#pragma once
// What an operator can set about groups. The defaults are Kafka's; beside each stands the name of the key that it is.
#include <cstddef>
#include <cstdint>
#include <limits>

namespace wharf::groups {

struct GroupSettings {
  std::int32_t min_session_timeout_ms = 6'000;         // group.min.session.timeout.ms
  std::int32_t max_session_timeout_ms = 1'800'000;     // group.max.session.timeout.ms
  std::int32_t initial_rebalance_delay_ms = 3'000;     // group.initial.rebalance.delay.ms
  std::int64_t max_size = std::numeric_limits<std::int32_t>::max();  // group.max.size, members
  std::int32_t new_member_join_timeout_ms = 300'000;   // how long a first JoinGroup may stay parked (fixed in Kafka)
  std::size_t pending_members_max = 10'000;            // ids handed out and not yet used, per group (KIP-394)
  std::size_t offset_metadata_max_bytes = 4'096;       // offset.metadata.max.bytes
  std::int64_t offsets_retention_ms = 604'800'000;     // offsets.retention.minutes, here in ms
  std::int32_t store_retry_ms = 5'000;                 // after a failed write of an emptied group
  std::size_t history_entries = 50;                    // rebalance history kept per group
};

}  // namespace wharf::groups
