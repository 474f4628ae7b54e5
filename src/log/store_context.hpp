#pragma once
// What the logs of one store share.
#include <cstdint>
#include <filesystem>

#include "log/file_cache.hpp"
#include "log/hot_tail.hpp"
#include "log/log_statistics.hpp"
#include "runtime/file.hpp"
#include "runtime/logger.hpp"

namespace wharf::log {

struct StoreContext {
  StoreContext(runtime::FileSystem& file_system, runtime::Logger& log, std::filesystem::path folder, std::size_t open_files,
               runtime::Descriptors* descriptors = nullptr, runtime::Shard* shard = nullptr)
      : files(file_system),
        logger(log),
        logs(std::move(folder)),
        cache(file_system, open_files, descriptors, shard) {}

  runtime::FileSystem& files;
  runtime::Logger& logger;
  std::filesystem::path logs;  // <data>/logs
  FileCache cache;
  HotTailBudget hot;
  std::uint64_t unstored_bytes = 0;  // records in memory and the write-ahead log, or a checkpoint, and in no segment
  StoreStatistics statistics;
};

}  // namespace wharf::log
