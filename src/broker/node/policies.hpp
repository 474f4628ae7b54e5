#pragma once
// The policies port over the routing room's authority.
#include "broker/policies.hpp"
#include "routing/shell/authority.hpp"

namespace wharf::broker {

class NodePolicies final : public Policies {
 public:
  /// Before any other call.
  void use(routing::Authority& authority) { authority_ = &authority; }

  runtime::Task<Result<bool>> set(runtime::Shard& here, routing::PolicyKind kind, std::string name_space,
                                  routing::Policy policy) override;
  runtime::Task<Result<void>> clear(runtime::Shard& here, routing::PolicyKind kind, std::string name_space,
                                    std::string name) override;
  Result<std::vector<routing::Policy>> list(const runtime::Shard& here, routing::PolicyKind kind,
                                            std::string_view name_space) const override;
  Result<routing::Policy> find(const runtime::Shard& here, routing::PolicyKind kind, std::string_view name_space,
                               std::string_view name) const override;
  std::optional<routing::EffectivePolicy> of_queue(const runtime::Shard& here, std::string_view name_space,
                                                   std::string_view name) const override;
  std::optional<routing::EffectivePolicy> of_exchange(const runtime::Shard& here, std::string_view name_space,
                                                      std::string_view name) const override;

 private:
  const routing::Namespace* look(const runtime::Shard& here, std::string_view name_space) const {
    return authority_->namespaces(here).find(name_space);
  }

  routing::Authority* authority_ = nullptr;
};

}  // namespace wharf::broker
