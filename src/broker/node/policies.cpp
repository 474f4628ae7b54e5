#include "broker/node/policies.hpp"

#include <utility>

#include <fmt/format.h>

namespace wharf::broker {

runtime::Task<Result<bool>> NodePolicies::set(runtime::Shard& here, routing::PolicyKind kind, std::string name_space,
                                              routing::Policy policy) {
  return authority_->set_policy(here, kind, std::move(name_space), std::move(policy));
}

runtime::Task<Result<void>> NodePolicies::clear(runtime::Shard& here, routing::PolicyKind kind, std::string name_space,
                                                std::string name) {
  return authority_->clear_policy(here, kind, std::move(name_space), std::move(name));
}

Result<std::vector<routing::Policy>> NodePolicies::list(const runtime::Shard& here, routing::PolicyKind kind,
                                                        std::string_view name_space) const {
  const routing::Namespace* in = look(here, name_space);
  if (in == nullptr) return fail(routing::no_namespace(name_space));
  std::vector<routing::Policy> all;
  for (const routing::ActivePolicyPointer& one : in->policies.list(kind)) all.push_back(one->policy);
  return all;
}

Result<routing::Policy> NodePolicies::find(const runtime::Shard& here, routing::PolicyKind kind,
                                           std::string_view name_space, std::string_view name) const {
  const routing::Namespace* in = look(here, name_space);
  if (in == nullptr) return fail(routing::no_namespace(name_space));
  routing::ActivePolicyPointer found = in->policies.find(kind, name);
  if (!found) return fail(ErrorCode::kNotFound, fmt::format("no policy '{}' in vhost '{}'", name, name_space));
  return found->policy;
}

std::optional<routing::EffectivePolicy> NodePolicies::of_queue(const runtime::Shard& here, std::string_view name_space,
                                                               std::string_view name) const {
  const routing::Namespace* in = look(here, name_space);
  std::shared_ptr<const queue::QueueInfo> queue = in == nullptr ? nullptr : in->queue(name);
  if (!queue) return std::nullopt;
  return in->policies.effective(routing::queue_target(queue->name, queue->type));
}

std::optional<routing::EffectivePolicy> NodePolicies::of_exchange(const runtime::Shard& here,
                                                                  std::string_view name_space,
                                                                  std::string_view name) const {
  const routing::Namespace* in = look(here, name_space);
  if (in == nullptr || in->routes.exchange(name) == nullptr) return std::nullopt;
  return in->policies.effective({routing::PolicyTarget::kExchange, name});
}

}  // namespace wharf::broker
