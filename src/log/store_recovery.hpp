#pragma once
// How a store starts: what the checkpoints say, what the folders hold, what the write-ahead log adds. Ends with a
// checkpoint of what was found changed.
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "log/checkpointer.hpp"
#include "log/log_config.hpp"
#include "log/log_table.hpp"
#include "log/recovery.hpp"
#include "log/store_options.hpp"
#include "model/error.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class StoreRecovery {
 public:
  /// Used once, before anything is appended. All of it outlives this.
  StoreRecovery(const StoreSurroundings& with, const LogStoreOptions& options, LogTable& logs,
                Checkpointer& checkpointer);

  /// A partition that cannot be opened is refused alone, unless the write-ahead log holds records of it that are
  /// nowhere else: going on would let go of them, and the cause may be mended. Errors: of that, of the data folder as a
  /// whole.
  runtime::Task<Result<void>> run();

 private:
  struct Found;  // what is known of a partition before it is recovered

  Result<void> gather(std::vector<Found>& found);
  runtime::Task<void> recover_some(std::vector<Found>* found, std::size_t* next);
  void adopt(Found& found, Result<RecoveredPartition> recovered);
  Result<void> take_back_wal(Found& found, PartitionLog& log);
  void refuse(const Found& found, const Error& why);

  StoreSurroundings with_;
  const LogStoreOptions& options_;
  LogTable& logs_;
  Checkpointer& checkpointer_;
  std::optional<Error> needs_mending_;  // of the first partition that must not be refused
  std::shared_ptr<const LogConfig> unclaimed_config_;
};

}  // namespace wharf::log
