#pragma once
// One change of what the namespaces hold. Every shard carries out the same changes in the same order, so that all have
// the same namespaces.
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "model/default_namespace.hpp"
#include "queue/core/queue_info.hpp"
#include "routing/core/exchange.hpp"
#include "routing/core/policy.hpp"

namespace wharf::routing {

struct NamespaceMade {  // or, if it is there, told anew
  std::string name;
  std::string default_queue_type = {};  // empty: classic
};
struct NamespaceGone {
  std::string name;
};
struct ExchangeMade {
  std::string name_space;
  Exchange exchange;
};
struct ExchangeGone {
  std::string name_space, name;
};
struct QueueMade {
  std::shared_ptr<const queue::QueueInfo> queue;
};
struct QueueGone {
  std::shared_ptr<const queue::QueueInfo> queue;
};
struct BindingMade {
  std::string name_space;
  Binding binding;
};
struct BindingGone {
  std::string name_space;
  Binding binding;
};
struct LogTopicMade {
  std::string name_space, name;
};
struct LogTopicGone {
  std::string name_space, name;
};
struct PolicySet {
  std::string name_space;
  PolicyKind kind;
  ActivePolicyPointer policy;
};
struct PolicyCleared {
  std::string name_space;
  PolicyKind kind;
  std::string name;
};
using Change = std::variant<NamespaceMade, NamespaceGone, ExchangeMade, ExchangeGone, QueueMade, QueueGone, BindingMade,
                            BindingGone, LogTopicMade, LogTopicGone, PolicySet, PolicyCleared>;

}  // namespace wharf::routing
