#pragma once
// One partition of the offsets log and the coordinator core of the groups in it. Touched by the partition's shard only.
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

#include "groups/shell/coordinators.hpp"
#include "log/partition_log.hpp"
#include "runtime/signal.hpp"
#include "runtime/task_scope.hpp"

namespace wharf::groups {

class PartitionCoordinator {
 public:
  using Answered = std::move_only_function<void(Response)>;

  PartitionCoordinator(PartitionId partition, Coordinators::Owner owner, const Coordinators::Options& options,
                       TopicData& topics, runtime::Logger& logger);

  runtime::Shard& shard() { return *owner_.shard; }
  const GroupCoordinator& core() const { return core_; }

  runtime::Task<Result<void>> open();
  /// What is parked is answered kNotCoordinator, and so is what is asked from here on.
  void resign();
  runtime::Task<void> close();
  /// Puts the event to the core with a token of its own; `answered` gets the reply, perhaps before this returns.
  void ask(Event event, Answered answered);
  /// An event without a reply.
  void tell(Event event);
  /// Calls back when what the group has on its way to the log is decided, now if there is nothing: who committed and
  /// looks sees what it committed. After some seconds of a disk that refuses it is called all the same.
  void look_behind_writes(const std::string& group_id, runtime::Job look);

 private:
  Now now() const { return {owner_.shard->now(), owner_.shard->clock().wall_now()}; }
  struct Looker {
    std::uint64_t serial = 0;
    AppendId behind;
    runtime::Job look;
    runtime::Timers::Handle timer;
  };
  void let_look(std::uint64_t serial);
  void note_decided(AppendId id);
  void carry_out(Actions actions);
  void write(Append append);
  Result<log::Appended> append_to_log(Append append);
  void arm();
  runtime::Task<void> expire_offsets();
  runtime::Task<void> expire_round();

  PartitionId partition_;
  Coordinators::Owner owner_;
  Nanoseconds expiry_interval_;
  TopicData& topics_;
  runtime::Logger& logger_;
  GroupCoordinator core_;
  bool resigned_ = false;
  std::uint64_t next_token_ = 1;
  std::unordered_map<RequestToken, Answered> waiting_;
  AppendId last_written_;
  std::uint64_t next_looker_ = 1;
  std::deque<Looker> lookers_;  // in the order of the appends that they wait for
  std::optional<runtime::Timers::Handle> timer_;
  runtime::Signal stopping_;
  runtime::TaskScope tasks_;
};

}  // namespace wharf::groups
