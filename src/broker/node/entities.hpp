#pragma once
// The entities port over the routing room's authority; a namespace takes along its permissions, connections, sessions,
// delayed and retained messages.
#include "broker/delays.hpp"
#include "broker/entities.hpp"
#include "broker/node/deduplication.hpp"
#include "broker/node/evictions.hpp"
#include "broker/node/histories.hpp"
#include "broker/node/retained.hpp"
#include "broker/node/sessions.hpp"
#include "routing/shell/authority.hpp"
#include "security/shell/access_authority.hpp"

namespace wharf::broker {

class NodeEntities final : public Entities {
 public:
  /// Before any other call.
  void use(routing::Authority& authority) { authority_ = &authority; }
  void use(NodeHistories& histories) { histories_ = &histories; }
  void use(NodeDeduplication& deduplication) { deduplication_ = &deduplication; }
  void use(Evictions& evictions) { evictions_ = &evictions; }
  void use(Delays& delays) { delays_ = &delays; }
  void use(NodeSessions& sessions) { sessions_ = &sessions; }
  void use(NodeRetained& retained) { retained_ = &retained; }
  /// Before namespaces are made or deleted.
  void use(security::AccessAuthority& access) { access_ = &access; }

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
  runtime::Task<void> cancel_delayed(runtime::Shard* here, std::string name);
  runtime::Task<Result<void>> forget_left(runtime::Shard* here, std::string name);
  bool replays(const runtime::Shard& here, std::string_view name_space, const routing::Binding& binding) const;

  routing::Authority* authority_ = nullptr;
  security::AccessAuthority* access_ = nullptr;
  NodeHistories* histories_ = nullptr;
  NodeDeduplication* deduplication_ = nullptr;
  Evictions* evictions_ = nullptr;
  Delays* delays_ = nullptr;
  NodeSessions* sessions_ = nullptr;
  NodeRetained* retained_ = nullptr;
};

}  // namespace wharf::broker
