#pragma once
// What there is in each namespace (exchanges, queues, bindings), decided in one place: the first shard, one change
// after the other. What is to survive a restart is written to the metadata log before anybody sees it; then every shard
// takes the change over; then it is answered. A change that is refused leaves nothing behind; one that meets a failing
// disk is answered when the disk is back, as it may be written until then.
//
// A new queue is opened on its shard before it is declared, so that whoever finds it can use it. A crash between the
// two leaves logs of a queue that nothing names.
//
// Calls come from any shard and name it; the tables are read on the calling shard itself.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cluster/metadata/metadata_store.hpp"
#include "cluster/metadata/topic_table.hpp"
#include "model/error.hpp"
#include "queue/core/queue_info.hpp"
#include "routing/shell/copies.hpp"
#include "routing/shell/plan.hpp"
#include "runtime/logger.hpp"
#include "runtime/random.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"
#include "runtime/turns.hpp"

namespace wharf::routing {

struct DeclaredQueue {
  std::shared_ptr<const queue::QueueInfo> queue;  // the one that was there, where one was
  bool created = false;
};

class Authority {
 public:
  /// All of it outlives the authority.
  struct Surroundings {
    std::vector<runtime::Shard*> shards;
    std::vector<QueueHost*> hosts;  // one for each shard
    /// The shard of a queue: the same at every start.
    std::function<ShardIndex(TopicId)> owner;
    cluster::MetadataStore* metadata = nullptr;  // of the first shard
    runtime::Random* random = nullptr;
    runtime::Logger* logger = nullptr;
  };

  explicit Authority(Surroundings with);

  /// On the first shard, before anything else: takes over what was stored and opens its queues.
  runtime::Task<void> open(cluster::TopicTable::Pointer topics);
  /// On the first shard, before the metadata store stops: changes asked for from now on are kClosed.
  runtime::Task<void> close();

  /// The calling shard's own copy.
  const Namespaces& namespaces(const runtime::Shard& here) const { return copies_.at(here); }

  /// `queue` as it was asked for: id and shard are chosen here.
  runtime::Task<Result<DeclaredQueue>> declare_queue(runtime::Shard& here, queue::QueueInfo queue);
  /// Many, kept together: all of them that are not there, or none.
  runtime::Task<Result<void>> declare_queues(runtime::Shard& here, std::vector<queue::QueueInfo> queues);
  /// The messages that went with it; 0: it was not there.
  runtime::Task<Result<std::uint64_t>> delete_queue(runtime::Shard& here, std::string name_space, std::string name,
                                                    QueueCondition condition);
  /// After the connection's last declaration was answered.
  runtime::Task<void> delete_exclusive(runtime::Shard& here, queue::ConnectionId owner);
  /// From any shard: this queue's time has come, unless it has consumers: an auto_delete queue has lost its last one,
  /// or nobody used it for as long as its settings say. Returns at once; what cannot be written is logged, and may be
  /// asked for again.
  void queue_unused(TopicId id);
  /// The same, and returns when it is gone on every shard, or kept.
  runtime::Task<void> delete_unused(runtime::Shard& here, TopicId id);

  /// True: new.
  runtime::Task<Result<bool>> declare_exchange(runtime::Shard& here, std::string name_space, Exchange exchange);
  runtime::Task<Result<void>> delete_exchange(runtime::Shard& here, std::string name_space, std::string name,
                                              bool if_unused);
  runtime::Task<Result<void>> bind(runtime::Shard& here, std::string name_space, Binding binding);
  /// Many, kept together: all of them, or none.
  runtime::Task<Result<void>> bind_all(runtime::Shard& here, std::string name_space, std::vector<Binding> bindings);
  runtime::Task<Result<void>> unbind(runtime::Shard& here, std::string name_space, Binding binding);

  /// True: new; false: there was one of its name. What it says holds for what is there already, too, when this returns.
  runtime::Task<Result<bool>> set_policy(runtime::Shard& here, PolicyKind kind, std::string name_space, Policy policy);
  runtime::Task<Result<void>> clear_policy(runtime::Shard& here, PolicyKind kind, std::string name_space,
                                           std::string name);

  runtime::Task<Result<void>> create_namespace(runtime::Shard& here, std::string name);
  runtime::Task<Result<void>> set_default_queue_type(runtime::Shard& here, std::string name, std::string type);
  runtime::Task<Result<void>> delete_namespace(runtime::Shard& here, std::string name);

  /// On the first shard, at every change of the topics: those that are not internal are destinations of their
  /// namespace. Returns when every shard has them; waits for no other change.
  runtime::Task<void> adopt_topics(cluster::TopicTable::Pointer topics);
  /// On the first shard, where a topic's making is decided: whether its namespace, which is not the default one, is
  /// there and stays, and no queue has its name. kNotFound; kPreconditionFailed.
  Result<void> check_new_topic(const std::string& name_space, const std::string& name) const;

 private:
  /// Called a second time when the topics changed in between.
  using Planner = std::move_only_function<Result<Plan>(const Namespaces&)>;
  using QueuePointer = std::shared_ptr<const queue::QueueInfo>;
  struct Answer {
    Plan plan;
    std::uint64_t messages = 0;
  };
  using Reply = std::move_only_function<void(Result<Answer>)>;
  Planner plan_unused(TopicId id);
  void told_unused(const Result<Answer>& answer);

  runtime::Shard& first() { return *with_.shards.front(); }
  using Patience = cluster::Patience;
  runtime::Task<Result<Answer>> ask(runtime::Shard& here, Planner planner, Patience patience = Patience::kNone);
  void begin(Planner planner, Reply reply, Patience patience = Patience::kNone);
  runtime::Task<void> work(Planner planner, Reply reply);
  runtime::Task<Result<Plan>> decide(Planner* planner);
  Result<void> check_topics_under_way(const Plan& plan) const;
  runtime::Task<Result<void>> check(QueuePointer queue, QueueCondition condition);
  runtime::Task<void> let_go_on(QueuePointer queue);
  runtime::Task<Result<void>> keep(std::vector<cluster::Definition> definitions,
                                   std::optional<std::string> emptied = std::nullopt);
  Result<Plan> plan_again(Planner* planner, const Plan& kept);
  void make_true(Plan plan, Reply reply);
  void note(const Plan& plan, const Copies::Queues& gone);
  void forget_later(std::vector<cluster::Definition> definitions);
  runtime::Task<void> forget_owed();
  runtime::Task<Result<void>> open_queue(runtime::Shard& here, QueuePointer queue);
  runtime::Task<void> close_queue(runtime::Shard& here, QueuePointer queue);
  queue::QueueRef new_ref(const runtime::Shard& here, const queue::QueueInfo& queue);
  std::vector<Change> stored_changes(const cluster::TopicTable& topics);

  Surroundings with_;
  Copies copies_;
  // Of the first shard.
  runtime::Turns turns_;
  bool keeping_ = false;            // whoever has the turn waits for the metadata log
  std::vector<Change> being_kept_;  // and these are made true when it has them
  std::unordered_map<TopicId, std::shared_ptr<const queue::QueueInfo>> queues_;
  std::unordered_map<queue::ConnectionId, std::unordered_map<TopicId, std::shared_ptr<const queue::QueueInfo>>>
      exclusive_;
  cluster::TopicTable::Pointer topics_;  // null: not open yet
  std::uint64_t topic_changes_ = 0;
  std::vector<cluster::Definition> owed_;  // of what is gone already: written before the next definitions
  runtime::TaskScope tasks_;
};

}  // namespace wharf::routing
