#pragma once
// Port: policies and operator policies (RabbitMQ's), of queues and exchanges by their names. Looking reads the calling
// shard's own copy. A change is answered when it is kept, every shard knows it, and the queues that are there go by it:
// what is over a new limit is on its way out.
//
//   routing::Policy policy{.name = "short", .pattern = "^tmp\\.", .applies_to = routing::AppliesTo::kQueues,
//                          .definition = {{"message-ttl", std::int64_t{60'000}}}};
//   Result<bool> made = co_await policies.set(here, routing::PolicyKind::kPolicy, "/", policy);   // true: new
//   policies.of_queue(here, "/", "tmp.1")->definition;                                            // what holds there
//
// What a policy says comes beside what a queue or exchange was declared with: docs/policies.md. Whole numbers of a
// definition may be of any integer type.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "routing/core/policy.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

class Policies {
 public:
  virtual ~Policies() = default;
  /// True: new; false: in place of the one of its name. kNotFound: no such namespace; kInvalidName; kInvalidArgument
  /// with RabbitMQ's sentence (its management API puts "Validation failed\n\n" before and "\n" behind): the pattern, a
  /// key or a value.
  virtual runtime::Task<Result<bool>> set(runtime::Shard& here, routing::PolicyKind kind, std::string name_space,
                                          routing::Policy policy) = 0;
  /// kNotFound: no such namespace or policy.
  virtual runtime::Task<Result<void>> clear(runtime::Shard& here, routing::PolicyKind kind, std::string name_space,
                                            std::string name) = 0;
  /// By name; kNotFound: no such namespace.
  virtual Result<std::vector<routing::Policy>> list(const runtime::Shard& here, routing::PolicyKind kind,
                                                    std::string_view name_space) const = 0;
  /// kNotFound: no such namespace or policy.
  virtual Result<routing::Policy> find(const runtime::Shard& here, routing::PolicyKind kind,
                                       std::string_view name_space, std::string_view name) const = 0;

  /// What applies to it, empty where nothing does; none: it is not there.
  virtual std::optional<routing::EffectivePolicy> of_queue(const runtime::Shard& here, std::string_view name_space,
                                                           std::string_view name) const = 0;
  virtual std::optional<routing::EffectivePolicy> of_exchange(const runtime::Shard& here, std::string_view name_space,
                                                              std::string_view name) const = 0;
};

}  // namespace wharf::broker
