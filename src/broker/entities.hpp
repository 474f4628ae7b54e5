#pragma once
// Port: what there is in the namespaces (RabbitMQ: virtual hosts) to publish to and to consume from: exchanges, queues,
// bindings. Looking reads the calling shard's own copy; a change is answered when it is kept (if what it makes is
// durable) and every shard knows it. Refusals carry RabbitMQ's sentences (routing/core/refusals.hpp).
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/queues.hpp"
#include "model/error.hpp"
#include "model/property.hpp"
#include "queue/core/queue_info.hpp"
#include "queue/core/settings.hpp"
#include "routing/core/routing_table.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

using queue::ConnectionId;
using queue::QueueInfo;

/// A namespace as one shard sees it. Valid until the shard's next suspension.
struct NamespaceView {
  const routing::RoutingTable* routes = nullptr;
  /// By the routing table's number of a queue destination.
  const std::vector<std::shared_ptr<const QueueInfo>>* queues = nullptr;
  /// Of who declares a queue without saying which; empty: classic.
  std::string_view default_queue_type = {};

  std::shared_ptr<const QueueInfo> queue(std::string_view name) const {
    std::optional<routing::DestinationId> id = routes->find(routing::DestinationKind::kQueue, name);
    return id ? (*queues)[*id] : nullptr;
  }
};

struct QueueDeclaration {
  std::string name;  // not empty: who lets the broker choose has made one up
  bool durable = false;
  bool auto_delete = false;
  std::optional<ConnectionId> exclusive;
  std::string type = "classic";
  PropertyTable arguments;
  queue::QueueSettings settings;
};

struct DeclaredQueue {
  std::shared_ptr<const QueueInfo> queue;  // the one that was there, where one was: the caller compares
  bool created = false;
};

struct QueueDeletion {
  bool if_unused = false;  // kPreconditionFailed: it has consumers
  bool if_empty = false;   // kPreconditionFailed: it has messages
};

class Entities {
 public:
  virtual ~Entities() = default;
  /// None: no such namespace.
  virtual std::optional<NamespaceView> find(const runtime::Shard& here, std::string_view name_space) const = 0;

  virtual runtime::Task<Result<DeclaredQueue>> declare_queue(runtime::Shard& here, std::string name_space,
                                                             QueueDeclaration declaration) = 0;
  /// Many of one namespace, kept together where that is possible; those that are there stay as they are.
  virtual runtime::Task<Result<void>> declare_queues(runtime::Shard& here, std::string name_space,
                                                     std::vector<QueueDeclaration> declarations);
  /// The messages that went with it (0: it was not there). Its consumers are ended.
  virtual runtime::Task<Result<std::uint64_t>> delete_queue(runtime::Shard& here, std::string name_space,
                                                            std::string name, QueueDeletion how) = 0;
  /// An auto_delete queue has lost a consumer: returns when it is gone for everybody, or kept for the consumers it has.
  virtual runtime::Task<void> delete_unused(runtime::Shard& here, QueueRef queue) = 0;
  /// All exclusive queues of a connection that ends.
  virtual runtime::Task<void> delete_exclusive(runtime::Shard& here, ConnectionId owner) = 0;

  /// True: new; false: the same was there.
  virtual runtime::Task<Result<bool>> declare_exchange(runtime::Shard& here, std::string name_space,
                                                       routing::Exchange exchange) = 0;
  virtual runtime::Task<Result<void>> delete_exchange(runtime::Shard& here, std::string name_space, std::string name,
                                                      bool if_unused) = 0;
  virtual runtime::Task<Result<void>> bind(runtime::Shard& here, std::string name_space, routing::Binding binding) = 0;
  virtual runtime::Task<Result<void>> bind_all(runtime::Shard& here, std::string name_space,
                                               std::vector<routing::Binding> bindings);
  virtual runtime::Task<Result<void>> unbind(runtime::Shard& here, std::string name_space,
                                             routing::Binding binding) = 0;

  virtual std::vector<std::string> namespaces(const runtime::Shard& here) const = 0;
  /// kAlreadyExists.
  virtual runtime::Task<Result<void>> create_namespace(runtime::Shard& here, std::string name) = 0;
  /// What a client that declares a queue without a type gets from here on: the doors see to it. kNotFound.
  virtual runtime::Task<Result<void>> set_default_queue_type(runtime::Shard& here, std::string name,
                                                             std::string type) = 0;
  /// With all that is in it. kNotFound.
  virtual runtime::Task<Result<void>> delete_namespace(runtime::Shard& here, std::string name) = 0;
};

}  // namespace wharf::broker
