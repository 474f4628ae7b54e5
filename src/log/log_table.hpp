#pragma once
// The logs of one store by partition, and what they share: open files, memory of their hot tails, counts. Who asks for
// a log after a suspension asks again: it may have been removed.
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "log/log_config.hpp"
#include "log/partition_log.hpp"
#include "log/store_context.hpp"
#include "log/store_options.hpp"
#include "model/error.hpp"
#include "model/ids.hpp"

namespace wharf::log {

class LogTable {
 public:
  LogTable(const StoreSurroundings& with, const LogStoreOptions& options);

  PartitionLog* find(const PartitionId& id) {
    auto found = logs_.find(id);
    return found == logs_.end() ? nullptr : found->second.get();
  }
  /// Of a partition that find() does not know: kNotFound, or why its folder could not be read at the start.
  std::unexpected<Error> no_log(const PartitionId& id) const;
  /// LogStore::create().
  Result<PartitionLog*> create(const PartitionId& id, std::shared_ptr<const LogConfig> config);
  /// False: nobody knew it.
  bool remove(const PartitionId& id);

  /// Of a start: an orphan until create() claims it.
  PartitionLog& adopt(PartitionId id, std::unique_ptr<PartitionLog> log);
  /// ... and one whose folder could not be read.
  void refuse(PartitionId id, Error why) { unreadable_.emplace(id, std::move(why)); }
  std::vector<PartitionId> orphans() const { return {orphans_.begin(), orphans_.end()}; }
  std::vector<PartitionId> refused() const;
  /// Those that are no orphans, whose configuration is thus known, and `wanted`.
  template <class Wanted>
  std::vector<PartitionId> claimed(Wanted&& wanted) const {
    std::vector<PartitionId> some;
    for (const auto& [id, log] : logs_) {
      if (wanted(log->config()) && !orphans_.contains(id)) some.push_back(id);
    }
    return some;
  }

  std::size_t size() const { return logs_.size(); }
  template <class Visit>
  void for_each(Visit&& visit) {
    for (const auto& [id, log] : logs_) visit(*log);
  }

  /// Logs of which the next checkpoint has to say something else, by what happened here.
  std::vector<PartitionId> take_changed() { return std::exchange(changed_, {}); }
  bool has_changed() const { return !changed_.empty(); }

  /// Drops the oldest blocks of hot tails beyond the budget. What is not in a segment yet is written there first, what
  /// is not durable yet stays; a little at a time.
  void trim_hot_tails();

  StoreContext& context() { return context_; }
  const StoreContext& context() const { return context_; }
  StoreStatistics& statistics() { return context_.statistics; }

 private:
  void forget_gone_blocks();

  StoreContext context_;
  std::size_t hot_tail_bytes_;
  boost::unordered_flat_map<PartitionId, std::unique_ptr<PartitionLog>, std::hash<PartitionId>> logs_;
  std::map<PartitionId, Error> unreadable_;
  std::set<PartitionId> orphans_;
  std::vector<PartitionId> changed_;
};

}  // namespace wharf::log
