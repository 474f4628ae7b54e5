// How a change is carried out. What can be asked for is in authority_requests.cpp, how it begins in
// authority_start.cpp.
#include "routing/shell/authority.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "routing/core/refusals.hpp"

namespace wharf::routing {
namespace {

std::uint64_t hash_seed(runtime::Random& random) {
  std::uint64_t seed = 0;
  random.fill(std::as_writable_bytes(std::span(&seed, 1)));
  return seed;
}

}  // namespace

Authority::Authority(Surroundings with)
    : with_(std::move(with)),
      copies_(with_.shards, with_.hosts, hash_seed(*with_.random), *with_.logger),
      turns_(first()),
      tasks_(first()) {}

runtime::Task<void> Authority::close() {
  co_await tasks_.close();
  co_await forget_owed();  // by now the disk may take it
}

/// Three hops at most: to the first shard, to all others, and back from the last of them, which with two shards is the
/// asker itself.
runtime::Task<Result<Authority::Answer>> Authority::ask(runtime::Shard& here, Planner planner, Patience patience) {
  auto change = [this, planner = std::move(planner), patience](Reply reply) mutable {
    begin(std::move(planner), std::move(reply), patience);
  };
  Result<Answer> answer = co_await runtime::ask_on<Result<Answer>>(here, first(), std::move(change));
  co_return answer;
}

void Authority::begin(Planner planner, Reply reply, Patience patience) {
  if (tasks_.stopping()) return reply(fail(ErrorCode::kClosed, "the node is closing"));
  std::optional<Error> stuck = keeping_ ? with_.metadata->stuck() : std::nullopt;
  if (stuck && patience == Patience::kNone) return reply(fail(*stuck));
  tasks_.spawn("change-namespaces", work(std::move(planner), std::move(reply)));
}

runtime::Task<void> Authority::work(Planner planner, Reply reply) {
  runtime::Turns::Turn turn = co_await turns_.take();
  Result<Plan> plan = co_await decide(&planner);
  if (plan) {
    make_true(std::move(*plan), std::move(reply));
  } else {
    reply(fail(plan.error()));
  }
  being_kept_.clear();
}

/// What is to be made true, and is kept.
runtime::Task<Result<Plan>> Authority::decide(Planner* planner) {
  const std::uint64_t topic_changes = topic_changes_;
  Result<Plan> plan = (*planner)(copies_.first());
  if (!plan) co_return plan;
  bool is_conditional = plan->condition.unused || plan->condition.empty;
  QueuePointer going = is_conditional ? plan->queue : nullptr;
  if (going) {
    Result<void> met = co_await check(going, plan->condition);
    if (!met) plan = fail(met.error());
  }
  if (plan && topic_changes != topic_changes_)
    plan = (*planner)(copies_.first());  // topics went while the queue was looked at
  if (plan) {
    if (Result<void> free = check_topics_under_way(*plan); !free) plan = fail(free.error());
  }
  if (plan && !plan->definitions.empty()) {
    const std::uint64_t planned_at = topic_changes_;
    being_kept_ = plan->changes;
    Result<void> kept = co_await keep(plan->definitions, plan->emptied);
    if (!kept && plan->goes_anyway) {
      forget_later(plan->definitions);
    } else if (!kept) {
      plan = fail(kept.error());
    }
    if (plan && planned_at != topic_changes_) plan = plan_again(planner, *plan);
  }
  if (!plan && going) co_await let_go_on(going);
  co_return plan;
}

/// No queue is made of a name that a topic is about to have.
Result<void> Authority::check_topics_under_way(const Plan& plan) const {
  for (const Change& change : plan.changes) {
    const auto* made = std::get_if<QueueMade>(&change);
    if (made == nullptr) continue;
    auto topic = with_.metadata->planned().find(made->queue->name_space, made->queue->name);
    if (topic && !topic->internal) return fail(is_of_other_type(*made->queue, made->queue->type, "stream"));
  }
  return {};
}

/// Nothing comes to the queue after it was looked at.
runtime::Task<Result<void>> Authority::check(QueuePointer queue, QueueCondition condition) {
  auto freeze = [this, ref = queue->ref] { return copies_.host(ref.shard).freeze(ref.id); };
  queue::QueueCounts counts = co_await runtime::call_on(first(), copies_.shard(queue->ref.shard), std::move(freeze));
  std::string told = resource(DestinationKind::kQueue, queue->name, queue->name_space);
  if (condition.unused && counts.consumers > 0) co_return fail(ErrorCode::kPreconditionFailed, told + " in use");
  if (condition.empty && counts.ready + counts.unsettled > 0) {
    co_return fail(ErrorCode::kPreconditionFailed, told + " not empty");
  }
  co_return Result<void>();
}

runtime::Task<void> Authority::let_go_on(QueuePointer queue) {
  auto thaw = [this, ref = queue->ref] { copies_.host(ref.shard).thaw(ref.id); };
  co_await runtime::call_on(first(), copies_.shard(queue->ref.shard), std::move(thaw));
}

runtime::Task<Result<void>> Authority::keep(std::vector<cluster::Definition> definitions,
                                            std::optional<std::string> emptied) {
  std::vector<cluster::Definition> owed = std::exchange(owed_, {});
  std::vector<cluster::Definition> all = owed;
  std::ranges::move(definitions, std::back_inserter(all));
  keeping_ = true;
  Result<void> kept = co_await with_.metadata->define(std::move(all), std::move(emptied));
  keeping_ = false;
  if (!kept) owed_.insert(owed_.begin(), owed.begin(), owed.end());
  co_return kept;
}

/// Topics went while the plan was being written, and bindings and exchanges with them: what does not fit any more is
/// taken back, what more goes is forgotten too.
Result<Plan> Authority::plan_again(Planner* planner, const Plan& kept) {
  Result<Plan> plan = (*planner)(copies_.first());
  std::vector<cluster::Definition> gone;
  if (plan && !plan->changes.empty()) {
    std::ranges::copy_if(plan->definitions, std::back_inserter(gone), [](const auto& one) { return !one.value; });
  } else {
    for (const cluster::Definition& one : kept.definitions) gone.push_back({one.key, std::nullopt});
  }
  if (!gone.empty()) forget_later(std::move(gone));
  return plan;
}

/// What is being written counts already: it is made true whatever topics come meanwhile.
Result<void> Authority::check_new_topic(const std::string& name_space, const std::string& name) const {
  const Namespace* in = copies_.first().find(name_space);
  QueuePointer queue = in != nullptr ? in->queue(name) : nullptr;
  for (const Change& change : being_kept_) {
    if (const auto* gone = std::get_if<NamespaceGone>(&change); gone && gone->name == name_space) in = nullptr;
    const auto* made = std::get_if<QueueMade>(&change);
    if (made && made->queue->name_space == name_space && made->queue->name == name) queue = made->queue;
  }
  if (in == nullptr) return fail(no_namespace(name_space));
  if (!queue) return {};
  return fail(is_of_other_type(*queue, "stream", queue->type));
}

void Authority::make_true(Plan plan, Reply reply) {
  if (plan.changes.empty()) return reply(Answer{std::move(plan)});
  auto planned = std::make_shared<const Plan>(std::move(plan));
  auto known = [planned, reply = std::move(reply)](std::uint64_t messages) mutable {
    reply(Answer{*planned, messages});
  };
  Copies::Queues gone = copies_.apply(planned->changes, std::move(known));
  note(*planned, gone);
}

/// The first shard's lists by id and by connection.
void Authority::note(const Plan& plan, const Copies::Queues& gone) {
  for (const std::shared_ptr<const queue::QueueInfo>& queue : gone) {
    queues_.erase(queue->ref.id);
    if (!queue->exclusive) continue;
    auto owned = exclusive_.find(*queue->exclusive);
    if (owned == exclusive_.end()) continue;
    owned->second.erase(queue->ref.id);
    if (owned->second.empty()) exclusive_.erase(owned);
  }
  for (const Change& change : plan.changes) {
    const auto* made = std::get_if<QueueMade>(&change);
    if (made == nullptr) continue;
    queues_.emplace(made->queue->ref.id, made->queue);
    if (made->queue->exclusive) exclusive_[*made->queue->exclusive].emplace(made->queue->ref.id, made->queue);
  }
}

/// It is gone already, whether that can be written now or not.
void Authority::forget_later(std::vector<cluster::Definition> definitions) {
  std::ranges::move(definitions, std::back_inserter(owed_));
  tasks_.spawn("forget-definitions", forget_owed());
}

runtime::Task<void> Authority::forget_owed() {
  runtime::Turns::Turn turn = co_await turns_.take();
  if (owed_.empty()) co_return;
  Result<void> kept = co_await keep({});
  if (!kept) with_.logger->warn("something that is gone is still stored", {{"reason", kept.error().message}});
}

}  // namespace wharf::routing
