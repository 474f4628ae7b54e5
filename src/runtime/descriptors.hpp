#pragma once
// Who may have how many of the process's descriptors. What is counted: clients' connections, and files that are open
// only because they may be used again (log/file_cache.hpp). Connections come first: where both together would leave too
// few for everything else, keepers of files close some, and where connections alone would, one more is refused.
//
//   Descriptors descriptors(descriptor_limit());
//   if (!descriptors.admit()) refuse();
#include <atomic>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "runtime/shard.hpp"

namespace wharf::runtime {

class Descriptors {
 public:
  /// Keeps files open that it could open again.
  class Keeper {
   public:
    virtual ~Keeper() = default;
    /// On its shard: closes what it has above its share(), but no more than there are too many.
    virtual void give_way() = 0;
  };

  /// `limit`: what the process may have (RLIMIT_NOFILE). Part of it is for what is not counted: the write-ahead log,
  /// checkpoints, the shards' own.
  explicit Descriptors(std::size_t limit);
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  /// A connection; false: there is no room for it. Any thread.
  bool admit();
  /// One that was admitted is gone. Any thread.
  void leave() { --connections_; }
  std::size_t most_connections() const { return most_connections_; }

  /// Any thread.
  void file_opened() { ++files_; }
  void file_closed() { --files_; }
  /// So many more than there should be.
  std::size_t too_many() const;
  /// More than this nobody may open before others have given way.
  std::size_t slack() const { return (most_ - most_connections_) / 2; }
  /// What each keeper may have where there are too many.
  std::size_t share() const;
  /// To give way, soon, each on its own shard. Any thread.
  void ask_keepers();

  /// From the keeper's shard, as is remove(), after which it is not called any more.
  void add(Keeper& keeper, Shard& shard);
  void remove(Keeper& keeper);

 private:
  bool knows(Keeper* keeper);

  std::size_t most_connections_;
  std::size_t most_;  // with files; what lies between the two is left for files
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> files_ = 0;
  std::atomic<std::size_t> keeper_count_ = 0;
  std::mutex mutex_;
  std::unordered_map<Keeper*, Shard*> keepers_;
};

}  // namespace wharf::runtime
