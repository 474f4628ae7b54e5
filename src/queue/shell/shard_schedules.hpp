#pragma once
// The schedules of one shard: its own lane, which takes what comes by this shard, and those that a start with another
// number of shards has left to it.
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "queue/shell/live_schedule.hpp"

namespace wharf::queue {

class ShardSchedules {
 public:
  struct Options {
    runtime::Logger* logger = nullptr;
    DueMessages* due_messages = nullptr;
    runtime::Random* random = nullptr;
    std::function<LeaderEpoch()> leader_epoch;
  };

  ShardSchedules(runtime::Shard& shard, cluster::ShardLogs& logs, Options options);
  ShardSchedules(const ShardSchedules&) = delete;
  ShardSchedules& operator=(const ShardSchedules&) = delete;

  /// Finds what is on disk. Once, before any other use. Errors: a log could not be opened.
  runtime::Task<Result<void>> open();
  /// From now on what is due goes out: when the destinations can take it.
  void begin();
  bool is_open() const { return open_; }
  LiveSchedule& own() { return *lanes_.at(own_); }
  LiveSchedule* find(Lane lane);
  const std::map<Lane, std::unique_ptr<LiveSchedule>>& lanes() const { return lanes_; }
  std::uint64_t pending() const;
  /// Ends what is under way. No call may follow; the logs are closed after it.
  runtime::Task<void> close();

 private:
  cluster::ShardLogs& logs_;
  Lane own_;
  bool open_ = false;
  runtime::Dice dice_;
  std::map<Lane, std::unique_ptr<LiveSchedule>> lanes_;
  runtime::TaskScope tasks_;
  ScheduleSurroundings with_;
};

}  // namespace wharf::queue
