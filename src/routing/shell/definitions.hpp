#pragma once
// What the namespaces hold, as definitions of the metadata log. A key says which thing, its value what it is like;
// docs/formats.md shows each. Reading takes the names from the key.
//
//   namespace/<name>   exchange/<namespace>/<name>   queue/<namespace>/<name>
//   binding/<namespace>/<source>/<queue|exchange|topic>/<destination>/<routing key>/<arguments>
//
// Policies are in policy_definitions.hpp.
#include <memory>
#include <string>
#include <string_view>

#include "cluster/metadata/metadata_record.hpp"
#include "model/error.hpp"
#include "queue/core/queue_info.hpp"
#include "routing/core/exchange.hpp"
#include "routing/shell/change.hpp"

namespace wharf::routing {

inline constexpr std::string_view kNamespaceKind = "namespace", kExchangeKind = "exchange", kQueueKind = "queue",
                                  kBindingKind = "binding";

std::string namespace_key(std::string_view name);
std::string exchange_key(std::string_view name_space, std::string_view name);
std::string queue_key(std::string_view name_space, std::string_view name);
/// The order of the arguments does not count.
std::string binding_key(std::string_view name_space, const Binding& binding);

cluster::Definition definition_of(const NamespaceMade& made);
cluster::Definition definition_of(std::string_view name_space, const Exchange& exchange);
cluster::Definition definition_of(const queue::QueueInfo& queue);
cluster::Definition definition_of(std::string_view name_space, const Binding& binding);

struct StoredExchange {
  std::string name_space;
  Exchange exchange;
};
struct StoredBinding {
  std::string name_space;
  Binding binding;
};
// Errors: kMalformed.
Result<NamespaceMade> read_namespace(const cluster::Definition& definition);
Result<StoredExchange> read_exchange(const cluster::Definition& definition);
/// Without its shard.
Result<queue::QueueInfo> read_queue(const cluster::Definition& definition);
Result<StoredBinding> read_binding(const cluster::Definition& definition);

}  // namespace wharf::routing
