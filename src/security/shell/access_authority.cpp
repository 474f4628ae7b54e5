// How a change is carried out, and what can be asked for. How it begins is in access_authority_start.cpp.
#include "security/shell/access_authority.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "security/core/stored_definition.hpp"

namespace wharf::security {

AccessAuthority::AccessAuthority(Surroundings with) : with_(std::move(with)), turns_(first()), tasks_(first()) {
  for (runtime::Shard* shard : with_.shards) {
    copies_.push_back(std::unique_ptr<Copy>(new Copy{*shard, AccessTable(with_.loopback_users)}));
  }
}

runtime::Task<void> AccessAuthority::close() {
  co_await tasks_.close();
}

runtime::Task<Result<void>> AccessAuthority::ask(runtime::Shard& here, Planner planner, Patience patience) {
  auto change = [this, planner = std::move(planner), patience](Reply reply) mutable {
    if (tasks_.stopping()) return reply(fail(ErrorCode::kClosed, "the node is closing"));
    std::optional<Error> stuck = keeping_ ? with_.metadata->stuck() : std::nullopt;
    if (stuck && patience == Patience::kNone) return reply(fail(*stuck));
    tasks_.spawn("change-access", work(std::move(planner), std::move(reply)));
  };
  Result<void> outcome = co_await runtime::ask_on<Result<void>>(here, first(), std::move(change));
  co_return outcome;
}

runtime::Task<void> AccessAuthority::work(Planner planner, Reply reply) {
  Result<void> outcome = co_await carry_out(std::move(planner));
  reply(std::move(outcome));
}

runtime::Task<Result<void>> AccessAuthority::carry_out(Planner planner) {
  runtime::Turns::Turn turn = co_await turns_.take();
  Result<Plan> plan = planner(copies_.front()->table);
  if (!plan) co_return fail(plan.error());
  for (const Definition& definition : plan->definitions) {
    // A table of its own says whether it can be applied, patterns compiled and all, before anything is written.
    if (Result<void> possible = AccessTable().apply(definition); !possible) co_return possible;
  }
  Result<void> kept = co_await keep(&plan->definitions);
  if (kept || plan->goes_anyway) co_await spread(&plan->definitions);
  if (!kept && plan->goes_anyway) {
    for (const Definition& one : plan->definitions) {
      StoredDefinition stored = encode(one);
      owed_.push_back({std::move(stored.key), std::move(stored.value)});
    }
  }
  co_return kept;
}

/// With what is owed, before it: all of it, or none.
runtime::Task<Result<void>> AccessAuthority::keep(const std::vector<Definition>* definitions) {
  std::vector<cluster::Definition> all = owed_;
  for (const Definition& one : *definitions) {
    StoredDefinition stored = encode(one);
    all.push_back({std::move(stored.key), std::move(stored.value)});
  }
  if (all.empty()) co_return Result<void>();
  keeping_ = true;
  Result<void> kept = co_await with_.metadata->define(std::move(all));
  keeping_ = false;
  if (kept) owed_.clear();  // only whoever has the turn adds to them
  co_return kept;
}

runtime::Task<void> AccessAuthority::spread(const std::vector<Definition>* definitions) {
  for (const auto& each : copies_) {
    Copy* copy = each.get();
    auto apply = [copy, definitions] {
      for (const Definition& one : *definitions) {
        Result<void> applied = copy->table.apply(one);
        WHARF_ASSERT(applied.has_value());  // it was tried before
      }
    };
    co_await runtime::call_on(first(), copy->shard, std::move(apply));
  }
}

Result<void> AccessAuthority::check_known(const AccessTable& now, std::string_view user,
                                          std::string_view name_space) const {
  if (!now.find_user(user)) return fail(ErrorCode::kNotFound, fmt::format("user '{}' does not exist", user));
  if (!with_.has_namespace(name_space)) {
    return fail(ErrorCode::kNotFound, fmt::format("vhost '{}' does not exist", name_space));
  }
  return {};
}

// --- what can be asked for

runtime::Task<Result<void>> AccessAuthority::put_user(runtime::Shard& here, User user) {
  Planner planner = [user = std::move(user)](const AccessTable&) -> Result<Plan> { return Plan{{user}}; };
  Result<void> done = co_await ask(here, std::move(planner));
  co_return done;
}

runtime::Task<Result<void>> AccessAuthority::delete_user(runtime::Shard& here, std::string name) {
  Planner planner = [name = std::move(name)](const AccessTable& now) -> Result<Plan> {
    if (!now.find_user(name)) return fail(ErrorCode::kNotFound, fmt::format("user '{}' does not exist", name));
    return Plan{now.removal_of_user(name)};
  };
  Result<void> done = co_await ask(here, std::move(planner));
  co_return done;
}

runtime::Task<Result<void>> AccessAuthority::set(runtime::Shard& here, std::string user, std::string name_space,
                                                 Definition rights) {
  Planner planner = [this, user = std::move(user), name_space = std::move(name_space),
                     rights = std::move(rights)](const AccessTable& now) -> Result<Plan> {
    Result<void> known = check_known(now, user, name_space);
    if (!known) return fail(known.error());
    return Plan{{rights}};
  };
  Result<void> done = co_await ask(here, std::move(planner));
  co_return done;
}

runtime::Task<Result<void>> AccessAuthority::set_permission(runtime::Shard& here, Permission permission) {
  return set(here, permission.user, permission.name_space, permission);
}

runtime::Task<Result<void>> AccessAuthority::set_topic_permission(runtime::Shard& here, TopicPermission permission) {
  return set(here, permission.user, permission.name_space, permission);
}

runtime::Task<Result<void>> AccessAuthority::clear_permission(runtime::Shard& here, PermissionRemoved which) {
  Planner planner = [this, which = std::move(which)](const AccessTable& now) -> Result<Plan> {
    Result<void> known = check_known(now, which.user, which.name_space);
    if (!known) return fail(known.error());
    std::shared_ptr<const NamespaceAccess> access = now.access(which.user, which.name_space);
    if (!access || !access->resources) return Plan{};
    return Plan{{which}};
  };
  Result<void> done = co_await ask(here, std::move(planner));
  co_return done;
}

runtime::Task<Result<void>> AccessAuthority::clear_topic_permission(runtime::Shard& here,
                                                                    TopicPermissionRemoved which) {
  Planner planner = [this, which = std::move(which)](const AccessTable& now) -> Result<Plan> {
    Result<void> known = check_known(now, which.user, which.name_space);
    if (!known) return fail(known.error());
    std::shared_ptr<const NamespaceAccess> access = now.access(which.user, which.name_space);
    if (!access || !access->topics.contains(which.exchange)) return Plan{};
    return Plan{{which}};
  };
  Result<void> done = co_await ask(here, std::move(planner));
  co_return done;
}

runtime::Task<Result<void>> AccessAuthority::forget_namespace(runtime::Shard& here, std::string name_space) {
  Planner planner = [this, name_space = std::move(name_space)](const AccessTable& now) -> Result<Plan> {
    if (with_.has_namespace(name_space)) return Plan{};
    return Plan{now.removal_of_namespace(name_space), true};
  };
  Result<void> done = co_await ask(here, std::move(planner), Patience::kUntilDone);
  co_return done;
}

}  // namespace wharf::security
