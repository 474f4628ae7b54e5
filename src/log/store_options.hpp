#pragma once
// What a store is told when it is opened: its settings, and what it lives among. Its parts look at both.
#include <cstddef>
#include <cstdint>
#include <functional>

#include "log/data_folder.hpp"
#include "log/recovery_progress.hpp"
#include "log/write_ahead_log.hpp"
#include "model/ids.hpp"
#include "runtime/descriptors.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"

namespace wharf::log {

struct LogStoreOptions {
  std::size_t hot_tail_bytes = 24u << 20;  // newest batches kept in memory, all partitions together
  std::size_t open_files = 4096;           // descriptors of segments and indexes; fewer than active partitions cost CPU
  std::int64_t checkpoint_interval_ms = 10'000;
  std::uint64_t checkpoint_bytes = 256u << 20;  // ... or after so many bytes appended
  std::int64_t retention_check_interval_ms = 300'000;
  std::int64_t producer_id_expiration_ms = 86'400'000;
  std::int64_t retry_ms = 1'000;              // after a write-ahead log or a checkpoint could not be written
  bool verify_compressed_records = true;      // log.verify.compressed.records
  bool compact = true;                        // log.cleaner.enable
  std::size_t cleaner_map_bytes = 16u << 20;  // memory for compaction's offset map
  std::int64_t cleaner_backoff_ms = 15'000;   // between looks for dirty partitions, and after a failed pass
  std::uint32_t recovery_tasks = 4;           // partitions that are scanned at the same time
  WriteAheadLogOptions wal;
  /// Which partitions found on disk are this shard's. Empty: all.
  std::function<bool(const PartitionId&)> owns;
  /// Whose records are taken while anything at all can be written, at the cost of all of the reserve: the catalogue's.
  /// Empty: none.
  std::function<bool(const PartitionId&)> precedes;
};

/// All outlive the store.
struct StoreSurroundings {
  runtime::Shard* shard = nullptr;
  runtime::FileSystem* files = nullptr;
  runtime::Logger* logger = nullptr;
  DataFolder* folder = nullptr;
  RecoveryProgress* progress = nullptr;         // may be null
  runtime::Random* random = nullptr;            // null: tests; compaction's hashes are then known to everybody
  runtime::Descriptors* descriptors = nullptr;  // null: the files are in memory
};

}  // namespace wharf::log
