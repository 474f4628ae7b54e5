#pragma once
// A store's dealings with a disk that is full or will be: whose records are taken, what must be written all the same,
// and what it makes room with. The disk as a whole is the SpaceGuard's (log/space_guard.hpp).
#include <cstdint>
#include <functional>

#include "log/space_guard.hpp"
#include "log/store_context.hpp"
#include "log/store_options.hpp"
#include "model/ids.hpp"
#include "runtime/signal.hpp"
#include "runtime/task.hpp"

namespace wharf::log {

class StoreSpace {
 public:
  /// All of it outlives this.
  StoreSpace(const StoreSurroundings& with, const LogStoreOptions& options, const StoreContext& context)
      : with_(with), options_(options), context_(context), stop_signal_(*with.shard) {}

  bool takes_records(const PartitionId& id, bool from_client) const;
  /// LogStoreOptions::precedes.
  bool precedes(const PartitionId& id) const { return options_.precedes && options_.precedes(id); }

  /// Whether giving up some of the reserve made room for `bytes`, and for what goes with them: indexes, entries of
  /// checkpoints, the file system's own notes.
  runtime::Task<bool> make_room(std::uint64_t bytes, ReserveUse use);
  /// A write found the disk full.
  void note_full() { with_.folder->space().note_full(); }
  /// Everything that was confirmed is in segments, or in the checkpoints.
  void note_stored() { with_.folder->space().note_stored(); }
  /// What is in memory and in no segment, after it changed.
  void tell_waiting() { with_.folder->space().set_waiting(with_.shard->index(), context_.unstored_bytes); }

  /// One shard looks at the disk for all, until stop().
  runtime::Task<void> run();
  void stop();

 private:
  StoreSurroundings with_;
  const LogStoreOptions& options_;
  const StoreContext& context_;
  bool stopping_ = false;
  runtime::Signal stop_signal_;
};

}  // namespace wharf::log
