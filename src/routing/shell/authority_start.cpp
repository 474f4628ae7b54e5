// What the authority takes over: what was stored, and the log topics.
#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "routing/shell/authority.hpp"
#include "routing/shell/definitions.hpp"
#include "routing/shell/policy_definitions.hpp"

namespace wharf::routing {
namespace {

/// Those of `topics` that `others` does not have, or has as another topic of the same name.
std::vector<TopicName> names_not_in(const cluster::TopicTable& topics, const cluster::TopicTable& others) {
  std::vector<TopicName> names;
  for (const auto& topic : topics.all()) {
    if (!topic->internal && !others.find(topic->id)) names.emplace_back(topic->name_space, topic->name);
  }
  return names;
}

/// Those that bindings lead to.
std::set<TopicName> missing_topics(const std::vector<Change>& changes, const cluster::TopicTable& topics) {
  std::set<TopicName> missing;
  for (const Change& change : changes) {
    const auto* made = std::get_if<BindingMade>(&change);
    if (made == nullptr || made->binding.destination.kind != DestinationKind::kLogTopic) continue;
    const std::string& name = made->binding.destination.name;
    std::shared_ptr<const cluster::Topic> topic = topics.find(made->name_space, name);
    if (!topic || topic->internal) missing.emplace(made->name_space, name);
  }
  return missing;
}

std::vector<Change> made(const std::set<TopicName>& topics) {
  std::vector<Change> changes;
  for (const auto& [name_space, name] : topics) changes.emplace_back(LogTopicMade{name_space, name});
  return changes;
}

class Reading {
 public:
  Reading(cluster::MetadataStore& metadata, runtime::Logger& logger) : metadata_(metadata), logger_(logger) {}

  template <class Read, class Take>
  void each(std::string_view kind, Read read, Take take) {
    for (const cluster::Definition& definition : metadata_.take_definitions(kind)) {
      auto found = read(definition);
      if (found) {
        take(std::move(*found));
      } else {
        logger_.error("passed over a definition", {{"key", definition.key}, {"reason", found.error().message}});
      }
    }
  }

 private:
  cluster::MetadataStore& metadata_;
  runtime::Logger& logger_;
};

struct StoredActivePolicy {
  std::string name_space;
  ActivePolicyPointer policy;
};

Result<StoredActivePolicy> read_active_policy(const cluster::Definition& definition) {
  Result<StoredPolicy> stored = read_policy(definition);
  if (!stored) return fail(stored.error());
  Result<ActivePolicyPointer> active = active_policy(std::move(stored->policy));
  if (!active) return fail(active.error());
  return StoredActivePolicy{std::move(stored->name_space), std::move(*active)};
}

}  // namespace

/// Namespaces first, policies before what they apply to, ends before bindings, whatever the order in which they were
/// written.
std::vector<Change> Authority::stored_changes(const cluster::TopicTable& topics) {
  std::vector<Change> changes;
  Reading reading(*with_.metadata, *with_.logger);
  reading.each(kNamespaceKind, read_namespace, [&](NamespaceMade made) { changes.emplace_back(std::move(made)); });
  for (auto& [name_space, name] : names_not_in(topics, {})) {
    changes.emplace_back(LogTopicMade{std::move(name_space), std::move(name)});
  }
  for (PolicyKind kind : {PolicyKind::kPolicy, PolicyKind::kOperatorPolicy}) {
    reading.each(definition_kind(kind), read_active_policy, [&](StoredActivePolicy stored) {
      changes.emplace_back(PolicySet{std::move(stored.name_space), kind, std::move(stored.policy)});
    });
  }
  reading.each(kExchangeKind, read_exchange, [&](StoredExchange stored) {
    changes.emplace_back(ExchangeMade{std::move(stored.name_space), std::move(stored.exchange)});
  });
  reading.each(kQueueKind, read_queue, [&](queue::QueueInfo queue) {
    queue.ref.shard = with_.owner(queue.ref.id);
    changes.emplace_back(QueueMade{std::make_shared<const queue::QueueInfo>(std::move(queue))});
  });
  reading.each(kBindingKind, read_binding, [&](StoredBinding stored) {
    changes.emplace_back(BindingMade{std::move(stored.name_space), std::move(stored.binding)});
  });
  return changes;
}

runtime::Task<void> Authority::open(cluster::TopicTable::Pointer topics) {
  std::vector<Change> changes = stored_changes(*topics);
  // Topics that went before the node could forget what goes with them: they come and go once more.
  std::set<TopicName> gone = missing_topics(changes, *topics);
  std::vector<Change> once_more = made(gone);
  auto bindings =
      std::ranges::find_if(changes, [](const Change& one) { return std::holds_alternative<BindingMade>(one); });
  changes.insert(bindings, once_more.begin(), once_more.end());
  co_await copies_.load(&changes);
  Plan plan = plan_topics(copies_.first(), {gone.begin(), gone.end()}, {});
  owed_ = std::move(plan.definitions);
  co_await copies_.load(&plan.changes);
  for (const Change& change : changes) {
    const auto* made = std::get_if<QueueMade>(&change);
    if (made != nullptr && copies_.first().find(made->queue->name_space))
      queues_.emplace(made->queue->ref.id, made->queue);
  }
  topics_ = std::move(topics);
}

runtime::Task<void> Authority::adopt_topics(cluster::TopicTable::Pointer topics) {
  if (!topics_) co_return;
  cluster::TopicTable::Pointer old = std::exchange(topics_, topics);
  Plan plan = plan_topics(copies_.first(), names_not_in(*old, *topics), names_not_in(*topics, *old));
  if (plan.changes.empty()) co_return;
  ++topic_changes_;
  if (!plan.definitions.empty()) forget_later(std::move(plan.definitions));
  auto start = [this, changes = std::move(plan.changes)](runtime::Resume<bool> resume) mutable {
    auto known = [this, resume = std::move(resume)](std::uint64_t) mutable {
      first().post([resume = std::move(resume)]() mutable { std::move(resume)(true); });
    };
    copies_.apply(std::move(changes), std::move(known));
  };
  [[maybe_unused]] bool known = co_await runtime::suspend<bool>(std::move(start));
}

}  // namespace wharf::routing
