#pragma once
// The entities port over the routing room's authority.
#include "broker/entities.hpp"
#include "broker/node/deduplication.hpp"
#include "broker/node/histories.hpp"
#include "broker/node/namespaces.hpp"
#include "routing/shell/authority.hpp"

namespace wharf::broker {

class NodeEntities final : public Entities {
 public:
  /// Before any other call.
  void use(routing::Authority& authority) { authority_ = &authority; }
  void use(NodeHistories& histories) { histories_ = &histories; }
  void use(NodeDeduplication& deduplication) { deduplication_ = &deduplication; }
  /// Before namespaces are made or deleted.
  void use(NodeNamespaces& namespaces) { namespaces_ = &namespaces; }

  std::optional<NamespaceView> find(const runtime::Shard& here, std::string_view name_space) const override;
  runtime::Task<Result<DeclaredQueue>> declare_queue(runtime::Shard& here, std::string name_space,
                                                     QueueDeclaration declaration) override;
  runtime::Task<Result<void>> declare_queues(runtime::Shard& here, std::string name_space,
                                             std::vector<QueueDeclaration> declarations) override;
  runtime::Task<Result<std::uint64_t>> delete_queue(runtime::Shard& here, std::string name_space, std::string name,
                                                    QueueDeletion how) override;
  runtime::Task<void> delete_unused(runtime::Shard& here, QueueRef queue) override;
  runtime::Task<void> delete_exclusive(runtime::Shard& here, ConnectionId owner) override;
  runtime::Task<Result<bool>> declare_exchange(runtime::Shard& here, std::string name_space,
                                               routing::Exchange exchange) override;
  runtime::Task<Result<void>> delete_exchange(runtime::Shard& here, std::string name_space, std::string name,
                                              bool if_unused) override;
  runtime::Task<Result<void>> bind(runtime::Shard& here, std::string name_space, routing::Binding binding) override;
  runtime::Task<Result<void>> bind_all(runtime::Shard& here, std::string name_space,
                                       std::vector<routing::Binding> bindings) override;
  runtime::Task<Result<void>> unbind(runtime::Shard& here, std::string name_space, routing::Binding binding) override;
  std::vector<std::string> namespaces(const runtime::Shard& here) const override;
  runtime::Task<Result<void>> create_namespace(runtime::Shard& here, std::string name) override;
  runtime::Task<Result<void>> set_default_queue_type(runtime::Shard& here, std::string name, std::string type) override;
  runtime::Task<Result<void>> delete_namespace(runtime::Shard& here, std::string name) override;

 private:
  runtime::Task<void> begin_anew(runtime::Shard& here, std::string name_space, std::string exchange);
  bool replays(const runtime::Shard& here, std::string_view name_space, const routing::Binding& binding) const;

  routing::Authority* authority_ = nullptr;
  NodeHistories* histories_ = nullptr;
  NodeDeduplication* deduplication_ = nullptr;
  NodeNamespaces* namespaces_ = nullptr;
};

}  // namespace wharf::broker
