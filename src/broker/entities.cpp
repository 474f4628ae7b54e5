#include "broker/entities.hpp"

#include <utility>

namespace wharf::broker {

runtime::Task<Result<void>> Entities::declare_queues(runtime::Shard& here, std::string name_space,
                                                     std::vector<QueueDeclaration> declarations) {
  for (QueueDeclaration& one : declarations) {
    Result<DeclaredQueue> declared = co_await declare_queue(here, name_space, std::move(one));
    if (!declared) co_return fail(declared.error());
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> Entities::bind_all(runtime::Shard& here, std::string name_space,
                                               std::vector<routing::Binding> bindings) {
  for (routing::Binding& one : bindings) {
    Result<void> bound = co_await bind(here, name_space, std::move(one));
    if (!bound) co_return bound;
  }
  co_return Result<void>();
}

}  // namespace wharf::broker
