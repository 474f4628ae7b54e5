#pragma once
// The queues of one shard. Opens and closes them, brings their state logs up to date together, trims what is settled.
#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "queue/shell/frozen_queues.hpp"
#include "queue/shell/live_queue.hpp"

namespace wharf::queue {

class ShardQueues {
 public:
  struct Options {
    runtime::Logger* logger = nullptr;
    DeadLetters* dead_letters = nullptr;
    std::function<LeaderEpoch()> leader_epoch;
    std::function<void(TopicId)> unused;  // an auto-delete queue has lost its last consumer
    Seconds* seconds = nullptr;           // of the shard, which this goes on with; none: its own
  };

  ShardQueues(runtime::Shard& shard, cluster::ShardLogs& logs, Options options);
  ShardQueues(const ShardQueues&) = delete;
  ShardQueues& operator=(const ShardQueues&) = delete;

  /// New, or found on disk; then recover() before it is used.
  Result<void> open(QueueIdentity identity, QueueSettings settings);
  /// All queues opened so far whose logs were found; what earlier runs have left of queues that ended with them is
  /// removed. Once, after those of the start were opened.
  runtime::Task<void> recover();
  /// All queues of the node are recovered: what is due while nobody uses a queue may happen.
  void begin();
  /// Gone with its messages; what it had.
  QueueCounts remove(TopicId id);
  LiveQueue* find(TopicId id);
  /// kNotFound: it is gone. Another error: it is there and cannot be used, since it could not be opened at the start;
  /// what it had stays on disk as it is.
  Result<LiveQueue*> get(TopicId id);
  std::size_t size() const { return queues_.size(); }
  /// What those that are gone have counted; without rates.
  const QueueTraffic& gone() const { return gone_; }
  /// Those that may be about to go: messages and consumers come to them by it.
  FrozenQueues& frozen() { return frozen_; }
  /// Goes over all queues, some places of their table at a time: calls `look(LiveQueue&)` for those in `count` places
  /// from `at` on, and says where to go on, up to places(). Where the table grows in between, some are seen twice or
  /// not.
  std::size_t places() const { return queues_.bucket_count(); }
  template <class Look>
  std::size_t visit(std::size_t at, std::size_t count, Look look) {
    std::size_t end = std::min(queues_.bucket_count(), at + count);
    for (; at < end; ++at) {
      for (auto one = queues_.begin(at); one != queues_.end(at); ++one) look(*one->second);
    }
    return end;
  }

  /// No call may follow. Writes every queue's last state; the logs are closed after it.
  runtime::Task<void> close();

 private:
  void look_at_disk();
  void mark(TopicId id);
  void write_states();
  void look_at_some();

  runtime::Shard& shard_;
  cluster::ShardLogs& logs_;
  std::map<TopicId, std::vector<std::uint8_t>> found_levels_;  // on disk, not claimed yet
  bool looked_ = false;
  bool begun_ = false;
  bool closed_ = false;
  Seconds own_seconds_;
  Seconds& seconds_;
  std::unordered_map<TopicId, std::unique_ptr<LiveQueue>> queues_;
  QueueTraffic gone_;
  FrozenQueues frozen_;
  std::unordered_map<TopicId, Error> unopened_;  // at the start, and why
  std::vector<TopicId> changed_;                 // since the states were written
  std::optional<runtime::Timers::Handle> timer_;
  std::vector<TopicId> to_look_at_;  // for what they keep on disk
  std::optional<runtime::Timers::Handle> look_timer_;
  runtime::TaskScope tasks_;
  QueueSurroundings with_;
};

}  // namespace wharf::queue
