#pragma once
// Namespaces made and deleted, one after the other: one takes along its permissions, connections, sessions, delayed and
// retained messages, and the next of its name begins with none of them, whatever could not be forgotten then.
#include <string>

#include "broker/delays.hpp"
#include "broker/node/evictions.hpp"
#include "broker/node/retained.hpp"
#include "broker/node/sessions.hpp"
#include "routing/shell/authority.hpp"
#include "runtime/logger.hpp"
#include "runtime/turns.hpp"
#include "security/shell/access_authority.hpp"

namespace wharf::broker {

class NodeNamespaces {
 public:
  /// All outlive it.
  struct Surroundings {
    runtime::Shard* first = nullptr;
    routing::Authority* authority = nullptr;
    security::AccessAuthority* access = nullptr;
    Evictions* evictions = nullptr;
    Delays* delays = nullptr;
    NodeSessions* sessions = nullptr;
    NodeRetained* retained = nullptr;
    runtime::Logger* logger = nullptr;
  };
  explicit NodeNamespaces(const Surroundings& with) : with_(with), turns_(*with.first) {}

  // Errors as Entities has them; of making one also the disk's, about what an earlier one of its name left.
  runtime::Task<Result<void>> create(runtime::Shard& here, std::string name);
  runtime::Task<Result<void>> remove(runtime::Shard& here, std::string name);

 private:
  using Step = runtime::Task<void> (NodeNamespaces::*)(std::string name, Result<void>* outcome);
  runtime::Task<Result<void>> on_first(runtime::Shard& here, Step step, std::string name);
  runtime::Task<void> make(std::string name, Result<void>* outcome);
  runtime::Task<void> end(std::string name, Result<void>* outcome);
  runtime::Task<Result<void>> forget_left(std::string name);
  runtime::Task<Result<void>> cancel_delayed(std::string name);

  Surroundings with_;
  runtime::Turns turns_;  // on the first shard
};

}  // namespace wharf::broker
