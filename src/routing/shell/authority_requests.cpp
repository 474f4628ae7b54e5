#include <set>
#include <utility>

#include "routing/shell/authority.hpp"
#include "routing/shell/policy_definitions.hpp"

namespace wharf::routing {
namespace {

Result<void> done(const auto& answer) {
  if (!answer) return fail(answer.error());
  return {};
}

}  // namespace

/// An exclusive queue lives where its only user is; others are spread by chance.
queue::QueueRef Authority::new_ref(const runtime::Shard& here, const queue::QueueInfo& queue) {
  TopicId id = with_.random->uuid();
  for (int tries = 0; queue.exclusive && with_.owner(id) != here.index() && tries < 255; ++tries) ++id.bytes[15];
  return {id, with_.owner(id)};
}

runtime::Task<Result<DeclaredQueue>> Authority::declare_queue(runtime::Shard& here, queue::QueueInfo queue) {
  const Namespace* in = copies_.at(here).find(queue.name_space);
  if (in == nullptr) co_return fail(no_namespace(queue.name_space));
  if (std::shared_ptr<const queue::QueueInfo> there = in->queue(queue.name)) co_return DeclaredQueue{there, false};

  queue.ref = new_ref(here, queue);
  queue.settings = in->settings_of(queue);
  auto made = std::make_shared<const queue::QueueInfo>(std::move(queue));
  Result<void> opened = co_await open_queue(here, made);
  if (!opened) co_return fail(opened.error());

  Planner planner = [made](const Namespaces& now) { return plan_declare_queue(now, made); };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  if (answer && answer->plan.queue == made) co_return DeclaredQueue{made, true};
  co_await close_queue(here, made);
  if (!answer) co_return fail(answer.error());
  co_return DeclaredQueue{answer->plan.queue, false};
}

runtime::Task<Result<void>> Authority::open_queue(runtime::Shard& here, QueuePointer queue) {
  auto open = [this, queue] { return copies_.host(queue->ref.shard).open(queue); };
  Result<void> opened = co_await runtime::call_on(here, copies_.shard(queue->ref.shard), std::move(open));
  co_return opened;
}

runtime::Task<void> Authority::close_queue(runtime::Shard& here, QueuePointer queue) {
  auto close = [this, queue] { copies_.host(queue->ref.shard).close(queue->ref.id); };
  co_await runtime::call_on(here, copies_.shard(queue->ref.shard), std::move(close));
}

runtime::Task<Result<void>> Authority::declare_queues(runtime::Shard& here, std::vector<queue::QueueInfo> queues) {
  std::vector<QueuePointer> opened;
  Result<void> outcome;
  for (queue::QueueInfo& queue : queues) {
    const Namespace* in = copies_.at(here).find(queue.name_space);
    if (in == nullptr) outcome = fail(no_namespace(queue.name_space));
    if (!outcome) break;
    if (in->queue(queue.name)) continue;
    queue.ref = new_ref(here, queue);
    queue.settings = in->settings_of(queue);
    opened.push_back(std::make_shared<const queue::QueueInfo>(std::move(queue)));
    outcome = co_await open_queue(here, opened.back());
    if (outcome) continue;
    opened.pop_back();
    break;
  }
  std::set<TopicId> made;
  if (outcome && !opened.empty()) {
    Planner planner = [opened](const Namespaces& now) { return plan_declare_queues(now, opened); };
    Result<Answer> answer = co_await ask(here, std::move(planner));
    outcome = done(answer);
    for (const Change& change : answer ? answer->plan.changes : std::vector<Change>()) {
      made.insert(std::get<QueueMade>(change).queue->ref.id);
    }
  }
  for (const QueuePointer& queue : opened) {
    if (!made.contains(queue->ref.id)) co_await close_queue(here, queue);
  }
  co_return outcome;
}

runtime::Task<Result<std::uint64_t>> Authority::delete_queue(runtime::Shard& here, std::string name_space,
                                                             std::string name, QueueCondition condition) {
  Planner planner = [name_space = std::move(name_space), name = std::move(name), condition](const Namespaces& now) {
    return plan_delete_queue(now, name_space, name, condition);
  };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  if (!answer) co_return fail(answer.error());
  co_return answer->messages;
}

runtime::Task<void> Authority::delete_exclusive(runtime::Shard& here, queue::ConnectionId owner) {
  Planner planner = [this, owner](const Namespaces& now) -> Result<Plan> {
    auto owned = exclusive_.find(owner);
    if (owned == exclusive_.end()) return Plan{};
    std::vector<std::shared_ptr<const queue::QueueInfo>> queues;
    for (const auto& [id, queue] : owned->second) queues.push_back(queue);
    Plan plan = plan_delete_queues(now, queues);
    plan.goes_anyway =
        true;  // the connection is gone; stored are at most exchanges that lose their last binding with it
    return plan;
  };
  std::ignore = co_await ask(here, std::move(planner), Patience::kUntilDone);
}

/// By its id: another of the same name is another queue.
Authority::Planner Authority::plan_unused(TopicId id) {
  return [this, id](const Namespaces& now) -> Result<Plan> {
    auto found = queues_.find(id);
    if (found == queues_.end()) return Plan{};
    return plan_delete_queue(now, found->second->name_space, found->second->name, {.unused = true});
  };
}

void Authority::told_unused(const Result<Answer>& answer) {
  if (answer || answer.error().code == ErrorCode::kPreconditionFailed || answer.error().code == ErrorCode::kClosed)
    return;
  with_.logger->warn("an unused queue could not be deleted", {{"reason", answer.error().message}});
}

void Authority::queue_unused(TopicId id) {
  Reply reply = [this](const Result<Answer>& answer) { told_unused(answer); };
  first().post([this, planner = plan_unused(id), reply = std::move(reply)]() mutable {
    begin(std::move(planner), std::move(reply));
  });
}

runtime::Task<void> Authority::delete_unused(runtime::Shard& here, TopicId id) {
  Result<Answer> answer = co_await ask(here, plan_unused(id));
  told_unused(answer);
}

runtime::Task<Result<bool>> Authority::declare_exchange(runtime::Shard& here, std::string name_space,
                                                        Exchange exchange) {
  auto planner = [name_space = std::move(name_space), exchange = std::move(exchange)](const Namespaces& now) {
    return plan_declare_exchange(now, name_space, exchange);
  };
  // What is there already is known here.
  Result<Plan> here_now = planner(copies_.at(here));
  if (here_now && here_now->changes.empty()) co_return false;
  Result<Answer> answer = co_await ask(here, std::move(planner));
  if (!answer) co_return fail(answer.error());
  co_return !answer->plan.changes.empty();
}

runtime::Task<Result<void>> Authority::delete_exchange(runtime::Shard& here, std::string name_space, std::string name,
                                                       bool if_unused) {
  Planner planner = [name_space = std::move(name_space), name = std::move(name), if_unused](const Namespaces& now) {
    return plan_delete_exchange(now, name_space, name, if_unused);
  };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

runtime::Task<Result<void>> Authority::bind(runtime::Shard& here, std::string name_space, Binding binding) {
  auto planner = [name_space = std::move(name_space), binding = std::move(binding)](const Namespaces& now) {
    return plan_bind(now, name_space, binding);
  };
  Result<Plan> here_now = planner(copies_.at(here));
  if (here_now && here_now->changes.empty()) co_return Result<void>();
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

runtime::Task<Result<void>> Authority::bind_all(runtime::Shard& here, std::string name_space,
                                                std::vector<Binding> bindings) {
  auto planner = [name_space = std::move(name_space), bindings = std::move(bindings)](const Namespaces& now) {
    return plan_bind_all(now, name_space, bindings);
  };
  Result<Plan> here_now = planner(copies_.at(here));
  if (here_now && here_now->changes.empty()) co_return Result<void>();
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

runtime::Task<Result<void>> Authority::unbind(runtime::Shard& here, std::string name_space, Binding binding) {
  Planner planner = [name_space = std::move(name_space), binding = std::move(binding)](const Namespaces& now) {
    return plan_unbind(now, name_space, binding);
  };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

runtime::Task<Result<bool>> Authority::set_policy(runtime::Shard& here, PolicyKind kind, std::string name_space,
                                                  Policy policy) {
  Result<ActivePolicyPointer> active = active_policy(std::move(policy));
  if (!active) co_return fail(active.error());
  Planner planner = [kind, name_space = std::move(name_space), active = *active](const Namespaces& now) {
    return plan_set_policy(now, kind, name_space, active);
  };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  if (!answer) co_return fail(answer.error());
  co_return !answer->plan.replaces;
}

runtime::Task<Result<void>> Authority::clear_policy(runtime::Shard& here, PolicyKind kind, std::string name_space,
                                                    std::string name) {
  Planner planner = [kind, name_space = std::move(name_space), name = std::move(name)](const Namespaces& now) {
    return plan_clear_policy(now, kind, name_space, name);
  };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

runtime::Task<Result<void>> Authority::create_namespace(runtime::Shard& here, std::string name) {
  // It has topics already only where the record of one of its name was lost with a damaged metadata log.
  Planner planner = [this, name = std::move(name)](const Namespaces& now) {
    std::vector<std::string> topics;
    for (const auto& [topic, found] : topics_->topics(name)) topics.push_back(topic);
    return plan_create_namespace(now, name, topics);
  };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

runtime::Task<Result<void>> Authority::set_default_queue_type(runtime::Shard& here, std::string name,
                                                              std::string type) {
  Planner planner = [name = std::move(name), type = std::move(type)](const Namespaces& now) {
    return plan_set_default_queue_type(now, name, type);
  };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

runtime::Task<Result<void>> Authority::delete_namespace(runtime::Shard& here, std::string name) {
  Planner planner = [name = std::move(name)](const Namespaces& now) { return plan_delete_namespace(now, name); };
  Result<Answer> answer = co_await ask(here, std::move(planner));
  co_return done(answer);
}

}  // namespace wharf::routing
