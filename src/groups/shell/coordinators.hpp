#pragma once
// The group coordinators of a node: which partition of the offsets log holds a group, which shard that partition is on,
// and one coordinator core per partition there. Requests hop to the owner and are answered back here.
#include <memory>
#include <string>
#include <vector>

#include "groups/core/coordinator.hpp"
#include "model/ids.hpp"
#include "runtime/logger.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::cluster {
class ShardLogs;
}

namespace wharf::groups {

/// The name under which Kafka's tools know the log of groups and their offsets.
inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

/// Java's String.hashCode of the id, sign bit cleared, modulo. Kafka takes the absolute value: for half of all ids its
/// tools compute another one. What is on disk lies where this says.
std::int32_t offsets_partition_of(std::string_view group_id, std::int32_t partitions);

class PartitionCoordinator;

/// Answers, from any shard, what one may ask about a topic's data: see GroupCoordinator::expiry_round.
struct TopicData {
  virtual ~TopicData() = default;
  /// Of `offsets`, those that lead to no data of a topic that is there.
  virtual runtime::Task<std::vector<ExpiredOffset>> without_data(runtime::Shard& here,
                                                                 std::vector<ExpiredOffset> offsets) = 0;
};

class Coordinators {
 public:
  struct Owner {
    runtime::Shard* shard = nullptr;
    cluster::ShardLogs* logs = nullptr;
  };
  struct Options {
    GroupSettings settings;
    Nanoseconds expiry_interval = std::chrono::minutes(10);
  };

  /// `owners[i]` has partition i of the offsets topic. All outlive this.
  Coordinators(TopicId offsets_topic, std::vector<Owner> owners, Options options, TopicData& topics,
               runtime::Logger& logger);
  ~Coordinators();

  /// Reads every partition of the offsets log and starts the coordinators.
  runtime::Task<Result<void>> open(runtime::Shard& here);
  /// Before the doors close, which wait for their requests: a member that waits for others to join is answered now. May
  /// be called from any thread.
  void resign();
  /// Answers what is parked, ends the tasks. Before the logs close.
  runtime::Task<void> close(runtime::Shard& here);

  /// Any request with a token and a group id; the token is the coordinator's to fill in.
  template <class Answer, class Request>
  runtime::Task<Answer> ask(runtime::Shard& here, Request request);

  runtime::Task<std::optional<DescribedGroup>> describe(runtime::Shard& here, std::string group_id);
  runtime::Task<std::vector<ListedGroup>> list(runtime::Shard& here, ListFilter filter);
  /// These two see what was committed before they were asked, though it may not be on disk yet: Kafka serves a
  /// connection in order.
  runtime::Task<std::vector<FetchedTopic>> fetch_offsets(runtime::Shard& here, std::string group_id,
                                                         std::vector<OffsetsToFetch> topics);
  runtime::Task<std::vector<FetchedTopic>> fetch_all_offsets(runtime::Shard& here, std::string group_id);
  runtime::Task<std::vector<RebalanceEntry>> history(runtime::Shard& here, std::string group_id);
  /// Commits on a topic that is gone are forgotten.
  runtime::Task<void> topic_deleted(runtime::Shard& here, std::string topic, TopicId topic_id);

 private:
  PartitionCoordinator& coordinator_of(std::string_view group_id);
  using Look = std::move_only_function<std::vector<FetchedTopic>(const GroupCoordinator&)>;
  runtime::Task<std::vector<FetchedTopic>> look_behind_writes(runtime::Shard& here, std::string group_id, Look look);
  runtime::Task<Response> ask_any(runtime::Shard& here, std::string group_id, Event event);

  std::vector<std::unique_ptr<PartitionCoordinator>> coordinators_;
};

template <class Answer, class Request>
runtime::Task<Answer> Coordinators::ask(runtime::Shard& here, Request request) {
  std::string group_id = request.group_id;
  Response response = co_await ask_any(here, std::move(group_id), Event(std::move(request)));
  co_return std::get<Answer>(std::move(response));
}

}  // namespace wharf::groups
