#include "broker/node/namespaces.hpp"

#include <utility>
#include <vector>

#include "runtime/task_scope.hpp"

namespace wharf::broker {
namespace {

runtime::Task<void> cancel(Delays* delays, runtime::Shard* here, ScheduledId id, Result<void>* outcome) {
  Result<void> cancelled = co_await delays->cancel(*here, id);
  if (!cancelled && cancelled.error().code != ErrorCode::kNotFound) *outcome = cancelled;
}

}  // namespace

runtime::Task<Result<void>> NodeNamespaces::on_first(runtime::Shard& here, Step step, std::string name) {
  Result<void> outcome;
  Result<void>* into = &outcome;
  auto work = [this, step, name = std::move(name), into]() mutable { return (this->*step)(std::move(name), into); };
  co_await runtime::await_on(here, *with_.first, std::move(work));
  co_return outcome;
}

runtime::Task<Result<void>> NodeNamespaces::create(runtime::Shard& here, std::string name) {
  return on_first(here, &NodeNamespaces::make, std::move(name));
}

runtime::Task<Result<void>> NodeNamespaces::remove(runtime::Shard& here, std::string name) {
  return on_first(here, &NodeNamespaces::end, std::move(name));
}

runtime::Task<void> NodeNamespaces::make(std::string name, Result<void>* outcome) {
  runtime::Turns::Turn turn = co_await turns_.take();
  if (with_.authority->namespaces(*with_.first).find(name) == nullptr) {
    *outcome = co_await with_.access->forget_namespace(*with_.first, name);
    if (*outcome) *outcome = co_await forget_left(name);
    if (!*outcome) co_return;
  }
  *outcome = co_await with_.authority->create_namespace(*with_.first, std::move(name));
}

runtime::Task<void> NodeNamespaces::end(std::string name, Result<void>* outcome) {
  runtime::Turns::Turn turn = co_await turns_.take();
  *outcome = co_await with_.authority->delete_namespace(*with_.first, name);
  if (!*outcome) co_return;
  Result<void> forgotten = co_await with_.access->forget_namespace(*with_.first, name);
  co_await with_.evictions->of_namespace(*with_.first, name);  // nobody signs in any more
  Result<void> left = co_await forget_left(name);
  if (forgotten) forgotten = std::move(left);
  if (forgotten) co_return;
  with_.logger->warn("not all that was in a deleted virtual host could be forgotten: the next of its name does that",
                     {{"vhost", name}, {"reason", forgotten.error().message}});
}

/// What its clients left: where the namespace is not there. A session that ends may have a message sent at once.
runtime::Task<Result<void>> NodeNamespaces::forget_left(std::string name) {
  co_await with_.sessions->end_namespace(*with_.first, name);
  Result<void> cancelled = co_await cancel_delayed(name);
  Result<void> cleared = co_await with_.retained->clear_namespace(*with_.first, std::move(name));
  co_return cancelled ? cleared : cancelled;
}

/// What waits to be sent from one of its exchanges; until it is cancelled it is sent nowhere.
runtime::Task<Result<void>> NodeNamespaces::cancel_delayed(std::string name) {
  Result<void> outcome;
  ScheduledQuery query{.after = {}, .limit = Delays::kMostListed, .name_space = std::move(name)};
  do {
    Result<ScheduledPage> page = co_await with_.delays->list(*with_.first, query);
    if (!page) co_return fail(page.error());
    runtime::TaskScope scope(*with_.first);
    for (const Scheduled& one : page->messages) {
      scope.spawn("cancel-delayed", cancel(with_.delays, with_.first, one.id, &outcome));
    }
    co_await scope.close();
    query.after = page->next;
  } while (outcome && query.after);
  co_return outcome;
}

}  // namespace wharf::broker
