#pragma once
// What there is in the namespaces, as one shard has it: a value that changes are carried out on. Not synchronised.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "queue/core/queue_info.hpp"
#include "routing/core/policy.hpp"
#include "routing/core/routing_table.hpp"
#include "routing/shell/change.hpp"

namespace wharf::routing {

struct Namespace {
  RoutingTable routes;
  std::vector<std::shared_ptr<const queue::QueueInfo>> queues = {};  // by the routing table's number; null: no queue

  Policies policies = {};
  std::string default_queue_type = {};  // of who declares a queue without saying which; empty: classic

  std::shared_ptr<const queue::QueueInfo> queue(std::string_view name) const;
  /// What holds for a queue of this namespace as it was declared.
  queue::QueueSettings settings_of(const queue::QueueInfo& queue) const;
};

/// Policies of one namespace that changed: what they may concern is looked at again by Namespaces::follow, a part at a
/// time, since it is each name of the namespace. What is made meanwhile is made under the policies of then.
struct PolicyWalk {
  std::string name_space;
  std::vector<ActivePolicyPointer> changed;  // as they were, and as they are
  DestinationId next = 0;
  bool done = false;
};

/// What a change did to queues.
struct QueueChanges {
  std::vector<std::shared_ptr<const queue::QueueInfo>> gone = {};
  std::vector<std::shared_ptr<const queue::QueueInfo>> configured = {};  // other settings hold for them now
  std::vector<PolicyWalk> walks = {};                                    // one of a namespace
};

class Namespaces {
 public:
  /// With the default namespace. `hash_seed`: as RoutingTable wants it.
  explicit Namespaces(std::uint64_t hash_seed);

  /// nullptr: no such namespace. Valid until the namespace goes; its tables until something changes.
  const Namespace* find(std::string_view name) const;
  std::vector<std::string> names() const;

  /// An error: the change cannot be; nothing has changed.
  Result<QueueChanges> apply(const Change& change);
  /// The next `most` names of a walk. Queues for which other settings hold now.
  std::vector<std::shared_ptr<const queue::QueueInfo>> follow(PolicyWalk& walk, std::size_t most);

 private:
  Result<QueueChanges> carry_out(const NamespaceMade& made);
  Result<QueueChanges> carry_out(const NamespaceGone& gone);
  Result<QueueChanges> carry_out(const ExchangeMade& made);
  Result<QueueChanges> carry_out(const ExchangeGone& gone);
  Result<QueueChanges> carry_out(const QueueMade& made);
  Result<QueueChanges> carry_out(const QueueGone& gone);
  Result<QueueChanges> carry_out(const BindingMade& made);
  Result<QueueChanges> carry_out(const BindingGone& gone);
  Result<QueueChanges> carry_out(const LogTopicMade& made);
  Result<QueueChanges> carry_out(const LogTopicGone& gone);
  Result<QueueChanges> carry_out(const PolicySet& set);
  Result<QueueChanges> carry_out(const PolicyCleared& cleared);
  Result<Namespace*> known(std::string_view name);

  std::uint64_t hash_seed_;
  std::map<std::string, Namespace, std::less<>> by_name_;
};

/// kNotFound with RabbitMQ's sentence.
Error no_namespace(std::string_view name);

}  // namespace wharf::routing
