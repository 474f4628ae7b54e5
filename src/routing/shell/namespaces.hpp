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
#include "routing/core/routing_table.hpp"
#include "routing/shell/change.hpp"

namespace wharf::routing {

struct Namespace {
  RoutingTable routes;
  std::vector<std::shared_ptr<const queue::QueueInfo>> queues = {};  // by the routing table's number; null: no queue

  std::shared_ptr<const queue::QueueInfo> queue(std::string_view name) const;
};

class Namespaces {
 public:
  /// With the default namespace. `hash_seed`: as RoutingTable wants it.
  explicit Namespaces(std::uint64_t hash_seed);

  /// nullptr: no such namespace. Valid until the namespace goes; its tables until something changes.
  const Namespace* find(std::string_view name) const;
  std::vector<std::string> names() const;

  /// The queues that went. An error: the change cannot be; nothing has changed.
  Result<std::vector<std::shared_ptr<const queue::QueueInfo>>> apply(const Change& change);

 private:
  using Gone = std::vector<std::shared_ptr<const queue::QueueInfo>>;
  Result<Gone> carry_out(const NamespaceMade& made);
  Result<Gone> carry_out(const NamespaceGone& gone);
  Result<Gone> carry_out(const ExchangeMade& made);
  Result<Gone> carry_out(const ExchangeGone& gone);
  Result<Gone> carry_out(const QueueMade& made);
  Result<Gone> carry_out(const QueueGone& gone);
  Result<Gone> carry_out(const BindingMade& made);
  Result<Gone> carry_out(const BindingGone& gone);
  Result<Gone> carry_out(const LogTopicMade& made);
  Result<Gone> carry_out(const LogTopicGone& gone);
  Result<Namespace*> known(std::string_view name);

  std::uint64_t hash_seed_;
  std::map<std::string, Namespace, std::less<>> by_name_;
};

/// kNotFound with RabbitMQ's sentence.
Error no_namespace(std::string_view name);

}  // namespace wharf::routing
